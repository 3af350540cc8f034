//! Any bytes, repeated in a body of some size.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| incs_fuzz::work::check(script));
