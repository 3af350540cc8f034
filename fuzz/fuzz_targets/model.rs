//! Decodes any bytes as each received type.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| incs_fuzz::roots::check(body));
