//! The details of a message.

use incs_model::{PhoneNumber, viber};
use incs_sandbox::{Sandbox, Webhook};
use serde_json::json;

use super::browser::Page;
use super::receiver::Receiver;
use super::samples;
use crate::support::client;

#[tokio::test]
async fn details_show_request_and_webhooks() {
    let receiver = Receiver::start().await;
    let sandbox = Sandbox::builder().seed(7).webhook(Webhook::to(&receiver.url)).start().await.unwrap();
    let to: PhoneNumber = "85251230088".parse().unwrap();
    let sent = client(&sandbox).messages().send(viber::Message::new(to, "It's \"ready\".")).await.unwrap();
    let page = Page::open(&sandbox, "/viber/85251230088").await;
    page.click(".bubble").await;
    page.until("the request", "document.querySelectorAll('#drawer .code-box').length >= 2").await;

    let request = page.eval("document.querySelector('#drawer .code-box').innerText").await;
    let request: serde_json::Value = serde_json::from_str(request.as_str().unwrap()).unwrap();
    assert_eq!(request, json!({ "to": "85251230088", "type": "text", "text": "It's \"ready\"." }));
    let reply = page.eval("document.querySelectorAll('#drawer .code-box')[1].innerText").await;
    assert!(reply.as_str().unwrap().contains(sent.message_id.as_str()));
    page.until("the receipts", "document.querySelectorAll('#drawer [data-delivery] .is-ok').length >= 2").await;
    page.click("#drawer [data-delivery] summary").await;
    let attempt = page.until("the attempt", "document.querySelector('#drawer .attempt')?.innerText").await;
    assert!(attempt.as_str().unwrap().contains("Attempt 1"), "{attempt}");

    // What is copied is taken from the clipboard's place, since a browser keeps the real one to itself.
    page.eval("(() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; })()").await;
    page.eval("[...document.querySelectorAll('#drawer .button')].find((node) => node.textContent === 'curl').click()")
        .await;
    let curl = page.until("the line", "window.copied").await;
    let curl = curl.as_str().unwrap();
    assert!(!curl.contains(&sandbox.certification_code()), "{curl}");
    // The line does what it says: a shell runs it.
    let output = tokio::process::Command::new("sh")
        .args(["-c", &format!("{curl} --silent")])
        .env("INCS_CERTIFICATION_CODE", sandbox.certification_code())
        .output()
        .await
        .unwrap();
    let reply: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{curl}\n{output:?}"));
    assert_eq!(reply["status"], "success");
    page.until("the second message", "document.querySelectorAll('.bubble').length === 2").await;
    let texts = page.eval("[...document.querySelectorAll('.bubble .text')].map((node) => node.textContent)").await;
    assert_eq!(texts, json!(["It's \"ready\".", "It's \"ready\"."]));
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn warnings_of_a_message_are_shown() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    // That the ids of rows differ is inferred.
    let body = json!({ "to": "85251230088", "type": "interactive", "interactive": { "type": "list", "body": { "text": "When?" },
        "action": { "button": "Pick", "sections": [{ "title": "Tomorrow",
            "rows": [{ "id": "am", "title": "Morning" }, { "id": "am", "title": "Noon" }] }] } } });
    samples::send(&sandbox, "whatsapp", &body.to_string()).await;
    let page = Page::open(&sandbox, "/whatsapp/85251230088").await;
    page.click(".bubble").await;
    let warnings = "[...document.querySelectorAll('#drawer h3')].find((title) => title.textContent === 'Warnings')?.closest('.block').textContent";
    let shown = page.until("the warnings", warnings).await;
    assert!(shown.as_str().unwrap().contains("/interactive/action/sections/0/rows/1/id"), "{shown}");
    page.is_clean().await;
    page.close().await;
}
