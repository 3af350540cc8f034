//! The valid samples from which all others are made.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use incs_model::{decode, encode, event, exotel, inbound};
use serde_json::{Value, json};

use super::judge::Root;

const FIXTURES: &str = "crates/incs-model/fixtures";

/// A valid instance.
#[derive(Debug, Clone)]
pub(super) struct Seed {
    pub(super) name: String,
    pub(super) instance: Value,
}

/// Returns the fixtures of a document, and the samples written here.
pub(super) fn of(file: &str, root: &Root, workspace: &Path) -> Result<Vec<Seed>> {
    let mut seeds: Vec<_> =
        written(file).into_iter().map(|(name, instance)| Seed { name: name.to_owned(), instance }).collect();
    let folder = workspace.join(FIXTURES);
    for name in names(&folder)? {
        if root.fixtures.iter().any(|(begin, end)| name.starts_with(begin) && name.ends_with(end)) {
            let instance = serde_json::from_slice(&read(&folder, &name)?)?;
            seeds.push(Seed { name: case(&name), instance });
        } else if file == "receive/inbound-message.json" {
            seeds.extend(inbound_messages(&name, &read(&folder, &name)?)?);
        }
    }
    for seed in &mut seeds {
        seed.instance.sort_all_objects();
    }
    ensure!(!seeds.is_empty(), "no fixture, and nothing written by hand");
    Ok(seeds)
}

/// Returns the name of a case for a fixture.
fn case(name: &str) -> String {
    let name = name.split_once('/').map_or(name, |(_, name)| name);
    [".json", ".request", ".response"].iter().fold(name, |name, end| name.trim_end_matches(end)).to_owned()
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    fs::read(folder.join(name)).with_context(|| format!("the fixture {name} cannot be read"))
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for family in ["incs", "exotel"] {
        for entry in fs::read_dir(folder.join(family)).with_context(|| format!("no fixtures of {family}"))? {
            names.push(format!("{family}/{}", entry?.file_name().to_string_lossy()));
        }
    }
    names.sort();
    Ok(names)
}

/// Returns the neutral messages that this library makes from a webhook.
fn inbound_messages(name: &str, body: &[u8]) -> Result<Vec<Seed>> {
    let messages = if name.starts_with("incs/webhook-") {
        inbound::from_event(&decode::<event::Event>(body)?, body)
    } else if name.starts_with("exotel/") {
        inbound::from_exotel(&decode::<exotel::Callback>(body)?, body)
    } else {
        Vec::new()
    };
    let stem = case(name);
    let seed = |(index, message)| {
        let name = if index == 0 { stem.clone() } else { format!("{stem} {}", index + 1) };
        Ok(Seed { name, instance: serde_json::from_slice(&encode(message)?)? })
    };
    messages.iter().enumerate().map(seed).collect()
}

/// Samples of types without a fixture, and of forms that no fixture has.
fn written(file: &str) -> Vec<(&'static str, Value)> {
    match file {
        "send/whatsapp-message.json" => {
            let uploads = [
                ("an uploaded image above a link", "image"),
                ("an uploaded video above a link", "video"),
                ("an uploaded document above a link", "document"),
            ]
            .map(|(name, kind)| {
                let button = json!({ "display_text": "Open", "url": "https://shop.example.com" });
                let interactive = json!({ "type": "cta_url", "header": { "type": kind, kind: { "id": "7" } },
                    "body": { "text": "New" }, "action": { "name": "cta_url", "parameters": button } });
                (name, json!({ "to": "85251230088", "type": "interactive", "interactive": interactive }))
            });
            let text = |text: &str| json!([{ "type": "text", "text": text }]);
            let card = json!({ "card_index": 0, "components": [
                { "type": "header", "parameters": [{ "type": "image", "image": { "link": "https://media.example.com/a.png" } }] },
                { "type": "body", "parameters": text("Mug") },
                { "type": "button", "sub_type": "url", "index": "0", "parameters": text("mug") }] });
            let template = json!({ "name": "sale_cards_1", "components": [{ "type": "carousel", "cards": [card] }] });
            let cards =
                ("the cards of a template", json!({ "to": "85251230088", "type": "template", "template": template }));
            uploads.into_iter().chain([cards]).collect()
        }
        "send/status-query.json" => vec![("two ids", json!({ "message_ids": ["c2f70b14", "9d05e3aa"] }))],
        "send/template-list-query.json" => vec![("nothing asked", json!({})), ("a page", json!({ "count": 20 }))],
        "send/task-list-query.json" => vec![
            ("nothing asked", json!({})),
            ("a day", json!({ "start_at": "2026-04-07 00:00:00", "end_at": "2026-04-07 23:59:59", "status": 1 })),
        ],
        "receive/token-reply.json" => ["a string", "in token", "in access_token"]
            .into_iter()
            .zip([json!("5f0c"), json!({ "token": "5f0c" }), json!({ "access_token": "5f0c", "expires_in": 3600 })])
            .map(|(name, data)| {
                (name, json!({ "status": "success", "code": 200, "message": "", "data": data, "error": {} }))
            })
            .collect(),
        "receive/delivery-fact.json" => {
            let at = json!({ "witness": "webhook", "at": "2026-04-07T05:40:09Z" });
            vec![
                ("nothing said", json!({})),
                ("read", json!({ "message_id": "c2f70b14", "stage": "read", "read": at })),
                (
                    "failed",
                    json!({ "message_id": "c2f70b14", "incs_id": 90_218, "stage": "failed", "failed": at,
                        "failure": { "code": 131_026, "text": "not deliverable" } }),
                ),
            ]
        }
        "receive/delivery.json" => {
            let at = |at: &str| json!({ "witness": "webhook", "at": at });
            vec![
                ("nothing known", json!({})),
                ("sent", json!({ "stage": "sent", "sent": { "witness": "query", "at": "2026-04-07T05:40:02Z" } })),
                (
                    "failed",
                    json!({ "stage": "failed", "failed": at("2026-04-07T05:40:09.5Z"),
                        "failure": { "code": 131_026, "name": "EX_SYSTEM_ERROR", "text": "not deliverable" } }),
                ),
                (
                    "read",
                    json!({ "stage": "read", "created": at("2026-04-07T05:40:01Z"),
                        "sent": at("2026-04-07T05:40:02Z"), "delivered": at("2026-04-07T05:40:03Z"),
                        "read": at("2026-04-07T05:41:00Z") }),
                ),
            ]
        }
        _ => Vec::new(),
    }
}
