//! The 24-hour window of WhatsApp and RCS.

use std::time::Duration;

use incs_model::event::whatsapp::{Content, Message, Text};
use incs_model::{Channel, Party, Timestamp, WireTime, viber, whatsapp};
use incs_relay::Window;
use incs_relay::store::{OutboxMessage, OutboxState};
use incs_webhook::testing::bodies;

use crate::support::{CUSTOMER, OTHER, Outbox, message};

/// Posts a message of a customer, written some hours ago.
async fn customer_wrote(outbox: &Outbox, customer: &str, hours: u64) {
    let mut inbound = Message::new(customer, format!("wamid.in{hours}").as_str(), Content::Text(Text::new("Hello")));
    let at = Timestamp::now() - Duration::from_hours(hours);
    inbound.timestamp = Some(WireTime::from_unix_seconds_text(at.as_second()));
    outbox.post(&bodies::whatsapp_messages(30112, "6281100099001", [inbound])).await;
}

fn template(key: &str, to: &str) -> OutboxMessage {
    let template = whatsapp::Template::new("order_paid");
    OutboxMessage::try_new(key, whatsapp::Message::new(to.parse().unwrap(), template)).unwrap()
}

#[tokio::test]
async fn closed_window_expires_free_form_messages_only() {
    let outbox = Outbox::new([]).await;
    customer_wrote(&outbox, CUSTOMER, 25).await;
    customer_wrote(&outbox, OTHER, 23).await;
    outbox.enqueue("closed", CUSTOMER, "closed").await;
    outbox.enqueue_message(template("template", CUSTOMER)).await;
    outbox.enqueue("open", OTHER, "open").await;
    outbox.enqueue("unknown", "85251230077", "unknown").await;
    let to_viber = viber::Message::new(CUSTOMER.parse().unwrap(), "viber");
    outbox.enqueue_message(OutboxMessage::try_new("viber", to_viber).unwrap()).await;
    outbox.drain(&outbox.builder().build()).await;
    let states: Vec<_> =
        outbox.entries().await.into_iter().map(|entry| (entry.key, entry.state, entry.reason)).collect();
    let accepted = |key: &str| (key.to_owned(), OutboxState::Accepted, None);
    assert_eq!(
        states,
        [
            ("closed".to_owned(), OutboxState::Expired, Some("window_closed".to_owned())),
            accepted("template"),
            accepted("open"),
            accepted("unknown"),
            accepted("viber"),
        ]
    );
}

#[tokio::test]
async fn customer_who_writes_again_opens_the_window() {
    let outbox = Outbox::new([]).await;
    customer_wrote(&outbox, CUSTOMER, 30).await;
    outbox.enqueue_message(message("a", CUSTOMER, "a")).await;
    customer_wrote(&outbox, CUSTOMER, 1).await;
    // A late webhook of an old message does not close it.
    customer_wrote(&outbox, CUSTOMER, 29).await;
    outbox.drain(&outbox.builder().build()).await;
    assert_eq!(outbox.states().await, [OutboxState::Accepted]);
}

#[tokio::test]
async fn window_is_known_before_one_composes() {
    let outbox = Outbox::new([]).await;
    let relay = outbox.builder().build();
    let party = Party::of_phone(CUSTOMER);
    let window = |channel: Channel| {
        let (relay, party) = (relay.clone(), party.clone());
        async move { relay.window(&channel, &party).await.unwrap() }
    };
    assert_eq!(window(Channel::WhatsApp).await, Window::Unknown);
    assert_eq!(window(Channel::Viber).await, Window::None);
    customer_wrote(&outbox, CUSTOMER, 25).await;
    assert!(matches!(window(Channel::WhatsApp).await, Window::Closed { since } if since < Timestamp::now()));
    customer_wrote(&outbox, CUSTOMER, 2).await;
    let Window::Open { until } = window(Channel::WhatsApp).await else { panic!("not open") };
    let left = until.duration_since(Timestamp::now());
    assert!((21..=22).contains(&left.as_hours()), "{left:?}");
    assert_eq!(window(Channel::Rcs).await, Window::Unknown, "each channel has its own");
    // By any id of the customer, and not after they were erased.
    let with_id = Party::of_phone(CUSTOMER).with_user_id("ID.1459");
    assert!(matches!(relay.window(&Channel::WhatsApp, &with_id).await.unwrap(), Window::Open { .. }));
    relay.erase(&party).await.unwrap();
    assert_eq!(window(Channel::WhatsApp).await, Window::Unknown);
}
