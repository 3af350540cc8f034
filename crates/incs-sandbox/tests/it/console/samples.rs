//! Every kind of message is shown.

use std::fs;
use std::path::Path;

use incs_sandbox::{Channel, Sandbox};
use serde_json::{Value, json};

use super::browser::{Page, TOO_FAINT};
use crate::support::{host, raw};

const NUMBER: &str = "85251230088";

/// Sends a body unchanged.
pub(super) async fn send(sandbox: &Sandbox, channel: &str, body: &str) {
    let request = format!(
        "POST /external/messages/{channel} HTTP/1.1\r\nhost: {}\r\ncertification-code: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        host(sandbox),
        sandbox.certification_code(),
        body.len()
    );
    let reply = raw(sandbox, &request).await;
    assert!(reply.contains("\"msg_id\""), "{reply}");
}

/// Sends every sample, and returns their names and bodies.
pub(super) async fn send_all(sandbox: &Sandbox) -> Vec<(String, String)> {
    for channel in Channel::ALL {
        sandbox.customer(channel, NUMBER).says("Hello").unwrap();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../incs-model/fixtures/incs");
    let mut samples: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_prefix("send-")?.strip_suffix(".request.json")?.to_owned();
            Some((name, fs::read_to_string(path).unwrap()))
        })
        .collect();
    samples.sort();
    assert!(samples.len() > 20);
    for (name, body) in &samples {
        send(sandbox, name.split('-').next().unwrap(), body).await;
    }
    samples
}

#[tokio::test]
async fn every_sample_send_is_shown_completely() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let samples = send_all(&sandbox).await;
    let page = Page::open(&sandbox, "/").await;
    for channel in ["whatsapp", "viber", "rcs"] {
        page.click(&format!(".row[data-channel='{channel}']")).await;
        let of_channel: Vec<_> = samples.iter().filter(|(name, _)| name.starts_with(channel)).collect();
        let count = of_channel.len() + 1;
        page.until(channel, &format!("document.querySelectorAll('.message').length === {count}")).await;
        for (place, (name, body)) in of_channel.iter().enumerate() {
            let shown = page.eval(&format!("document.querySelectorAll('.message')[{}].textContent", place + 1)).await;
            let mut words = Vec::new();
            collect(&serde_json::from_str(body).unwrap(), &mut words);
            for word in words {
                assert!(shown.as_str().unwrap().contains(&word), "{name}: {word} is not in {shown}");
            }
        }
        page.until("no animation", "document.getAnimations().every((animation) => animation.playState === 'finished')")
            .await;
        assert_eq!(page.eval(TOO_FAINT).await, json!([]));
        assert_eq!(
            page.eval("document.querySelector('#thread').scrollWidth <= document.querySelector('#thread').clientWidth")
                .await,
            true
        );
    }
    page.is_clean().await;
    page.close().await;
}

/// Returns the visible parts of a sample: texts, titles, file names. List rows are on their own sheet.
fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member.as_str()) {
                    ("sections" | "coupon_code", _) => {}
                    ("text" | "title" | "display_text" | "code" | "button", Some(text)) => {
                        // WhatsApp's mark for bold, which is shown as such.
                        words.push(text.replace('*', ""));
                    }
                    ("link", Some(link)) => words.push(link.rsplit('/').next().unwrap().to_owned()),
                    _ => collect(member, words),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        _ => {}
    }
}
