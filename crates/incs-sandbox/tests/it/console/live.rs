//! The page follows events without a reload.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::StatusCode;
use incs_model::{PhoneNumber, Timestamp, viber};
use incs_sandbox::{Channel, Clock, Pace, Sandbox};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::browser::Page;
use crate::support::client;

async fn quiet() -> Sandbox {
    let mut pace = Pace::default();
    pace.read_share = 1.0;
    let clock = Clock::starting_at(Timestamp::from_millisecond(1_775_540_000_000).unwrap());
    Sandbox::builder().seed(7).clock(clock).pace(pace).start().await.unwrap()
}

async fn send(sandbox: &Sandbox, to: &str, text: &str) {
    let to: PhoneNumber = to.parse().unwrap();
    client(sandbox).messages().send(viber::Message::new(to, text)).await.unwrap();
}

#[tokio::test]
async fn receipts_advance_while_one_looks_on() {
    let sandbox = quiet().await;
    let page = Page::open(&sandbox, "/viber/85251230088").await;
    page.eval("window.loaded = 'once'").await;
    send(&sandbox, "85251230088", "Your table is ready.").await;
    page.until("the bubble", "document.querySelector('.message .tick')?.dataset.state === 'created'").await;

    let mut seen = vec!["created".to_owned()];
    for _ in 0..400 {
        sandbox.advance(Duration::from_millis(25)).await;
        let state = format!("{:?}", sandbox.sent()[0].state).to_lowercase();
        if seen.last() != Some(&state) {
            page.until(&state, &format!("document.querySelector('.message .tick')?.dataset.state === '{state}'")).await;
            page.until(&state, &format!("document.querySelector('.row .tick')?.dataset.state === '{state}'")).await;
            seen.push(state);
        }
    }
    assert_eq!(seen, ["created", "sent", "delivered", "read"]);
    assert_eq!(page.eval("window.loaded").await, "once");
    page.is_clean().await;
    page.close().await;
}

/// Holds replies that list messages back until `release` is called, as a slow network does.
const HOLD_THREADS: &str = "(() => {
    const real = window.fetch;
    window.fetch = async (...asked) => {
      const reply = await real(...asked);
      if (/\\/conversations\\/.*\\/messages/.test(asked[0])) await new Promise((done) => { window.release = done; });
      return reply;
    };
  })()";

#[tokio::test]
async fn receipt_during_slow_read_is_kept() {
    let sandbox = quiet().await;
    let page = Page::open(&sandbox, "/").await;
    send(&sandbox, "85251230088", "Your table is ready.").await;
    page.until("the row", "document.querySelectorAll('.row').length === 1").await;
    page.eval(HOLD_THREADS).await;
    page.click(".row").await;
    page.until("the reply", "typeof window.release === 'function'").await;

    sandbox.advance(Duration::from_secs(10)).await;
    page.until("the receipt", "document.querySelector('.row .tick')?.dataset.state === 'read'").await;
    page.eval("window.release()").await;
    page.until("the bubble", "document.querySelector('.message .tick')?.dataset.state === 'read'").await;
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn search_opens_the_found_message() {
    let sandbox = quiet().await;
    for number in 0..70 {
        send(&sandbox, "85251230088", &format!("Parcel {number} leaves today.")).await;
    }
    send(&sandbox, "639171234567", "Your table is ready.").await;
    let page = Page::open(&sandbox, "/").await;
    page.until("both rows", "document.querySelectorAll('.row').length === 2").await;

    page.type_into(".search input", "63917").await;
    page.until("the number", "document.querySelectorAll('.row:not([data-number])').length === 1").await;
    page.eval("document.querySelector('.search input').value = ''").await;
    page.type_into(".search input", "parcel 3 leaves").await;
    page.until("the text", "document.querySelector('.row[data-number] mark')").await;
    assert_eq!(page.eval("document.querySelector('.row mark').textContent").await, "Parcel 3 leaves");
    page.click(".row[data-number]").await;
    // It is older than the first page of the conversation.
    let found = page.until("the message", "document.querySelector('.is-found .text')?.textContent").await;
    assert_eq!(found, "Parcel 3 leaves today.");
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn closed_conversation_counts_unread_messages() {
    let sandbox = quiet().await;
    let page = Page::open(&sandbox, "/").await;
    for text in ["one", "two"] {
        send(&sandbox, "85251230088", text).await;
    }
    sandbox.customer(Channel::Rcs, "491701234567").says("Hallo").unwrap();
    page.until("both rows", "document.querySelectorAll('.row').length === 2").await;
    let counts = page.until("counts", "document.querySelectorAll('.unread').length === 2 && [...document.querySelectorAll('.row')].map((row) => [row.dataset.channel, row.querySelector('.unread').textContent]).sort()").await;
    assert_eq!(counts, json!([["rcs", "1"], ["viber", "2"]]));
    page.click(".row[data-channel='viber']").await;
    page.until("one count", "document.querySelectorAll('.unread').length === 1").await;
    page.click(".filter[data-channel='rcs']").await;
    page.until("one row", "document.querySelectorAll('.row').length === 1").await;
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn page_reconnects_after_restart() {
    let first = Sandbox::builder().seed(7).start().await.unwrap();
    let port = first.base_url().rsplit(':').next().unwrap().parse().unwrap();
    let page = Page::open(&first, "/").await;
    send(&first, "85251230088", "Of the first").await;
    page.until("a row", "document.querySelector('.row')").await;
    first.shutdown().await;
    page.until("the loss", "document.querySelector('.live').dataset.live === 'lost'").await;
    // A reply that is no stream makes a browser give up for good; the page must not.
    stranger(port).await;
    let second = Sandbox::builder().seed(8).port(port).start().await.unwrap();
    page.until("the way back", "document.querySelector('.live').dataset.live === 'live'").await;
    page.until("another world", "document.querySelectorAll('.row').length === 0").await;
    send(&second, "639171234567", "Of the second").await;
    page.until("a row of it", "document.querySelector('.row')?.dataset.key === 'viber/639171234567'").await;
    page.close().await;
}

/// Another program that has the port for a while, until the page has asked it.
async fn stranger(port: u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let asked = Arc::new(Notify::new());
    let notify = Arc::clone(&asked);
    let router: Router = Router::new().fallback(async move || {
        notify.notify_one();
        StatusCode::NOT_FOUND
    });
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    asked.notified().await;
    asked.notified().await;
    server.abort();
    assert!(server.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn new_messages_do_not_move_buttons() {
    let sandbox = quiet().await;
    send(&sandbox, "85251230088", "Your table is ready.").await;
    let page = Page::open(&sandbox, "/viber/85251230088").await;
    page.until("the bubble", "document.querySelectorAll('.bubble').length === 1").await;
    page.click(".message .bubble").await;
    page.until("the details", "document.querySelector('#drawer .code-box')").await;
    page.eval("window.held = [...document.querySelectorAll('.bar button, #drawer [aria-label^=Close], #drawer h2')]")
        .await;
    assert_eq!(page.eval("held.length").await, 5);
    assert_eq!(page.eval("document.activeElement.tagName").await, "H2");
    for number in 2..5 {
        send(&sandbox, "85251230088", "Your parcel leaves today.").await;
        sandbox.advance(Duration::from_secs(2)).await;
        page.until("the bubble", &format!("document.querySelectorAll('.bubble').length === {number}")).await;
    }
    page.until("the receipt", "document.querySelector('.message .tick')?.dataset.state === 'read'").await;
    assert_eq!(page.eval("held.filter((node) => !node.isConnected).map((node) => node.outerHTML)").await, json!([]));
    assert_eq!(page.eval("document.activeElement.tagName").await, "H2", "the focus stays");
    page.is_clean().await;
    page.close().await;
}
