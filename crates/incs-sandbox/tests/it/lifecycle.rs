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
async fn message_id_matches_its_channel() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let sent = client(&sandbox).messages().send(viber::Message::new(to(), "Your table is ready.")).await.unwrap();
    assert_eq!(sent.message_id.as_str().len(), 36);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn closed_window_fails_plain_messages() {
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
            let report = client.messages().status([sent.message_id]).await.unwrap();
            let state = report.answered()[0].message_status.clone();
            let wanted = if *arrives || is_open { State::Read } else { State::Failed };
            assert_eq!(state, wanted, "{window:?} after {after:?}: {:?} {}", message.channel(), message.kind());
        }
        sandbox.shutdown().await;
    }
}

#[tokio::test]
async fn reply_opens_window_for_24_hours() {
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
            let report = client.messages().status([sent.message_id]).await.unwrap();
            assert_eq!(report.answered()[0].message_status, wanted, "{channel:?} after {wait:?}");
        }
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn messages_are_accepted_at_any_speed() {
    for speed in [1e-19, 1e-300, f64::MIN_POSITIVE, 5e-324, 1e300, f64::MAX, f64::NAN, f64::INFINITY, -1.0, 0.0] {
        for clock in [Clock::Real, Clock::starting_at(Timestamp::from_second(1_775_540_101).unwrap())] {
            let sandbox = Sandbox::builder().pace(Pace::default().faster(speed)).clock(clock).start().await.unwrap();
            let text = whatsapp::Message::new(to(), whatsapp::Content::Text("x".to_owned()));
            let sent = client(&sandbox).messages().send(text).await.unwrap();
            sandbox.advance(Duration::from_mins(1)).await;
            let message = sandbox.message(sent.message_id.as_str()).unwrap();
            assert!(speed > 1e-10 || speed.is_nan() || speed <= 0.0 || message.sent_at.is_none(), "{speed}");
            // All that will ever be due.
            sandbox.advance(Duration::MAX).await;
            sandbox.shutdown().await;
        }
    }
}
