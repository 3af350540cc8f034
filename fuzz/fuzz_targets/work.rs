//! Bounds the work on bodies of repeated bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| incs_fuzz::work::check(script));
