//! Secrets in path, query and header.

use incs_webhook::Delivery;
use incs_webhook::RejectionCause;
use incs_webhook::scheme::{SharedSecret, VerifyError};
use proptest::prelude::*;

use super::{at, secrets, sign, verify, verify_proof, verify_target};

#[test]
fn secret_is_a_path_segment() {
    let scheme = SharedSecret::in_path(secrets("a b/c+é%"));
    for (target, expected) in [
        ("/a%20b%2Fc+%C3%A9%25", Ok(())),
        ("/hooks/a%20b%2fc%2B%c3%a9%25/incs?key=x", Ok(())),
        ("a%20b%2Fc+%C3%A9%25", Ok(())),
        ("https://example.com/a%20b%2Fc+%C3%A9%25", Ok(())),
        ("/a%20b/c+%C3%A9%25", Err(VerifyError::Mismatch)),
        ("/xa%20b%2Fc+%C3%A9%25", Err(VerifyError::Mismatch)),
        ("/a+b%2Fc+%C3%A9%25", Err(VerifyError::Mismatch)),
        ("/hooks?a%20b%2Fc+%C3%A9%25", Err(VerifyError::Mismatch)),
        ("/hooks?/a%20b%2Fc+%C3%A9%25", Err(VerifyError::Mismatch)),
        ("/%", Err(VerifyError::Mismatch)),
        ("/", Err(VerifyError::MissingSecret)),
        ("", Err(VerifyError::MissingSecret)),
        ("?key=a", Err(VerifyError::MissingSecret)),
    ] {
        assert_eq!(verify_target(&scheme, target), expected, "{target}");
    }
    assert_eq!(verify(&scheme, &[("x", "a b/c+é%")], b"{}", at(0)), Err(VerifyError::MissingSecret));
}

#[test]
fn secret_is_a_query_value() {
    let scheme = SharedSecret::in_query("k y", secrets("a b+é"));
    for (target, expected) in [
        ("/hooks?k+y=a+b%2B%C3%A9", Ok(())),
        ("/hooks?x=1&k%20y=a%20b%2B%C3%A9&z", Ok(())),
        ("/hooks?k+y=wrong&k+y=a+b%2B%C3%A9", Ok(())),
        ("/hooks?k+y=a+b%2B%C3%A9&k+y=wrong", Ok(())),
        ("/hooks?k+y=a+b+%C3%A9", Err(VerifyError::Mismatch)),
        ("/hooks?k+y=", Err(VerifyError::Mismatch)),
        ("/hooks?k+y", Err(VerifyError::Mismatch)),
        ("/hooks?K+y=a+b%2B%C3%A9", Err(VerifyError::MissingSecret)),
        ("/hooks?a+b%2B%C3%A9", Err(VerifyError::MissingSecret)),
        ("/k+y=a+b%2B%C3%A9", Err(VerifyError::MissingSecret)),
        ("/hooks", Err(VerifyError::MissingSecret)),
    ] {
        assert_eq!(verify_target(&scheme, target), expected, "{target}");
    }
}

#[test]
fn secret_follows_the_header_prefix() {
    let bearer = SharedSecret::in_header("Authorization", secrets("abc")).with_prefix("Bearer ");
    let plain = SharedSecret::in_header("x-token", secrets("abc"));
    let unreadable = || Err(VerifyError::UnreadableHeader("Authorization".into()));
    for (name, value, expected) in [
        ("authorization", "Bearer abc", Ok(())),
        ("authorization", "Bearer abcd", Err(VerifyError::Mismatch)),
        ("authorization", "Bearer ", Err(VerifyError::Mismatch)),
        ("authorization", "bearer abc", unreadable()),
        ("authorization", "abc", unreadable()),
        ("authorization", "", unreadable()),
        ("x-token", "Bearer abc", Err(VerifyError::MissingHeader("Authorization".into()))),
    ] {
        assert_eq!(verify(&bearer, &[(name, value)], b"{}", at(0)), expected, "{value}");
    }
    assert_eq!(verify(&plain, &[("X-Token", "abc")], b"{}", at(0)), Ok(()));
    for wrong in ["ab", "abcd", "ABC", "", " abc"] {
        assert_eq!(verify(&plain, &[("X-Token", wrong)], b"{}", at(0)), Err(VerifyError::Mismatch), "{wrong}");
    }
}

#[test]
fn rejection_cause_is_found() {
    let query = SharedSecret::in_query("key", secrets("a+b="));
    let path = SharedSecret::in_path(secrets("abc\n"));
    let header = SharedSecret::in_header("x-token", secrets("abc")).with_prefix("Bearer ");
    let pairs = |value| [("x-token", value)];
    let explain = |scheme: &SharedSecret, target, value| {
        Delivery::new(&pairs(value), b"{}").with_target(target).explain(scheme, at(0))
    };
    let escape = RejectionCause::Encoding("a parameter whose `+` is not escaped as `%2B`");
    assert_eq!(explain(&query, "/?key=a+b%3D", ""), Some(escape));
    assert_eq!(
        explain(&query, "/?token=a%2Bb%3D", ""),
        Some(RejectionCause::Encoding("another parameter of the query"))
    );
    assert_eq!(
        explain(&query, "/?key=%20a%2Bb%3D", ""),
        Some(RejectionCause::Encoding("a text with white space around it"))
    );
    assert_eq!(explain(&query, "/?token=x", ""), Some(RejectionCause::MissingSecret));
    assert_eq!(explain(&query, "/?key=x", ""), Some(RejectionCause::Unknown));
    assert_eq!(explain(&query, "/?key=a%2Bb%3D", ""), None);
    assert_eq!(explain(&path, "/abc", ""), Some(RejectionCause::SecretKind("without the white space around it")));
    let prefix = RejectionCause::Encoding("a header with another prefix, or without one");
    assert_eq!(explain(&header, "/", "abc"), Some(prefix.clone()));
    assert_eq!(explain(&header, "/", "bearer abc"), Some(prefix.clone()));
    assert_eq!(explain(&header, "/", "Token token=abc"), Some(prefix));
    assert_eq!(explain(&header, "/", "xyz"), Some(RejectionCause::UnreadableHeader("x-token".into())));
    assert_eq!(explain(&header, "/", "Bearer xyz"), Some(RejectionCause::Unknown));
}

#[test]
fn signed_target_keeps_path_and_query() {
    let (path, query) = (SharedSecret::in_path(secrets("a b/é")), SharedSecret::in_query("k&", secrets("a b+é")));
    let header = SharedSecret::in_header("x-token", secrets("abc"));
    for (scheme, target, expected) in [
        (&path, "/hooks", "/hooks/a%20b%2F%C3%A9"),
        (&path, "/hooks/?x=/1", "/hooks/a%20b%2F%C3%A9?x=/1"),
        (&path, "/", "/a%20b%2F%C3%A9"),
        (&path, "https://example.com", "https://example.com/a%20b%2F%C3%A9"),
        (&query, "/hooks", "/hooks?k%26=a+b%2B%C3%A9"),
        (&query, "/hooks?", "/hooks?k%26=a+b%2B%C3%A9"),
        (&query, "/hooks?x=1", "/hooks?x=1&k%26=a+b%2B%C3%A9"),
        (&header, "/hooks?x=1", "/hooks?x=1"),
    ] {
        assert_eq!(sign(scheme, b"", at(0)).to_target(target), expected);
    }
    assert_eq!(format!("{:?}", sign(&header, b"", at(0))), r#"Proof { headers: ["x-token"], .. }"#);
}

proptest! {
    #[test]
    fn only_the_right_secret_passes(secret in "\\PC{1,40}", other in "\\PC{1,40}") {
        type Make = fn(incs_webhook::Secrets) -> SharedSecret;
        let makes: [Make; 3] = [
            SharedSecret::in_path,
            |secrets| SharedSecret::in_query("a=&+é", secrets),
            |secrets| SharedSecret::in_header("x", secrets).with_prefix("Bearer "),
        ];
        for make in makes {
            let proof = sign(&make(secrets(&secret)), b"{}", at(0));
            prop_assert_eq!(verify_proof(&make(secrets(&secret)), &proof, b"{}", at(0)), Ok(()));
            // The path that proofs are tried with has a segment of its own.
            prop_assume!(secret != other && other != "hooks");
            prop_assert_eq!(verify_proof(&make(secrets(&other)), &proof, b"{}", at(0)), Err(VerifyError::Mismatch));
        }
    }
}
