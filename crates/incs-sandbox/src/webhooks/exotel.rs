//! What Exotel posts about RCS.

use std::time::Duration;

use incs_model::exotel::{self, Incoming, Report, StatusCode, StatusName, Suggested, Suggestion};
use incs_model::{Timestamp, WireTime};
use incs_webhook::testing::bodies::{self, Body};

use crate::state::inbound::Act;
use crate::state::messages::{Message, State};

/// The business side of a message from a user: digits, as sampled.
const BUSINESS: &str = "6281100099004";

/// The body that tells what became of a message. The numbers and names are documented; a failure has the one that is.
pub(super) fn report(message: &Message, now: Timestamp) -> Option<Body> {
    let (code, name, description) = match message.state {
        State::Sent => (StatusCode::MESSAGE_SENT, StatusName::MessageSent, "Handed on towards the handset"),
        State::Delivered => (StatusCode::MESSAGE_DELIVERED, StatusName::MessageDelivered, "Reached the handset"),
        State::Read => (StatusCode::MESSAGE_SEEN, StatusName::MessageSeen, "Opened by the user"),
        State::Failed => {
            let title = message.failure.as_ref().map_or("Not delivered", |failure| failure.title.as_str());
            (StatusCode::SYSTEM_ERROR, StatusName::SystemError, title)
        }
        State::Created | State::Received => return None,
    };
    let report = Report::new(message.id.as_str(), message.customer.as_str(), code, name)
        .with_description(description)
        .with_timestamp(time(now));
    Some(bodies::exotel([report.into()]))
}

/// The body that tells what a user wrote.
pub(super) fn incoming(message: &Message, act: &Act, now: Timestamp) -> Option<Body> {
    let content: exotel::Content = match act {
        Act::Text { text } => exotel::Content::text(text.as_str()),
        Act::Media { url, name, mime, size, .. } => {
            let file = exotel::File::new(url.as_str(), mime.as_str(), *size);
            match name {
                Some(name) => file.with_name(name.as_str()).into(),
                None => file.into(),
            }
        }
        Act::Location { latitude, longitude, .. } => exotel::Location::new(*latitude, *longitude).into(),
        Act::SuggestionReply { tapped } => {
            Suggested::reply(Suggestion::new(tapped.text.as_str(), tapped.postback.as_str())).into()
        }
        Act::SuggestionAction { tapped } => {
            Suggested::action(Suggestion::new(tapped.text.as_str(), tapped.postback.as_str())).into()
        }
        // These are of WhatsApp.
        Act::ButtonReply { .. } | Act::ListReply { .. } | Act::Button { .. } => return None,
    };
    let incoming = Incoming::new(message.id.as_str(), message.customer.as_str(), BUSINESS, content);
    Some(bodies::exotel([incoming.with_timestamp(time(now)).into()]))
}

/// Three decimals and the offset of India, as sampled.
fn time(now: Timestamp) -> WireTime {
    let local = now.checked_add(Duration::from_mins(330)).unwrap_or(Timestamp::MAX);
    let text = WireTime::from_rfc3339(local, 3).to_string();
    WireTime::from(format!("{}+05:30", text.trim_end_matches('Z')).as_str())
}
