//! Schemes that users write.

use incs_model::Timestamp;
use incs_webhook::scheme::{AnyOf, Meta, Refusal, Scheme};
use incs_webhook::{Cause, Delivery, Evidence, Receiver};

use super::{at, secrets};

/// Sees all that there is: a header, the path, the query, the body, the time.
#[derive(Debug)]
struct Checksum;

impl Scheme for Checksum {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        let sum = evidence.header("x-sum").ok_or(Refusal::MissingHeader("x-sum".into()))?;
        let body: u32 = evidence.body().iter().copied().map(u32::from).sum();
        let text = format!("{body} {:?} {:?} {}", evidence.path(), evidence.query(), now.as_second());
        if sum == text.as_bytes() { Ok(()) } else { Err(Refusal::Mismatch) }
    }
}

#[test]
fn a_scheme_of_your_own_is_asked_like_ours() {
    let right = [("X-Sum", r#"3 Some("/a") Some("b=c") 7"#)];
    let delivery = Delivery::new(&right, &[1, 2]).with_target("/a?b=c");
    assert_eq!(delivery.verify(&Checksum, at(7)).unwrap().body(), [1, 2]);
    assert!(delivery.verify(&Box::new(Checksum), at(7)).is_ok());
    assert!(delivery.verify(&std::sync::Arc::new(Checksum), at(7)).is_ok());
    let either = AnyOf::new(Meta::new(secrets("a"))).or(Checksum);
    assert!(delivery.verify(&either, at(7)).is_ok());
    let rejection = delivery.verify(&either, at(8)).unwrap_err();
    assert_eq!((rejection.refusal(), rejection.status()), (Some(&Refusal::Mismatch), 401));
    assert!(Receiver::new(Checksum).receive(&right, "/a?b=c", &[1, 2], at(7)).is_ok());
    assert!(Receiver::new(either).receive(&right, "/a", &[1, 2], at(7)).is_err());
}

#[test]
fn a_scheme_that_explains_nothing_is_explained_by_its_refusal() {
    let none: [(&str, &str); 0] = [];
    let missing = Cause::MissingHeader("x-sum".into());
    assert_eq!(Delivery::new(&none, b"").explain(&Checksum, at(0)), Some(missing));
    assert_eq!(Delivery::new(&[("x-sum", "?")], b"").explain(&Checksum, at(0)), Some(Cause::Unknown));
}
