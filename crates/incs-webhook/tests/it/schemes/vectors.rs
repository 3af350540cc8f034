//! Examples that others have published.

use incs_webhook::scheme::{Exotel, HmacSha256, Meta, StandardWebhooks, VerifyError};
use incs_webhook::testing::sign::{Draft, Sign as _};

use super::{at, headers, secrets, sign, signature, verify};

/// Secret, id, seconds, body and signature: Svix's documentation, and the tests of the Standard Webhooks libraries.
const STANDARD: [(&str, &str, i64, &str, &str); 2] = [
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1_649_367_553,
        r#"{"email":"test@example.com","username":"test_user"}"#,
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
];

#[test]
fn standard_webhooks_examples_are_reproduced() {
    for (secret, id, seconds, body, expected) in STANDARD {
        let time = seconds.to_string();
        for secret in [secret, secret.strip_prefix("whsec_").unwrap()] {
            let scheme = StandardWebhooks::try_new(secrets(secret)).unwrap();
            for set in ["webhook", "svix"] {
                let names = ["id", "timestamp", "signature"].map(|name| format!("{set}-{name}"));
                let pairs = [(&*names[0], id), (&*names[1], &*time), (&*names[2], expected)];
                assert_eq!(verify(&scheme, &pairs, body.as_bytes(), at(seconds)), Ok(()), "{set} {id}");
            }
            let proof = scheme.sign(&Draft::new(body.as_bytes(), at(seconds)).with_id(id)).unwrap();
            assert_eq!(
                headers(&proof),
                [("webhook-id", id), ("webhook-timestamp", &*time), ("webhook-signature", expected)]
            );
        }
    }
}

/// GitHub: "Validating webhook deliveries". Meta took over header and form.
#[test]
fn hub_signature_example_is_reproduced() {
    let expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let (scheme, body) = (Meta::new(secrets("It's a Secret to Everybody")), b"Hello, World!");
    assert_eq!(verify(&scheme, &[("X-Hub-Signature-256", expected)], body, at(0)), Ok(()));
    assert_eq!(
        verify(&scheme, &[("X-Hub-Signature-256", expected)], b"Hello, World?", at(0)),
        Err(VerifyError::Mismatch)
    );
    assert_eq!(signature(&sign(&scheme, body, at(0))), expected);
    let bare = expected.strip_prefix("sha256=").unwrap();
    let exotel = Exotel::new(secrets("It's a Secret to Everybody"));
    for value in [expected, bare] {
        assert_eq!(verify(&exotel, &[("X-Exotel-Signature", value)], body, at(0)), Ok(()), "{value}");
    }
    assert_eq!(
        verify(&scheme, &[("X-Hub-Signature-256", bare)], body, at(0)),
        Err(VerifyError::UnreadableHeader(Meta::HEADER.into())),
        "Meta always writes the prefix"
    );
}

/// RFC 4231, those whose key is text; the unit tests of the keys have the others.
#[test]
fn rfc_4231_vectors_are_accepted() {
    let fourth: String = (1..=25_u8).map(char::from).collect();
    for (key, data, expected) in [
        ("\u{b}".repeat(20), b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            "Jefe".to_owned(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (fourth, vec![0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    ] {
        let scheme = HmacSha256::new("x", secrets(&key));
        assert_eq!(signature(&sign(&scheme, &data, at(0))), expected);
        assert_eq!(verify(&scheme, &[("x", expected)], &data, at(0)), Ok(()));
        assert_eq!(verify(&scheme, &[("x", &expected.to_uppercase())], &data, at(0)), Ok(()));
    }
}

#[test]
fn hmac_sha1_example_needs_permission() {
    // RFC 2202, case 2.
    let (tag, body) = ("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", b"what do ya want for nothing?");
    let scheme = Exotel::new(secrets("Jefe"));
    let unreadable = VerifyError::UnreadableHeader(Exotel::HEADER.into());
    assert_eq!(verify(&scheme, &[(Exotel::HEADER, tag)], body, at(0)), Err(unreadable.clone()));
    let scheme = scheme.with_sha1();
    for value in [tag.to_owned(), tag.to_uppercase(), format!("sha1={tag}")] {
        assert_eq!(verify(&scheme, &[(Exotel::HEADER, &value)], body, at(0)), Ok(()), "{value}");
        assert_eq!(verify(&scheme, &[(Exotel::HEADER, &value)], b"else", at(0)), Err(VerifyError::Mismatch), "{value}");
    }
    assert_eq!(verify(&scheme, &[(Exotel::HEADER, &format!("sha256={tag}"))], body, at(0)), Err(unreadable));
    let proof = sign(&scheme, body, at(0));
    assert_eq!(super::verify_proof(&scheme, &proof, body, at(0)), Ok(()), "SHA-256 is accepted besides");
}
