//! Standard Webhooks, beyond its published examples.

use incs_webhook::RejectionCause;
use incs_webhook::scheme::{HeaderNames, SecretNotBase64, StandardWebhooks, VerifyError};
use incs_webhook::testing::sign::{Draft, Sign as _};

use super::{at, explain, headers, secrets, sign, signature, verify};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const NOW: i64 = 1_700_000_000;

fn scheme() -> StandardWebhooks {
    StandardWebhooks::try_new(secrets(SECRET)).unwrap()
}

#[test]
fn secret_must_be_a_base64_key() {
    for wrong in ["whsec_", "whsec_\n", "a secret", "whpk_AQID", "whsec_AQI_", "whsec_AQID\n"] {
        assert_eq!(StandardWebhooks::try_new(secrets(wrong)).unwrap_err(), SecretNotBase64, "{wrong:?}");
    }
    let one_wrong = secrets(SECRET).with_another("?").unwrap();
    assert_eq!(StandardWebhooks::try_new(one_wrong).unwrap_err(), SecretNotBase64);
}

#[test]
fn one_right_signature_is_enough() {
    let proof = sign(&scheme(), b"{}", at(NOW));
    let right = signature(&proof).to_owned();
    let wrong = format!("v1,{}=", "A".repeat(43));
    let unreadable = Err(VerifyError::UnreadableHeader("webhook-signature".into()));
    for (value, expected) in [
        (format!("{wrong} {right}"), Ok(())),
        (format!("{right} {wrong}"), Ok(())),
        (format!("v1a,{} v2,x  {right} v1,", "A".repeat(86)), Ok(())),
        (format!("{wrong} {wrong}"), Err(VerifyError::Mismatch)),
        (right.replace("v1,", "v1a,"), unreadable.clone()),
        (right.replace("v1,", "v2,"), unreadable.clone()),
        (right.replace("v1,", ""), unreadable.clone()),
        (right.replace(',', "="), unreadable.clone()),
        (format!("{wrong},{right}"), unreadable.clone()),
        (String::new(), unreadable),
    ] {
        let mut pairs = headers(&proof);
        pairs[2].1 = &value;
        assert_eq!(verify(&scheme(), &pairs, b"{}", at(NOW)), expected, "{value}");
    }
}

#[test]
fn header_sets_are_not_mixed() {
    let proof = sign(&scheme(), b"{}", at(NOW));
    let svix = sign(&scheme().with_names(HeaderNames::Svix), b"{}", at(NOW));
    assert_eq!(headers(&svix).map_names(), ["svix-id", "svix-timestamp", "svix-signature"]);
    let (both, standard, only_svix) =
        (scheme(), scheme().with_names(HeaderNames::Standard), scheme().with_names(HeaderNames::Svix));
    let missing = |name: &'static str| Err(VerifyError::MissingHeader(name.into()));
    assert_eq!(verify(&both, &headers(&svix), b"{}", at(NOW)), Ok(()));
    assert_eq!(verify(&only_svix, &headers(&svix), b"{}", at(NOW)), Ok(()));
    assert_eq!(verify(&standard, &headers(&svix), b"{}", at(NOW)), missing("webhook-id"));
    assert_eq!(verify(&only_svix, &headers(&proof), b"{}", at(NOW)), missing("svix-id"));
    let mut mixed = headers(&proof);
    mixed[1] = headers(&svix)[1];
    assert_eq!(verify(&both, &mixed, b"{}", at(NOW)), missing("webhook-timestamp"));
    // Of two sets, the valid one counts.
    let (mut good, mut bad) = (headers(&svix), headers(&proof));
    bad[0].1 = "msg_other";
    good.extend(bad);
    assert_eq!(verify(&both, &good, b"{}", at(NOW)), Ok(()));
    for (set, names) in [
        (&proof, ["webhook-id", "webhook-timestamp", "webhook-signature"]),
        (&svix, ["svix-id", "svix-timestamp", "svix-signature"]),
    ] {
        for name in names {
            let rest: Vec<_> = headers(set).into_iter().filter(|(other, _)| *other != name).collect();
            // A set without its id does not count as present, so the first set is named.
            let named = if name == "svix-id" { "webhook-id" } else { name };
            assert_eq!(verify(&both, &rest, b"{}", at(NOW)), missing(named));
            assert_eq!(explain(&both, &rest, b"{}", at(NOW)), Some(RejectionCause::MissingHeader(named.into())));
        }
    }
}

trait Names {
    fn map_names(&self) -> Vec<String>;
}

impl Names for Vec<(&str, &str)> {
    fn map_names(&self) -> Vec<String> {
        self.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

#[test]
fn id_with_full_stop_is_rejected() {
    // Signed: msg_1, 1700000000 and a body that holds what looks like a time and a body of its own.
    let inner = r#"{"forged":true}"#;
    let body = format!("x.{NOW}.{inner}");
    let proof = scheme().sign(&Draft::new(body.as_bytes(), at(NOW)).with_id("msg_1")).unwrap();
    let moved = format!("msg_1.{NOW}.x");
    let mut pairs = headers(&proof);
    pairs[0].1 = &moved;
    let unreadable = VerifyError::UnreadableHeader("webhook-id".into());
    assert_eq!(verify(&scheme(), &pairs, inner.as_bytes(), at(NOW)), Err(unreadable.clone()));
    assert_eq!(
        explain(&scheme(), &pairs, inner.as_bytes(), at(NOW)),
        Some(RejectionCause::UnreadableHeader("webhook-id".into()))
    );
    pairs[0].1 = "";
    assert_eq!(verify(&scheme(), &pairs, b"{}", at(NOW)), Err(unreadable.clone()));
    for id in ["", "a.b"] {
        assert_eq!(scheme().sign(&Draft::new(b"{}", at(NOW)).with_id(id)).unwrap_err(), unreadable);
    }
}

#[test]
fn retry_keeps_the_message_id() {
    let (first, second) = (sign(&scheme(), b"{}", at(NOW)), sign(&scheme(), b"{}", at(NOW + 30)));
    assert_eq!(first.headers()[0], second.headers()[0]);
    assert_ne!(first.headers()[0], sign(&scheme(), b"[]", at(NOW)).headers()[0]);
}

#[test]
fn default_window_is_five_minutes() {
    let proof = sign(&scheme(), b"{}", at(NOW));
    for (by, expected) in [
        (-301, Err(VerifyError::TooNew)),
        (-300, Ok(())),
        (0, Ok(())),
        (300, Ok(())),
        (301, Err(VerifyError::TooOld)),
        (1_000_000, Err(VerifyError::TooOld)),
    ] {
        assert_eq!(verify(&scheme(), &headers(&proof), b"{}", at(NOW + by)), expected, "{by}");
    }
}
