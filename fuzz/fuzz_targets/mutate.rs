//! Parses fixtures with a few changed values.
#![no_main]

use incs_fuzz::{body, mutation, neighbours};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| {
    let text = mutation::mutated(script);
    // Helps to reproduce a finding, since the input is a script and not the body.
    if std::env::var_os("SHOW_BODY").is_some() {
        eprintln!("{text}");
    }
    body::check(text.as_bytes());
    neighbours::check_intruder(&text);
    neighbours::check_space(&text);
});
