//! Any request, before every scheme.
#![no_main]

use incs_fuzz::request::Request;
use incs_fuzz::{Anybody, now};
use incs_webhook::Delivery;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let request = Request::of(bytes);
    let delivery = Delivery::new(&request.headers, request.body).with_target(request.target);
    let _ = delivery.verify(&Anybody, now());
});
