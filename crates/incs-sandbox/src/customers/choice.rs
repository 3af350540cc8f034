//! Finds the button, row or suggestion of a message that a customer taps.

use incs_model::whatsapp::Content;
use incs_model::whatsapp::interactive::Interactive;
use incs_model::whatsapp::interactive::carousel::CardAction;
use incs_model::whatsapp::interactive::reply::{Button, CardButton};
use incs_model::{Document, OutboundMessage};
use serde::Deserialize;

use super::reply::ReplyError;
use crate::channel::Channel;
use crate::state::inbound::{InboundContent, Tapped};
use crate::state::messages::{Direction, Message};

/// Returns the tap on a reply button or a card's quick reply, by id, or on a template's quick reply, by text.
pub(crate) fn button(message: &Message, id: &str) -> Result<InboundContent, ReplyError> {
    let mut possible = Vec::new();
    match content(message) {
        Some(Content::Interactive(Interactive::Button(buttons))) => {
            possible.extend(buttons.action.buttons.into_iter().filter_map(|button| match button {
                Button::Reply(reply) => Some(reply),
                _ => None,
            }));
        }
        // INCS's report of these is **unknown**; Meta reports them like reply buttons (inferred).
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
        Some(Content::Template(_)) => return quick_reply(message, id),
        _ => {}
    }
    match possible.iter().find(|reply| reply.id == id) {
        Some(reply) => Ok(InboundContent::ButtonReply { id: reply.id.clone(), title: reply.title.clone() }),
        None => Err(no_such("button", "buttons", possible.iter().map(|reply| reply.id.as_str()))),
    }
}

/// Returns the tap on a template's quick reply; its payload comes from the rendered template.
fn quick_reply(message: &Message, text: &str) -> Result<InboundContent, ReplyError> {
    let buttons = Filled::of(message).buttons;
    let mut replies = buttons.into_iter().filter(|button| button.kind == "quick_reply");
    let count = replies.clone().count();
    match replies.find(|button| button.text == text) {
        Some(button) => Ok(InboundContent::Button {
            payload: button.payload.unwrap_or_else(|| button.text.clone()),
            text: button.text,
        }),
        None => Err(ReplyError::new("/id", format!("no quick reply with this text; the template has {count}"))),
    }
}

/// Returns the choice of a list row, by id.
pub(crate) fn row(message: &Message, id: &str) -> Result<InboundContent, ReplyError> {
    let rows = match content(message) {
        Some(Content::Interactive(Interactive::List(list))) => {
            list.action.sections.into_iter().flat_map(|section| section.rows).collect()
        }
        _ => Vec::new(),
    };
    match rows.iter().find(|row| row.id == id) {
        Some(row) => Ok(InboundContent::ListReply {
            id: row.id.clone(),
            title: row.title.clone(),
            description: row.description.clone(),
        }),
        None => Err(no_such("row", "rows", rows.iter().map(|row| row.id.as_str()))),
    }
}

/// Returns the tap on a suggestion of an RCS template, by postback data or by text.
pub(crate) fn suggestion(
    message: &Message,
    template_id: Option<String>,
    postback: Option<&str>,
    text: Option<&str>,
) -> Result<InboundContent, ReplyError> {
    let filled = if message.channel == Channel::Rcs { Filled::of(message) } else { Filled::default() };
    let possible = filled.suggestions();
    let fits = |(_, _, button): &&(_, _, &Tappable)| {
        postback.is_none_or(|data| button.payload.as_deref() == Some(data))
            && text.is_none_or(|label| button.text == label)
    };
    let Some((card_index, suggestion_index, button)) = possible.iter().find(fits) else {
        let pointer = if postback.is_some() { "/postback" } else { "/text" };
        let known = possible.iter().filter_map(|(_, _, button)| button.payload.as_deref());
        return Err(ReplyError::new(pointer, no_such("suggestion", "suggestions", known).problem()));
    };
    let (suggestion_type, is_reply) = match button.kind.as_str() {
        "quick_reply" => ("reply", true),
        "url" => ("url_action", false),
        "phone" => ("dialer_action", false),
        other => (other, false),
    };
    let message_type = match filled.cards.len() {
        0 => "text",
        1 => "richcard",
        _ => "carousel",
    };
    let tapped = Tapped {
        text: button.text.clone(),
        postback: button.payload.clone().unwrap_or_default(),
        suggestion_type: suggestion_type.to_owned(),
        message_type: message_type.to_owned(),
        card_index: *card_index,
        suggestion_index: *suggestion_index,
        message_id: message.id.clone(),
        message_date: message.created_at,
        template_id,
    };
    Ok(if is_reply { InboundContent::SuggestionReply { tapped } } else { InboundContent::SuggestionAction { tapped } })
}

/// The buttons of a rendered template.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    buttons: Vec<Tappable>,
    cards: Vec<Self>,
}

#[derive(Clone, Deserialize)]
struct Tappable {
    kind: String,
    text: String,
    payload: Option<String>,
}

impl Filled {
    fn of(message: &Message) -> Self {
        let rendered = message.rendered.as_ref().filter(|_| message.direction == Direction::Outbound);
        rendered.and_then(|rendered| Self::deserialize(rendered).ok()).unwrap_or_default()
    }

    /// Returns the suggestions, each with its card and its index there.
    fn suggestions(&self) -> Vec<(Option<u32>, u32, &Tappable)> {
        let own = (0..).zip(&self.buttons).map(|(place, button)| (None, place, button));
        let cards = (0..).zip(&self.cards);
        let on_cards = cards.flat_map(|(card, filled)| {
            (0..).zip(&filled.buttons).map(move |(place, button)| (Some(card), place, button))
        });
        own.chain(on_cards).collect()
    }
}

/// Returns whether a message is a list.
pub(crate) fn is_list(message: &Message) -> bool {
    matches!(content(message), Some(Content::Interactive(Interactive::List(_))))
}

fn content(message: &Message) -> Option<Content> {
    if message.direction != Direction::Outbound {
        return None;
    }
    match Document::read(&message.channel.model(), &*message.content).into_message() {
        Some(OutboundMessage::WhatsApp(message)) => Some(message.content),
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
