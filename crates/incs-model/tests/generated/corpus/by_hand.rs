//! Samples that do not follow from a keyword of a schema: rules over several members, and forms that only the type checks.

use serde_json::{Value, json};

/// A change of a valid sample.
pub(super) struct Case {
    /// The sample that is changed.
    pub(super) seed: &'static str,
    /// The change, for the name of the case.
    pub(super) words: &'static str,
    /// Places and their new values; `None` removes the value.
    pub(super) changes: Vec<(&'static str, Option<Value>)>,
    /// The rule that it breaks.
    pub(super) rule: Option<&'static str>,
    /// The error of the schema, if the schema detects it.
    pub(super) keyword: Option<(&'static str, &'static str)>,
}

/// The cases of a document.
pub(super) fn cases(file: &str) -> Vec<Case> {
    match file {
        "send/whatsapp-message.json" => [lists(), carousels(), buttons(), others()].into_iter().flatten().collect(),
        "receive/event.json" => events(),
        _ => Vec::new(),
    }
}

const LIST: &str = "send-whatsapp-interactive-list";
const CARDS: &str = "send-whatsapp-interactive-carousel-quick-reply";
const BUTTONS: &str = "send-whatsapp-interactive-button";

/// A rule that JSON Schema cannot express.
fn unsaid(
    seed: &'static str,
    words: &'static str,
    rule: &'static str,
    changes: impl IntoIterator<Item = (&'static str, Value)>,
) -> Case {
    let changes = changes.into_iter().map(|(pointer, value)| (pointer, Some(value))).collect();
    Case { seed, words, changes, rule: Some(rule), keyword: None }
}

fn lists() -> Vec<Case> {
    let rows = |from: usize, count: usize| -> Value {
        (from..from + count).map(|row| json!({ "id": format!("slot_{row}"), "title": format!("Slot {row}") })).collect()
    };
    let (first, second) = ("/interactive/action/sections/0/rows", "/interactive/action/sections/1/rows");
    let of_rows = "whatsapp.interactive.list.rows.count";
    vec![
        Case {
            rule: None,
            ..unsaid(LIST, "ten rows in two sections", of_rows, [(first, rows(0, 5)), (second, rows(5, 5))])
        },
        unsaid(LIST, "eleven rows in two sections", of_rows, [(first, rows(0, 5)), (second, rows(5, 6))]),
        Case {
            rule: None,
            ..unsaid(
                LIST,
                "two rows of one title",
                of_rows,
                [("/interactive/action/sections/1/rows/0/title", json!("Morning"))],
            )
        },
        Case {
            keyword: Some(("/interactive/header/type", "const")),
            ..unsaid(
                LIST,
                "a picture above it",
                "whatsapp.interactive.list.header.kind",
                [(
                    "/interactive/header",
                    json!({ "type": "image", "image": { "link": "https://media.example.com/a.png" } }),
                )],
            )
        },
    ]
}

fn carousels() -> Vec<Case> {
    let header = "/interactive/action/cards/1/header";
    let link = "whatsapp.interactive.carousel.card.header.link";
    let replies = "/interactive/action/cards/1/action/buttons";
    let medium = |medium: Value| json!({ "type": "image", "image": medium });
    vec![
        unsaid(
            CARDS,
            "two cards of one index",
            "whatsapp.interactive.carousel.card_index.order",
            [("/interactive/action/cards/1/card_index", json!(0))],
        ),
        unsaid(
            CARDS,
            "a card with fewer quick replies than the first",
            "whatsapp.interactive.carousel.cards.uniform",
            [(replies, json!([{ "type": "quick_reply", "quick_reply": { "id": "a", "title": "A" } }]))],
        ),
        unsaid(
            CARDS,
            "two quick replies of one id",
            "whatsapp.interactive.reply.id.unique",
            [("/interactive/action/cards/1/action/buttons/1/quick_reply/id", json!("info-mug"))],
        ),
        unsaid(
            CARDS,
            "two quick replies of one title",
            "whatsapp.interactive.reply.title.unique",
            [("/interactive/action/cards/1/action/buttons/1/quick_reply/title", json!("Tell me more"))],
        ),
        Case {
            keyword: Some(("/interactive", "additionalProperties")),
            ..unsaid(
                CARDS,
                "a text above all cards",
                "whatsapp.interactive.carousel.main.forbidden",
                [("/interactive/header", json!({ "type": "text", "text": "New" }))],
            )
        },
        Case {
            keyword: Some((header, "oneOf")),
            ..unsaid(
                CARDS,
                "a card with a text above it",
                "whatsapp.interactive.carousel.card.header.kind",
                [(header, json!({ "type": "text", "text": "New" }))],
            )
        },
        Case {
            keyword: Some(("/interactive/action/cards/1/header/image", "required")),
            ..unsaid(CARDS, "a card with an uploaded picture", link, [(header, medium(json!({ "id": "7" })))])
        },
    ]
}

fn buttons() -> Vec<Case> {
    let source = "whatsapp.interactive.header.media.source";
    vec![
        unsaid(
            BUTTONS,
            "two buttons of one id",
            "whatsapp.interactive.reply.id.unique",
            [("/interactive/action/buttons/1/reply/id", json!("fit-keep"))],
        ),
        unsaid(
            BUTTONS,
            "two buttons of one title",
            "whatsapp.interactive.reply.title.unique",
            [("/interactive/action/buttons/1/reply/title", json!("Keep it"))],
        ),
        Case {
            keyword: Some(("/interactive/header/image", "not")),
            ..unsaid(BUTTONS, "a picture by link and by id", source, [("/interactive/header/image/id", json!("7"))])
        },
        Case {
            keyword: Some(("/interactive/header/image", "required")),
            ..unsaid(BUTTONS, "a picture from nowhere", source, [("/interactive/header/image", json!({}))])
        },
    ]
}

fn others() -> Vec<Case> {
    vec![Case {
        keyword: Some(("/template", "not")),
        ..unsaid(
            "send-whatsapp-template-authentication",
            "a code and components",
            "whatsapp.template.code.exclusive",
            [("/template/components", json!([{ "type": "body", "parameters": [{ "type": "text", "text": "x" }] }]))],
        )
    }]
}

/// Bodies of a later version of the platform.
fn events() -> Vec<Case> {
    let open = |seed, words, changes| Case { seed, words, changes, rule: None, keyword: None };
    vec![
        open(
            "webhook-message-status-update-sent",
            "an event that is not known",
            vec![("/event", Some(json!("conversation_closed"))), ("/conversation", Some(json!({ "id": 7 })))],
        ),
        open(
            "webhook-new-message-whatsapp-text",
            "a kind of message that is not known",
            vec![
                ("/message/messages/0/type", Some(json!("poll"))),
                ("/message/messages/0/text", None),
                ("/message/messages/0/poll", Some(json!({ "name": "Which day?" }))),
            ],
        ),
    ]
}
