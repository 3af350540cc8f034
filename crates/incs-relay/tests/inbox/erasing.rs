//! Tests of erasing a person.

use incs_model::event::whatsapp::{Contact, Value};
use incs_model::{Party, event::MessageStatusUpdate, status::State};
use incs_relay::store::{ItemState, OperatorAction, OperatorResult, Store as _};
use incs_webhook::testing::bodies::{self, Body};

use crate::support::{Inbox, JSON, TARGET, delivery, post, receiver, text};

#[tokio::test]
async fn erased_person_leaves_keys_and_others() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let mut value = Value::new();
    value.messages = vec![text("6281200045678", "a", "my secret"), text("6281200045679", "b", "another text")];
    value.contacts = ["6281200045678", "6281200045679"].map(|number| Contact::new().with_wa_id(number)).into();
    let shared = bodies::whatsapp(30112, "6281100099001", value);
    post(&relay, &shared).await;
    post(&relay, &delivery([text("6281200045678", "c", "more secrets")])).await;
    post(&relay, &Body::incs(MessageStatusUpdate::new("wamid.A", State::Read))).await;

    let person = Party::of_phone("6281200045678");
    assert_eq!(relay.erase(&person).await.unwrap(), 2);
    assert_eq!(relay.erase(&person).await.unwrap(), 0);

    let items = inbox.items().await;
    let seen: Vec<_> = items.iter().map(|item| (item.state, item.is_erased)).collect();
    assert_eq!(
        seen,
        [(ItemState::Done, true), (ItemState::Stored, false), (ItemState::Done, true), (ItemState::Stored, false)]
    );
    for item in inbox.store.read(None, 10).await.unwrap() {
        let text = [item.raw.unwrap_or_default(), item.envelope.to_vec()].concat();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("secret") && !text.contains("6281200045678"), "{text}");
    }
    assert!(inbox.store.body(items[0].id).await.unwrap().is_none());
    let body = String::from_utf8(inbox.store.body(items[1].id).await.unwrap().unwrap()).unwrap();
    assert!(body.contains("another text") && !body.contains("6281200045678"), "{body}");
    assert_eq!(body.len(), shared.as_str().len());

    // The keys are kept, so a repeat is recognized, and nothing can be replayed.
    post(&relay, &shared).await;
    assert_eq!(inbox.items().await.len(), 4);
    let results = inbox.store.operate(vec![(items[0].id, OperatorAction::Replay)]).await.unwrap();
    assert_eq!(results, [OperatorResult::Erased]);

    let calls = inbox.calls.clone();
    let relay = inbox
        .builder()
        .on_message(move |message, _| {
            calls.add(message.user.unwrap().phone.unwrap().as_str());
            async { Ok(()) }
        })
        .build();
    inbox.drain(&relay).await;
    assert_eq!(inbox.calls.all(), ["6281200045679"]);
}

/// Items that were not understood may name a person too.
#[tokio::test]
async fn item_that_contains_the_number_is_erased() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let unknown = |text: &str| format!(r#"{{"event":"of_tomorrow","who":{text}}}"#);
    for (who, is_theirs) in [
        (r#""6281200045678""#, true),
        (r#""+6281200045678""#, true),
        ("6281200045678", true),
        (r#"{"id":"30112_6281200045678"}"#, true),
        (r#""16281200045678""#, false),
        (r#""62812000456789""#, false),
        (r#""wamid6281200045678x""#, false),
    ] {
        let before = inbox.items().await.len();
        let reply = relay.receive(&receiver(), &JSON, TARGET, unknown(who).as_bytes()).await;
        assert_eq!(reply.status(), 200);
        let erased = relay.erase(&Party::of_phone("+6281200045678")).await.unwrap();
        assert_eq!(erased, u64::from(is_theirs), "{who}");
        assert_eq!(inbox.items().await[before].is_erased, is_theirs, "{who}");
    }
}
