//! Causes of rejections, including bodies that were parsed and serialized again.

use std::time::Duration;

use incs_webhook::scheme::{Encoding, Exotel, HmacSha256, Meta, Part, Scheme, StandardWebhooks, VerifyError};
use incs_webhook::testing::sign::{Draft, Proof, Sign as _};
use incs_webhook::{Delivery, RejectionCause, Secrets};

use super::{at, explain, headers, secrets, sign, signature, verify};

/// Its signature has `+` and `/` in base64.
const BODY: &[u8] = br#"{"text":"secret words","n":4}"#;
/// Base64, so that every scheme takes it; neither is a word of any text.
const SECRET: &str = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn own() -> HmacSha256 {
    HmacSha256::new("x-sign", secrets(SECRET))
}

fn standard() -> StandardWebhooks {
    StandardWebhooks::try_new(secrets(SECRET)).unwrap()
}

/// A proof by one scheme, given to another: the cause, and what it must not show.
fn cause(scheme: &dyn Scheme, proof: &Proof, now: i64) -> RejectionCause {
    let cause = explain(scheme, &headers(proof), BODY, at(now)).expect("it was accepted");
    for text in [cause.to_string(), format!("{cause:?}")] {
        for hidden in [SECRET, "C2FV", "secret words", signature(proof), &signature(proof)[10..30]] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    cause
}

fn proof_by(scheme: &HmacSha256) -> Proof {
    sign(scheme, BODY, at(0))
}

#[test]
fn signature_in_another_form_is_recognised() {
    let prefixed = || own().with_prefix("v0=");
    for (theirs, ours, expected) in [
        (own().with_encoding(Encoding::Base64), own(), "base64"),
        (own().with_encoding(Encoding::Base64Url), own(), "base64 for URLs"),
        (own(), own().with_encoding(Encoding::Base64), "hex"),
        (prefixed(), own(), "hex with another prefix"),
        (own(), prefixed(), "hex without the prefix"),
        (own().with_prefix("sha256="), prefixed(), "hex with another prefix"),
        (own().with_prefix("v1,"), prefixed(), "hex with another prefix"),
        (own().with_encoding(Encoding::Base64), prefixed(), "base64 without the prefix"),
        (prefixed().with_encoding(Encoding::Base64), prefixed(), "base64"),
        (own().with_prefix("x:").with_encoding(Encoding::Base64), prefixed(), "base64 with another prefix"),
        (own().with_prefix("algorithm=hmac "), own(), "part of a longer text"),
        (own().with_prefix(" "), own(), "part of a longer text"),
    ] {
        assert_eq!(cause(&ours, &proof_by(&theirs), 0), RejectionCause::Encoding(expected), "{theirs:?}");
    }
    let proof = sign(&Meta::new(secrets(SECRET)), BODY, at(0));
    let bare = [(Meta::HEADER, signature(&proof).strip_prefix("sha256=").unwrap())];
    let meta = Meta::new(secrets(SECRET));
    assert_eq!(explain(&meta, &bare, BODY, at(0)), Some(RejectionCause::Encoding("hex without the prefix")));
}

#[test]
fn another_kind_of_secret_is_recognised() {
    // What the sender has, what we were given, and how ours should have been taken.
    let hex = "0b0c0d0e0f101112131415161718191a";
    let raw = "\u{b}\u{c}\u{d}\u{e}\u{f}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}\u{17}\u{18}\u{19}\u{1a}";
    for (theirs, given, expected) in [
        ("abc", "abc\n", "without the white space around it"),
        ("abc", "  abc", "without the white space around it"),
        ("abc\n", "abc", "with a line feed after it"),
        (raw, hex, "as hex"),
        (raw, "CwwNDg8QERITFBUWFxgZGg==", "as base64"),
        (raw, "CwwNDg8QERITFBUWFxgZGg", "as base64"),
        (raw, "whsec_CwwNDg8QERITFBUWFxgZGg==", "as base64"),
        ("CwwN", "whsec_CwwN", "as text without `whsec_`"),
        ("\u{3f}\u{3f}\u{3e}", "Pz8-", "as base64 for URLs"),
    ] {
        let proof = proof_by(&HmacSha256::new("x-sign", secrets(theirs)));
        let ours = HmacSha256::new("x-sign", secrets(given));
        assert_eq!(
            explain(&ours, &headers(&proof), BODY, at(0)),
            Some(RejectionCause::SecretKind(expected)),
            "{given:?}"
        );
    }
    // A sender of Standard Webhooks that takes its secret for text.
    let parts =
        [Part::header("webhook-id"), Part::text("."), Part::seconds("webhook-timestamp"), Part::text("."), Part::Body];
    for (key, expected) in [(format!("whsec_{SECRET}"), "as text"), (SECRET.to_owned(), "as text without `whsec_`")] {
        let theirs = HmacSha256::new("webhook-signature", secrets(&key))
            .with_encoding(Encoding::Base64)
            .with_prefix("v1,")
            .with_signed(parts.clone())
            .unwrap();
        let proof = theirs.sign(&Draft::new(BODY, at(0)).with_header("webhook-id", "msg_1")).unwrap();
        let mut pairs = headers(&proof);
        pairs.push(("webhook-id", "msg_1"));
        let ours = StandardWebhooks::try_new(secrets(&format!("whsec_{SECRET}"))).unwrap();
        assert_eq!(explain(&ours, &pairs, BODY, at(0)), Some(RejectionCause::SecretKind(expected)));
    }
}

#[test]
fn clock_offset_has_a_direction() {
    let proof = sign(&standard(), BODY, at(10_000));
    for (now, by, ahead, text) in [
        (10_301, 301, false, "the signature is right, but its time is 301 s behind this clock"),
        (9_000, 1_000, true, "the signature is right, but its time is 1000 s ahead of this clock"),
    ] {
        let cause = cause(&standard(), &proof, now);
        assert_eq!(cause, RejectionCause::Clock { by: Duration::from_secs(by), ahead });
        assert_eq!(cause.to_string(), text);
    }
}

#[test]
fn missing_or_unreadable_header_is_named() {
    let proof = sign(&standard(), BODY, at(0));
    let without = |name: &str| headers(&proof).into_iter().filter(|(other, _)| *other != name).collect::<Vec<_>>();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let cause = explain(&standard(), &without(name), BODY, at(0));
        assert_eq!(cause, Some(RejectionCause::MissingHeader(name.into())));
    }
    let mut pairs = headers(&proof);
    pairs[1].1 = "yesterday";
    assert_eq!(
        explain(&standard(), &pairs, BODY, at(0)),
        Some(RejectionCause::UnreadableHeader("webhook-timestamp".into()))
    );
    pairs[1].1 = "0";
    pairs[2].1 = "v1a,AAAA";
    assert_eq!(
        explain(&standard(), &pairs, BODY, at(0)),
        Some(RejectionCause::UnreadableHeader("webhook-signature".into()))
    );
}

#[test]
fn exotel_sha1_is_explained() {
    let tag = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
    let body = b"what do ya want for nothing?";
    let (exotel, pairs) = (Exotel::new(secrets("Jefe")), [(Exotel::HEADER, tag)]);
    let not_allowed = RejectionCause::Encoding("HMAC-SHA1, which only `Exotel::with_sha1` accepts");
    assert_eq!(explain(&exotel, &pairs, body, at(0)), Some(not_allowed));
    assert_eq!(explain(&exotel.clone().with_sha1(), &pairs, body, at(0)), None);
    assert_eq!(explain(&exotel.with_sha1(), &pairs, b"else", at(0)), Some(RejectionCause::Unknown));
    let retired = Exotel::new(secrets("new").with_retiring("Jefe", at(5)).unwrap()).with_sha1();
    assert_eq!(explain(&retired, &pairs, body, at(5)), Some(RejectionCause::ExpiredSecret));
    let spaced = Exotel::new(secrets("Jefe\n")).with_sha1();
    let kind = RejectionCause::SecretKind("without the white space around it");
    assert_eq!(explain(&spaced, &pairs, body, at(0)), Some(kind));
}

#[test]
fn no_match_is_an_unknown_cause() {
    assert_eq!(cause(&own(), &proof_by(&HmacSha256::new("x-sign", secrets("another"))), 0), RejectionCause::Unknown);
    let proof = sign(&own(), b"another body", at(0));
    assert_eq!(cause(&own(), &proof, 0), RejectionCause::Unknown);
    assert_eq!(explain(&own(), &headers(&proof_by(&own())), BODY, at(0)), None);
}

#[test]
fn a_scheme_shows_no_secret() {
    let all = secrets(SECRET).with_retiring("b2xkIG9sZCBvbGQ=", at(0)).unwrap();
    let texts = [
        format!("{:?}", HmacSha256::new("x", all.clone())),
        format!("{:?}", Meta::new(all.clone())),
        format!("{:?}", Exotel::new(all.clone()).with_sha1()),
        format!("{:?}", StandardWebhooks::try_new(all.clone()).unwrap()),
        format!("{:?}", incs_webhook::scheme::SharedSecret::in_path(all.clone())),
        format!("{:?}", Secrets::clone(&all)),
        format!("{:?}", Draft::new(BODY, at(0)).with_header("x", SECRET)),
        format!("{:?}", sign(&standard(), BODY, at(0))),
        format!("{:?}", Delivery::new(&[("x", SECRET)], BODY)),
    ];
    for text in texts {
        assert!(!text.contains("C2FV") && !text.contains("b2xk") && !text.contains("words"), "{text}");
    }
}

/// As PHP writes it, and so INCS.
const SENT: &str =
    r#"{"event":"message_created","list":[1,{"url":"https:\/\/example.com\/\u00e9","n":1.50},{},[]],"empty":""}"#;

#[test]
fn rewritten_body_is_recognised() {
    let key = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let (meta, standard) = (Meta::new(secrets(key)), StandardWebhooks::try_new(secrets(key)).unwrap());
    let unescaped = SENT.replace("\\/", "/");
    let readable = unescaped.replace("\\u00e9", "é");
    let spaced = readable.replace(',', ", ").replace(':', ": ").replace("https: ", "https:");
    let pretty = "{\n  \"event\": \"message_created\",\n  \"list\": [\n    1,\n    {\n      \"url\": \"https://example.com/é\",\n      \
                  \"n\": 1.50\n    },\n    {},\n    []\n  ],\n  \"empty\": \"\"\n}";
    let ended = |form: &str| [form.to_owned(), format!("{form}\n")];
    let forms: Vec<String> = [SENT, &unescaped, &readable, &spaced].into_iter().flat_map(ended).collect();
    for sent in &forms {
        let (by_meta, by_standard) = (sign(&meta, sent.as_bytes(), at(0)), sign(&standard, sent.as_bytes(), at(0)));
        for came in forms.iter().chain(&ended(pretty)) {
            let cause = (came != sent).then_some(RejectionCause::BodyRewritten);
            assert_eq!(explain(&meta, &headers(&by_meta), came.as_bytes(), at(0)), cause, "{sent}\n{came}");
            assert_eq!(explain(&standard, &headers(&by_standard), came.as_bytes(), at(0)), cause, "{sent}\n{came}");
            assert_eq!(verify(&meta, &headers(&by_meta), came.as_bytes(), at(0)).is_ok(), came == sent);
        }
    }
}

#[test]
fn changed_value_is_another_body() {
    let meta = Meta::new(secrets("a"));
    let proof = sign(&meta, SENT.as_bytes(), at(0));
    for came in [SENT.replace("1.50", "1.5"), SENT.replace("message", "Message"), format!("{SENT}x"), String::new()] {
        assert_eq!(verify(&meta, &headers(&proof), came.as_bytes(), at(0)), Err(VerifyError::Mismatch));
        assert_eq!(explain(&meta, &headers(&proof), came.as_bytes(), at(0)), Some(RejectionCause::Unknown), "{came}");
    }
}
