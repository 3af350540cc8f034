//! Parses any bytes as a body.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| incs_fuzz::body::check(body));
