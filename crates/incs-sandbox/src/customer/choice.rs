//! What can be tapped in a message.

use incs_model::OutboundMessage;
use incs_model::whatsapp::Content;
use incs_model::whatsapp::interactive::Interactive;
use incs_model::whatsapp::interactive::carousel::CardAction;
use incs_model::whatsapp::interactive::reply::{Button, CardButton};
use incs_model::whatsapp::template::{ButtonKind, Component, Parameter};
use serde_json::Value;

use super::act::{Act, Tapped};
use super::reply::ReplyError;
use crate::channel::Channel;
use crate::world::message::{Direction, Message};

/// A tap on a reply button or a quick reply on a card, by id, or on a quick reply of a template, by text.
pub(super) fn button(message: &Message, id: &str) -> Result<Act, ReplyError> {
    let mut possible = Vec::new();
    match content(message) {
        Some(Content::Interactive(Interactive::Button(buttons))) => {
            possible.extend(buttons.action.buttons.into_iter().filter_map(|button| match button {
                Button::Reply(reply) => Some(reply),
                _ => None,
            }));
        }
        // How INCS reports these is **unknown**; Meta reports them like reply buttons (inferred).
        Some(Content::Interactive(Interactive::Carousel(carousel))) => {
            for card in carousel.action.cards {
                if let CardAction::QuickReplies(replies) = card.action {
                    possible.extend(replies.buttons.into_iter().filter_map(|button| match button {
                        CardButton::QuickReply(reply) => Some(reply),
                        _ => None,
                    }));
                }
            }
        }
        Some(Content::Template(template)) => return template_button(message, &template.components, id),
        _ => {}
    }
    match possible.iter().find(|reply| reply.id == id) {
        Some(reply) => Ok(Act::ButtonReply { id: reply.id.clone(), title: reply.title.clone() }),
        None => Err(no_such("button", "buttons", possible.iter().map(|reply| reply.id.as_str()))),
    }
}

/// A quick reply sends back what the send set for it, else its text (inferred from Meta's API).
fn template_button(message: &Message, components: &[Component], text: &str) -> Result<Act, ReplyError> {
    let mut buttons = Vec::new();
    collect_buttons(message.rendered.as_ref().unwrap_or(&Value::Null), &mut buttons);
    let Some((index, _)) = buttons.iter().find(|(_, label)| label == text) else {
        let count = buttons.len();
        return Err(ReplyError::new("/id", format!("no quick reply with this text; the template has {count}")));
    };
    let set = components.iter().find_map(|component| match component {
        Component::Button(button) if button.sub_type == ButtonKind::QuickReply && button.index == index.to_string() => {
            button.parameters.iter().find_map(|parameter| match parameter {
                Parameter::Payload(payload) => Some(payload.clone()),
                _ => None,
            })
        }
        _ => None,
    });
    Ok(Act::Button { payload: set.unwrap_or_else(|| text.to_owned()), text: text.to_owned() })
}

/// Quick replies of a template as it was rendered, each with its place among the buttons.
fn collect_buttons(value: &Value, found: &mut Vec<(usize, String)>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let is_quick_reply = item.get("type").and_then(Value::as_str) == Some("QUICK_REPLY");
                match item.get("text").and_then(Value::as_str) {
                    Some(text) if is_quick_reply => found.push((index, text.to_owned())),
                    _ => collect_buttons(item, found),
                }
            }
        }
        Value::Object(members) => members.values().for_each(|member| collect_buttons(member, found)),
        _ => {}
    }
}

/// The choice of a row of a list, by id.
pub(super) fn row(message: &Message, id: &str) -> Result<Act, ReplyError> {
    let rows = match content(message) {
        Some(Content::Interactive(Interactive::List(list))) => {
            list.action.sections.into_iter().flat_map(|section| section.rows).collect()
        }
        _ => Vec::new(),
    };
    match rows.iter().find(|row| row.id == id) {
        Some(row) => {
            Ok(Act::ListReply { id: row.id.clone(), title: row.title.clone(), description: row.description.clone() })
        }
        None => Err(no_such("row", "rows", rows.iter().map(|row| row.id.as_str()))),
    }
}

/// A tap on a suggestion of an RCS template, by postback data or by text.
pub(super) fn suggestion(message: &Message, postback: Option<&str>, text: Option<&str>) -> Result<Act, ReplyError> {
    let mut possible = Vec::new();
    if message.channel == Channel::Rcs && message.direction == Direction::Outbound {
        collect_suggestions(message.rendered.as_ref().unwrap_or(&Value::Null), None, &mut possible);
    }
    let fits = |suggestion: &&Suggestion| {
        postback.is_none_or(|data| suggestion.postback == data) && text.is_none_or(|label| suggestion.text == label)
    };
    let Some(tapped) = possible.iter().find(fits) else {
        let pointer = if postback.is_some() { "/postback" } else { "/text" };
        let known = possible.iter().map(|suggestion| suggestion.postback.as_str());
        return Err(ReplyError::new(pointer, no_such("suggestion", "suggestions", known).problem()));
    };
    let text_of = |member: &str| {
        let value = message.rendered.as_ref()?.get(member)?.as_str()?;
        Some(value.to_owned())
    };
    let is_reply = tapped.kind == "reply";
    let tapped = Tapped {
        text: tapped.text.clone(),
        postback: tapped.postback.clone(),
        suggestion_type: tapped.kind.clone(),
        message_type: text_of("type"),
        card_index: tapped.card,
        suggestion_index: tapped.index,
        message_id: message.id.clone(),
        message_date: message.created_at,
        template_id: text_of("template_id"),
    };
    Ok(if is_reply { Act::SuggestionReply { tapped } } else { Act::SuggestionAction { tapped } })
}

struct Suggestion {
    kind: String,
    text: String,
    postback: String,
    card: Option<u32>,
    index: u32,
}

/// The suggestions of a template as it was rendered.
fn collect_suggestions(value: &Value, card: Option<u32>, found: &mut Vec<Suggestion>) {
    let Some(members) = value.as_object() else { return };
    for (name, member) in members {
        match (name.as_str(), member.as_array()) {
            ("suggestions", Some(list)) => {
                for (index, item) in (0..).zip(list) {
                    let text = |member: &str| item.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
                    let (kind, label, postback) = (text("suggestionType"), text("text"), text("postbackData"));
                    found.push(Suggestion { kind, text: label, postback, card, index });
                }
            }
            ("carouselCard", Some(cards)) => {
                for (index, item) in (0..).zip(cards) {
                    collect_suggestions(item, Some(index), found);
                }
            }
            ("standaloneCard", None) => collect_suggestions(member, Some(0), found),
            _ => collect_suggestions(member, card, found),
        }
    }
}

/// Whether it is a list to choose from.
pub(super) fn is_list(message: &Message) -> bool {
    matches!(content(message), Some(Content::Interactive(Interactive::List(_))))
}

fn content(message: &Message) -> Option<Content> {
    if message.direction != Direction::Outbound {
        return None;
    }
    match OutboundMessage::decode(&message.channel.model(), &message.content) {
        Ok(OutboundMessage::WhatsApp(message)) => Some(message.content),
        _ => None,
    }
}

fn no_such<'a>(one: &str, many: &str, ids: impl Iterator<Item = &'a str>) -> ReplyError {
    let ids: Vec<&str> = ids.collect();
    let problem = if ids.is_empty() {
        format!("the message has no {many}")
    } else {
        format!("no such {one}; the message has {}", ids.join(", "))
    };
    ReplyError::new("/id", problem)
}
