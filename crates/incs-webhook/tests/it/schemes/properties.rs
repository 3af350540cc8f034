//! Nothing but what was signed is accepted.

use incs_webhook::Delivery;
use incs_webhook::scheme::{
    AnyOf, Encoding, Exotel, HmacSha256, Meta, Part, Scheme, SharedSecret, StandardWebhooks, VerifyError,
};
use incs_webhook::testing::sign::{Proof, Sign};
use proptest::prelude::*;

use super::{at, headers, secrets, sign, signature, verify, verify_proof};

trait Both: Scheme + Sign {}
impl<S: Scheme + Sign> Both for S {}

const TEXT: &str = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn own(encoding: Encoding) -> HmacSha256 {
    let parts = [Part::seconds("x-time"), Part::text("."), Part::Body];
    HmacSha256::new("x-sign", secrets(TEXT)).with_encoding(encoding).with_signed(parts).unwrap()
}

fn schemes() -> Vec<Box<dyn Both>> {
    vec![
        Box::new(HmacSha256::new("x-sign", secrets(TEXT))),
        Box::new(own(Encoding::Hex).with_prefix("v0=")),
        Box::new(own(Encoding::Base64)),
        Box::new(own(Encoding::Base64Url)),
        Box::new(Meta::new(secrets(TEXT))),
        Box::new(Exotel::new(secrets(TEXT))),
        Box::new(Exotel::new(secrets(TEXT)).with_sha1()),
        Box::new(StandardWebhooks::try_new(secrets(TEXT)).unwrap()),
    ]
}

fn is_base64(signature: &str) -> bool {
    signature.len() < 60
}

/// The same headers with another signature.
fn with_signature<'a>(proof: &'a Proof, changed: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut pairs = headers(proof);
    pairs.last_mut().unwrap().1 = changed;
    pairs
}

proptest! {
    #[test]
    fn flipped_body_bit_is_rejected(
        mut body in proptest::collection::vec(any::<u8>(), 1..200), at_byte: prop::sample::Index, bit in 0..8_u8
    ) {
        for scheme in schemes() {
            let proof = sign(&*scheme, &body, at(1_700_000_000));
            prop_assert_eq!(verify_proof(&*scheme, &proof, &body, at(1_700_000_000)), Ok(()));
            let place = at_byte.index(body.len());
            body[place] ^= 1 << bit;
            prop_assert_eq!(verify_proof(&*scheme, &proof, &body, at(1_700_000_000)), Err(VerifyError::Mismatch));
            body[place] ^= 1 << bit;
        }
    }

    #[test]
    fn changed_signature_character_is_rejected(
        body in proptest::collection::vec(any::<u8>(), 0..50), place: prop::sample::Index, by in prop::char::range(' ', '~')
    ) {
        for scheme in schemes() {
            let proof = sign(&*scheme, &body, at(1_700_000_000));
            let text = signature(&proof);
            let place = place.index(text.len());
            let found = text[place..].chars().next().unwrap();
            let changed = format!("{}{by}{}", &text[..place], &text[place + 1..]);
            // Hex may have either case, but the prefix may not.
            let prefix = text.find([',', '=']).filter(|at| *at < 10).map_or(0, |at| at + 1);
            let is_hex_case = !is_base64(text) && place >= prefix && by.eq_ignore_ascii_case(&found);
            // A space in place of the padding ends the first signature of a list, and the padding may be missing.
            let is_end_of_list = text.starts_with("v1,") && by == ' ' && place + 1 == text.len();
            let accepted = verify(&*scheme, &with_signature(&proof, &changed), &body, at(1_700_000_000)).is_ok();
            prop_assert_eq!(accepted, found == by || is_hex_case || is_end_of_list, "{} {}", text, changed);
        }
    }

    #[test]
    fn changed_signed_header_is_rejected(place: prop::sample::Index, digit in prop::char::range('0', '9')) {
        for scheme in schemes() {
            let proof = sign(&*scheme, b"{}", at(1_700_000_000));
            let signed = proof.headers().len() - 1;
            for which in 0..signed {
                let mut pairs = headers(&proof);
                let text = pairs[which].1;
                let place = place.index(text.len());
                let changed = format!("{}{digit}{}", &text[..place], &text[place + 1..]);
                pairs[which].1 = &changed;
                let accepted = verify(&*scheme, &pairs, b"{}", at(1_700_000_000));
                prop_assert_eq!(accepted.is_ok(), changed == text);
            }
        }
    }

    #[test]
    fn base64_padding_is_optional(body: Vec<u8>) {
        for scheme in schemes() {
            let proof = sign(&*scheme, &body, at(0));
            if is_base64(signature(&proof)) {
                let bare = signature(&proof).trim_end_matches('=');
                prop_assert_ne!(bare, signature(&proof));
                prop_assert_eq!(verify(&*scheme, &with_signature(&proof, bare), &body, at(0)), Ok(()));
                let two = format!("{bare}==");
                prop_assert!(verify(&*scheme, &with_signature(&proof, &two), &body, at(0)).is_err());
            }
        }
    }

    #[test]
    fn random_header_bytes_are_rejected(
        value: Vec<u8>, text in "(sha256=|v1,|v0=)?[0-9a-fA-F+/=, -]{0,90}", body: Vec<u8>, target in "\\PC{0,40}", now: i32
    ) {
        let names = [
            "x-sign", "x-time", "webhook-id", "webhook-timestamp", "webhook-signature", "svix-signature", "svix-id",
            "x-hub-signature-256", "x-exotel-signature",
        ];
        let mut all: Vec<Box<dyn Scheme>> = schemes().into_iter().map(|scheme| scheme as Box<dyn Scheme>).collect();
        all.push(Box::new(SharedSecret::in_path(secrets(TEXT))));
        all.push(Box::new(SharedSecret::in_query("key", secrets(TEXT))));
        all.push(Box::new(SharedSecret::in_header("x-sign", secrets(TEXT)).with_prefix("Bearer ")));
        all.push(Box::new(AnyOf::new(Meta::new(secrets(TEXT))).or(Exotel::new(secrets(TEXT)))));
        for value in [&value[..], text.as_bytes()] {
            for time in [value, b"1700000000"] {
                let pairs = names.map(|name| (name, if name.contains("time") { time } else { value }));
                for scheme in &all {
                    let delivery = Delivery::new(&pairs, &body).with_target(&target);
                    prop_assert!(delivery.verify(&**scheme, at(now.into())).is_err());
                    prop_assert!(delivery.explain(&**scheme, at(now.into())).is_some());
                }
            }
        }
    }
}

#[test]
fn another_bodys_signature_is_rejected() {
    for scheme in schemes() {
        let proof = sign(&*scheme, b"{}", at(0));
        assert_eq!(verify_proof(&*scheme, &proof, b"[]", at(0)), Err(VerifyError::Mismatch));
        assert_eq!(verify_proof(&*scheme, &proof, b"", at(0)), Err(VerifyError::Mismatch));
        for wrong in ["", " ", "sha256=", "v1,", "v1", "=", "%"] {
            let error = verify(&*scheme, &with_signature(&proof, wrong), b"{}", at(0)).unwrap_err();
            assert!(matches!(error, VerifyError::UnreadableHeader(_)), "{wrong:?}: {error}");
        }
    }
}
