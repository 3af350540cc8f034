//! Reply buttons, below a message or on a card (INCS: send WhatsApp message).

use std::collections::BTreeSet;

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::parts::{Body, Footer, Header, check_parts};
use crate::limits::whatsapp as limits;
use crate::open::{MemberUnion, member_union};
use crate::validate::{At, Measured, Validate, Violations};

/// A message with 1 to 3 reply buttons (INCS: send WhatsApp message).
///
/// The webhook returns the tapped button as a `button_reply`, with its id.
///
/// ```
/// use incs_model::whatsapp::ReplyButtons;
/// use incs_model::whatsapp::interactive::reply::Button;
///
/// let message = ReplyButtons::new("Does Friday work?", [Button::reply("keep", "Keep it"), Button::reply("move", "Move it")]);
/// # incs_model::validate(&message).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct ReplyButtons {
    /// At most [`BODY_TEXT_MAX`](crate::limits::whatsapp::BODY_TEXT_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::parts::schema::body::<{ limits::BODY_TEXT_MAX }>"))]
    pub body: Body,
    /// The buttons.
    pub action: Action,
    /// Text, image, video or document.
    pub header: Option<Header>,
    /// A line below the body.
    pub footer: Option<Footer>,
}

/// The buttons below a message.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReplyAction"))]
#[non_exhaustive]
pub struct Action {
    /// 1 to [`REPLY_BUTTONS_MAX`](crate::limits::whatsapp::REPLY_BUTTONS_MAX).
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::REPLY_BUTTONS_MAX)))]
    pub buttons: Vec<Button>,
}

member_union! {
    /// A button below a message.
    pub enum Button by "type" {
        /// Sends its id back.
        Reply(Reply) = "reply",
    }
}

member_union! {
    /// A button on a card.
    pub enum CardButton by "type" {
        /// Sends its id back.
        QuickReply(Reply) = "quick_reply",
    }
}

/// The label and the id of a button.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reply {
    /// The id that is sent back when the button is tapped. Unique among the buttons of its message or card, at most
    /// [`REPLY_ID_MAX`](crate::limits::whatsapp::REPLY_ID_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::REPLY_ID_MAX)))]
    pub id: String,
    /// The label. Unique among the buttons of its message or card, at most
    /// [`REPLY_TITLE_MAX`](crate::limits::whatsapp::REPLY_TITLE_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::REPLY_TITLE_MAX)))]
    pub title: String,
}

impl ReplyButtons {
    /// Creates a text with these buttons below it.
    pub fn new(body: impl Into<Body>, buttons: impl IntoIterator<Item = impl Into<Button>>) -> Self {
        Self::with_required(body, Action::new(buttons))
    }
}

impl Button {
    /// Creates a button that sends `id` back.
    pub fn reply(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self::Reply(Reply::new(id, title))
    }

    fn as_reply(&self) -> Option<&Reply> {
        match self {
            Self::Reply(reply) => Some(reply),
            Self::Unknown(_) => None,
        }
    }
}

impl CardButton {
    /// Creates a button that sends `id` back.
    pub fn quick_reply(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self::QuickReply(Reply::new(id, title))
    }

    pub(super) fn as_reply(&self) -> Option<&Reply> {
        match self {
            Self::QuickReply(reply) => Some(reply),
            Self::Unknown(_) => None,
        }
    }
}

/// Checks the buttons of one message or card, at the array `at`. `reply_of` returns the reply of a button of a known kind.
pub(super) fn check_buttons<B: MemberUnion>(
    buttons: &[B],
    reply_of: fn(&B) -> Option<&Reply>,
    at: &At<'_>,
    found: &mut Violations,
) {
    for (index, button) in buttons.iter().enumerate() {
        let here = at.index(index);
        match reply_of(button) {
            Some(reply) => reply.check(&here.key(button.wire_kind()), found),
            None => found.unknown_kind(&here, "type"),
        }
    }
    let id: fn(&Reply) -> &str = |reply| &reply.id;
    let title: fn(&Reply) -> &str = |reply| &reply.title;
    for (member, text, rule) in [("id", id, &limits::REPLY_ID_UNIQUE), ("title", title, &limits::REPLY_TITLE_UNIQUE)] {
        let mut seen = BTreeSet::new();
        for (index, button) in buttons.iter().enumerate() {
            if reply_of(button).is_some_and(|reply| !seen.insert(text(reply))) {
                found.add(&at.index(index).key(button.wire_kind()).key(member), rule, Measured::Nothing);
            }
        }
    }
}

impl Validate for ReplyButtons {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        check_parts(self.header.as_ref(), &self.body, self.footer.as_ref(), at, found);
        let action = at.key("action");
        let buttons = action.key("buttons");
        found.items(&buttons, self.action.buttons.len(), &limits::REPLY_BUTTONS);
        check_buttons(&self.action.buttons, Button::as_reply, &buttons, found);
    }
}

impl Validate for Reply {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.text(&at.key("id"), &self.id, &limits::REPLY_ID);
        found.text(&at.key("title"), &self.title, &limits::REPLY_TITLE);
    }
}
