//! Every signing scheme.

use std::time::Duration;

use incs_model::Timestamp;
use incs_sandbox::{Action, Rule, Webhook};
use incs_webhook::scheme::{AnyOf, Encoding, Exotel, HmacSha256, Meta, Part, Scheme, SharedSecret, StandardWebhooks};
use incs_webhook::testing::sign::Sign;
use incs_webhook::{Receiver, Secrets};

use super::{send, still};
use crate::receiver::{Inbox, assert_understood};

const WORD: &str = "C2FVsBQIhrscChlQIMVb5sSYspob7oDw";

fn secrets() -> Secrets {
    Secrets::try_new(WORD).unwrap()
}

/// Each scheme: what the sandbox does, the same as JSON, and what the receiver expects.
fn schemes() -> Vec<(Webhook, String, Receiver)> {
    fn row<S: Sign + Scheme + Clone + 'static>(url: &str, json: &str, scheme: &S) -> (Webhook, String, Receiver) {
        let json = format!(r#"{{"url":"{url}","signing":{{{json},"secret":"{WORD}"}}}}"#);
        (Webhook::to(url).signed_with(scheme.clone()), json, Receiver::new(scheme.clone()))
    }
    let url = "http://127.0.0.1:1/hooks?a=1";
    let hmac = HmacSha256::new("x-signature", secrets());
    let timed = HmacSha256::new("x-mac", secrets())
        .with_encoding(Encoding::Base64Url)
        .with_prefix("v0=")
        .with_signed([Part::seconds("x-time"), Part::text("."), Part::Body])
        .unwrap();
    let standard = StandardWebhooks::try_new(secrets()).unwrap();
    let bearer = SharedSecret::in_header("authorization", secrets()).with_prefix("Bearer ");
    vec![
        row(url, r#""scheme":"shared_secret_path""#, &SharedSecret::in_path(secrets())),
        row(url, r#""scheme":"shared_secret_query""#, &SharedSecret::in_query("token", secrets())),
        row(url, r#""scheme":"shared_secret_query","name":"k""#, &SharedSecret::in_query("k", secrets())),
        row(url, r#""scheme":"shared_secret_header""#, &SharedSecret::in_header("x-webhook-secret", secrets())),
        row(url, r#""scheme":"shared_secret_header","name":"Authorization","prefix":"Bearer ""#, &bearer),
        row(url, r#""scheme":"hmac_sha256""#, &hmac),
        row(
            url,
            r#""scheme":"hmac_sha256","name":"X-Mac","encoding":"base64_url","prefix":"v0=","timestamp":"X-Time""#,
            &timed,
        ),
        row(url, r#""scheme":"standard_webhooks""#, &standard),
        row(url, r#""scheme":"standard_webhooks","names":"svix""#, &standard),
        row(url, r#""scheme":"meta""#, &Meta::new(secrets())),
        row(url, r#""scheme":"exotel""#, &Exotel::new(secrets())),
    ]
}

fn now() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn receiver_verifies_every_scheme() {
    let any =
        Receiver::new(AnyOf::new(Meta::new(secrets())).or(Exotel::new(secrets())).or(SharedSecret::in_path(secrets())));
    for (index, (_, json, receiver)) in schemes().into_iter().enumerate() {
        for is_spoiled in [false, true] {
            let inbox = Inbox::open().await;
            let json = json.replace("http://127.0.0.1:1", &format!("http://{}", inbox.address()));
            let webhook = Webhook::decode(json.as_bytes()).unwrap();
            let mut builder = still().webhook(webhook);
            if is_spoiled {
                builder = builder.fault(Rule::new(Action::BadSignature));
            }
            let sandbox = builder.start().await.unwrap();
            send(&sandbox, 1).await;
            sandbox.advance(Duration::ZERO).await;
            let posts = inbox.posts();
            assert_eq!(posts.len(), 4, "{json}");
            for post in &posts {
                let batch = post.received_by(&receiver, now());
                assert_eq!(batch.is_err(), is_spoiled, "{json} {:?}", batch.err());
                if let Ok(batch) = batch {
                    assert_understood(&batch);
                    let fits_any = matches!(index, 0 | 9 | 10);
                    assert_eq!(post.received_by(&any, now()).is_ok(), fits_any, "{json}");
                }
            }
        }
    }
}

#[test]
fn webhook_debug_hides_secret_and_url() {
    for (webhook, json, _) in schemes() {
        for webhook in [webhook, Webhook::decode(json.as_bytes()).unwrap()] {
            let text = format!("{webhook:?}");
            assert!(text.contains("Signing"), "{text}");
            assert!(!text.contains(WORD) && !text.contains("127.0.0.1"), "{text}");
        }
    }
}

#[test]
fn invalid_webhook_is_refused_by_pointer() {
    for (json, error) in [
        (r"[]", "expected an object"),
        (r#"{"url":"http://[::1]/","event":[]}"#, "/event: no such member; expected one of `url`, `events`, "),
        (
            r#"{"url":"http://[::1]/","signing":{"scheme":"meta","secret":"s","key":"k"}}"#,
            "/signing/key: no such member; expected one of `scheme`, ",
        ),
        (r#"{"url":7}"#, "/url: expected a string, found a number"),
        (r#"{"events":[]}"#, "/url: expected"),
        (r#"{"url":"http://[::1]/","provider":"meta"}"#, "/provider: "),
        (r#"{"url":"http://[::1]/","signing":{"scheme":"rot13","secret":"x"}}"#, "/signing/scheme: "),
        (r#"{"url":"http://[::1]/","signing":{"scheme":"meta"}}"#, "/signing/secret: "),
        (r#"{"url":"http://[::1]/","signing":{"scheme":"meta","secret":""}}"#, "/signing/secret: a secret is empty"),
        (
            r#"{"url":"http://[::1]/","signing":{"scheme":"meta","secret":"s","name":"x-mine"}}"#,
            "/signing/name: the scheme has no such member",
        ),
        (
            r#"{"url":"http://[::1]/","signing":{"scheme":"hmac_sha256","secret":"s","name":"a b"}}"#,
            "/signing/name: expected the name of a header",
        ),
        (
            r#"{"url":"http://[::1]/","signing":{"scheme":"hmac_sha256","secret":"s","timestamp":""}}"#,
            "/signing/timestamp: expected the name of a header",
        ),
        (
            r#"{"url":"http://[::1]/","signing":{"scheme":"standard_webhooks","secret":"not base64!"}}"#,
            "/signing/secret: a secret is not the base64 of a key",
        ),
        (
            r#"{"url":"http://[::1]/","signing":{"scheme":"shared_secret_header","secret":"a\nb"}}"#,
            "/signing/secret: expected a text without control characters",
        ),
    ] {
        let found = Webhook::decode(json.as_bytes()).unwrap_err().to_string();
        assert!(found.starts_with(error), "{json}\n{found}");
    }
}
