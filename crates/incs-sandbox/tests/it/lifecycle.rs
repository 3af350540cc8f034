//! The life cycle of a message.

use std::time::Duration;

use incs_model::status::State;
use incs_model::{OutboundMessage, PhoneNumber, Timestamp, rcs, viber, whatsapp};
use incs_sandbox::{Channel, Clock, Pace, Sandbox, Window};

use crate::support::client;

fn to() -> PhoneNumber {
    "+852 5123 0088".parse().unwrap()
}

#[tokio::test]
async fn a_text_is_accepted_with_an_id_of_the_look_of_its_channel() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let sent = client(&sandbox).messages().send(viber::Message::text(to(), "Your table is ready.")).await.unwrap();
    assert_eq!(sent.msg_id.as_str().len(), 36);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn to_a_customer_who_has_not_written_only_templates_and_viber_arrive() {
    let text = || "See you".to_owned();
    let cases: [(OutboundMessage, bool); 5] = [
        (whatsapp::Message::new(to(), whatsapp::Content::Text(text())).into(), false),
        (whatsapp::Message::new(to(), whatsapp::Template::new("order_received_v2")).into(), true),
        (rcs::Message::new(to(), rcs::Content::Text(text())).into(), false),
        (rcs::Message::new(to(), rcs::Template::new("delivery_note_1")).into(), true),
        (viber::Message::new(to(), viber::Content::Text(text())).into(), true),
    ];
    // Presumed: the 24 hours after the start, as if all had written then.
    let day = Duration::from_hours(24);
    for (window, after, is_open) in [
        (Window::Strict, Duration::ZERO, false),
        (Window::Presumed, Duration::from_hours(23), true),
        (Window::Presumed, day, false),
        (Window::Open, 2 * day, true),
    ] {
        let clock = Clock::starting_at(Timestamp::from_second(1_775_540_101).unwrap());
        let builder = Sandbox::builder().pace(Pace::instant()).clock(clock).window(window);
        let sandbox = builder.start().await.unwrap();
        let client = client(&sandbox);
        sandbox.advance(after).await;
        for (message, arrives) in &cases {
            let sent = client.messages().send(message.clone()).await.unwrap();
            sandbox.advance(Duration::from_secs(1)).await;
            let report = client.messages().status([sent.msg_id]).await.unwrap();
            let state = report.answered()[0].message_status.clone();
            let wanted = if *arrives || is_open { State::Read } else { State::Failed };
            assert_eq!(state, wanted, "{window:?} after {after:?}: {:?} {}", message.channel(), message.kind());
        }
        sandbox.shutdown().await;
    }
}

#[tokio::test]
async fn a_reply_opens_the_window_for_24_hours_on_its_channel_only() {
    let clock = Clock::starting_at(Timestamp::from_second(1_775_540_101).unwrap());
    let builder = Sandbox::builder().pace(Pace::instant()).clock(clock).window(Window::Strict);
    let sandbox = builder.start().await.unwrap();
    let client = client(&sandbox);
    sandbox.customer(Channel::WhatsApp, to().as_str()).says("Hello?").unwrap();

    let second = Duration::from_secs(1);
    // Each send takes a second of the clock.
    for (wait, whatsapp, rcs) in [
        (Duration::ZERO, State::Read, State::Failed),
        (Duration::from_secs(24 * 60 * 60 - 4), State::Read, State::Failed),
        (second, State::Failed, State::Failed),
    ] {
        sandbox.advance(wait).await;
        let texts: [OutboundMessage; 2] = [
            whatsapp::Message::new(to(), whatsapp::Content::Text("x".to_owned())).into(),
            rcs::Message::new(to(), rcs::Content::Text("x".to_owned())).into(),
        ];
        for (message, wanted) in texts.into_iter().zip([whatsapp, rcs]) {
            let channel = message.channel();
            let sent = client.messages().send(message).await.unwrap();
            sandbox.advance(second).await;
            let report = client.messages().status([sent.msg_id]).await.unwrap();
            assert_eq!(report.answered()[0].message_status, wanted, "{channel:?} after {wait:?}");
        }
    }
    sandbox.shutdown().await;
}
