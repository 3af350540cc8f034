//! Verifies any request with every scheme.
#![no_main]

use std::sync::OnceLock;

use incs_fuzz::request::Request;
use incs_fuzz::{now, schemes};
use incs_webhook::scheme::{AnyOf, Scheme};
use incs_webhook::{Delivery, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    static TOGETHER: OnceLock<AnyOf> = OnceLock::new();
    let together = TOGETHER.get_or_init(|| {
        let mut all = schemes::all().iter().map(|known| &known.scheme);
        let first = AnyOf::new(all.next().expect("there are schemes"));
        all.fold(first, AnyOf::or)
    });
    let request = Request::of(bytes);
    let delivery = Delivery::new(&request.headers, request.body).with_target(request.target);
    // The content type is checked before the scheme and is not tested here.
    let delivery = delivery.with_limits(Limits::DEFAULT.with_any_content_type());

    let mut accepted = false;
    for known in schemes::all() {
        let is_accepted = ask(delivery, &known.scheme);
        assert!(!(is_accepted && known.signs), "a forged signature is accepted");
        accepted |= is_accepted;
    }
    assert_eq!(ask(delivery, together), accepted);
});

/// Reports whether a scheme accepts the delivery. There is a cause exactly if it does not.
fn ask(delivery: Delivery<'_>, scheme: &dyn Scheme) -> bool {
    let verified = delivery.verify(scheme, now());
    let cause = delivery.explain(scheme, now());
    assert_eq!(cause.is_none(), verified.is_ok());
    if let Err(rejection) = &verified {
        let _ = (rejection.status(), rejection.to_string(), cause.map(|cause| cause.to_string()));
    }
    verified.is_ok()
}
