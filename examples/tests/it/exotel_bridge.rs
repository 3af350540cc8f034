//! Two providers, one service behind them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post as to;
use serde_json::Value;
use tokio::net::TcpListener;

use incs_facade::webhook::Secrets;
use incs_facade::webhook::scheme::Exotel;
use incs_sandbox::{Channel, Webhook};

use crate::support::{Running, example_at, in_path, post, post_signed, sandbox};

const INCOMING: &str = include_str!("../../../crates/incs-model/fixtures/exotel/incoming-text.json");

fn signed() -> Exotel {
    Exotel::new(Secrets::try_new("of-exotel").unwrap())
}

/// The service within: what it was posted, by key, and what it answers.
#[derive(Clone, Default)]
struct Within {
    posts: Arc<Mutex<Vec<(String, Value)>>>,
    is_down: Arc<Mutex<bool>>,
}

impl Within {
    async fn start(&self) -> String {
        let within = self.clone();
        let take = async move |headers: HeaderMap, body: String| {
            if *within.is_down.lock().unwrap() {
                return StatusCode::INTERNAL_SERVER_ERROR;
            }
            let key = headers["idempotency-key"].to_str().unwrap().to_owned();
            within.posts.lock().unwrap().push((key, serde_json::from_str(&body).unwrap()));
            StatusCode::NO_CONTENT
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/messages", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/messages", to(take))).await });
        url
    }

    fn posts(&self) -> Vec<(String, Value)> {
        self.posts.lock().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_both_providers_come_to_the_service_in_one_form() {
    let (sandbox, within) = (sandbox().await, Within::default());
    let mut command = example_at(&sandbox, "exotel_bridge", &[]);
    let mut running =
        Running::start(command.env("EXOTEL_SECRET", "of-exotel").env("INTERNAL_URL", within.start().await));
    let origin = running.origin().await;
    let (exotel, incs) = (format!("{origin}/exotel"), format!("{origin}/incs"));
    sandbox.add_webhook(Webhook::to(&exotel).exotel().signed_with(signed())).unwrap();
    sandbox.add_webhook(Webhook::to(&incs).events(["new_message"]).signed_with(in_path())).unwrap();
    sandbox.customer(Channel::WhatsApp, "85251230088").says("Is my table ready?").unwrap();
    assert_eq!(running.line().await, "1 of 1 items passed on");
    sandbox.customer(Channel::Rcs, "85251230099").says("Are you open?").unwrap();
    for _ in 0..2 {
        assert_eq!(running.line().await, "1 of 1 items passed on");
    }
    let mut seen: Vec<_> = within.posts().into_iter().map(|(_, message)| message).collect();
    seen.sort_by_key(|message| format!("{} {}", message["provider"], message["channel"]));
    let posted =
        ["provider", "channel", "user"].map(|member| seen.iter().map(|one| one[member].clone()).collect::<Vec<_>>());
    assert_eq!(posted[0], ["exotel", "incs", "incs"]);
    assert_eq!(posted[1], ["rcs", "rcs", "whatsapp"]);
    let texts: Vec<_> = seen.iter().map(|one| one["content"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Are you open?", "Are you open?", "Is my table ready?"]);

    // A stranger, then one delivery twice.
    assert_eq!(post(&exotel, &[("x-exotel-signature", "sha256=00")], INCOMING).await, 401);
    assert_eq!(post(&exotel, &[], INCOMING).await, 401);
    assert_eq!(post(&format!("{incs}/guessed"), &[], INCOMING).await, 401);
    assert_eq!(within.posts().len(), 3);
    for _ in 0..2 {
        assert_eq!(post_signed(&exotel, &signed(), INCOMING).await, 200);
    }
    assert!(matches!(&within.posts()[3..], [first, second] if first == second));

    *within.is_down.lock().unwrap() = true;
    assert_eq!(post_signed(&exotel, &signed(), INCOMING).await, 503);
    let ended = running.interrupt().await;
    assert_eq!((ended.code, within.posts().len()), (Some(0), 5));
    assert!(ended.stderr.contains("status 500"), "{ended:?}");
}
