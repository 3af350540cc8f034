//! `new_message`: what a customer wrote, in the form of Meta and of Google.

use incs_model::event::whatsapp::{
    ButtonReply, Contact, Content, Context, Interactive, ListReply, Location, Media, Message as WhatsAppMessage,
    Metadata, Profile, TemplateButton, Text, Value,
};
use incs_model::event::{NewMessage, rcs};
use incs_model::{Timestamp, WireTime};
use incs_webhook::testing::bodies::{self, Body};

use crate::state::Records;
use crate::state::inbound::{Act, Medium, Tapped};
use crate::state::messages::Message;

/// The business number, as Meta numbers it.
const PHONE_NUMBER_ID: &str = "418820037716605";
/// The agent of RCS.
const AGENT: &str = "incs_sandbox_agent@rbm.goog";

/// What a customer wrote on WhatsApp, as Meta tells it; nothing if WhatsApp has no such content.
pub(super) fn whatsapp(records: &Records, message: &Message, act: &Act, now: Timestamp) -> Option<Body> {
    let business = message.channel.business_phone();
    let conversation = records.conversations.get(&(message.channel, message.customer.clone()))?;
    let user = format!("ID.{}", 7_204_411_985_530_000 + conversation.id);
    let mut written = WhatsAppMessage::new(message.customer.as_str(), message.id.as_str(), content(message, act)?)
        .with_from_user_id(user.as_str())
        .with_timestamp(WireTime::from_unix_seconds_text(now.as_second()));
    if let Some(answered) = &message.answers {
        written = written.with_context(Context::new().with_from(business).with_id(answered.as_str()));
    }
    let contact = Contact::new()
        .with_profile(Profile::new().with_name(conversation.name.as_str()))
        .with_wa_id(message.customer.as_str())
        .with_user_id(user.as_str());
    let metadata = Metadata::new().with_display_phone_number(business).with_phone_number_id(PHONE_NUMBER_ID);
    let value = Value::new()
        .with_messaging_product("whatsapp")
        .with_metadata(metadata)
        .with_contacts([contact])
        .with_messages([written]);
    Some(Body::incs(NewMessage::new(value).with_channel_id(message.channel.id()).with_business_phone(business)))
}

/// Media come with an id and without a link, as in Meta's form (inferred).
fn content(message: &Message, act: &Act) -> Option<Content> {
    Some(match act {
        Act::Text { text } => Content::Text(Text::new(text.as_str())),
        Act::Media { media, name, mime, .. } => {
            let file = Media::new((1_093_377_452_000_000 + message.number).to_string()).with_mime_type(mime.as_str());
            match media {
                Medium::Image => Content::Image(file),
                Medium::Video => Content::Video(file),
                Medium::Audio => Content::Audio(file.with_voice(false)),
                Medium::Document => Content::Document(match name {
                    Some(name) => file.with_filename(name.as_str()),
                    None => file,
                }),
            }
        }
        Act::Location { latitude, longitude, name } => {
            let place = Location::new(*latitude, *longitude);
            Content::Location(match name {
                Some(name) => place.with_name(name.as_str()),
                None => place,
            })
        }
        Act::ButtonReply { id, title } => {
            let button = ButtonReply::new(id.as_str()).with_title(title.as_str());
            Content::Interactive(Interactive::ButtonReply(button))
        }
        Act::ListReply { id, title, description } => {
            let row = ListReply::new(id.as_str()).with_title(title.as_str());
            Content::Interactive(Interactive::ListReply(match description {
                Some(description) => row.with_description(description.as_str()),
                None => row,
            }))
        }
        Act::Button { payload, text } => {
            Content::Button(TemplateButton::new().with_payload(payload.as_str()).with_text(text.as_str()))
        }
        // These are of RCS.
        Act::SuggestionReply { .. } | Act::SuggestionAction { .. } => return None,
    })
}

/// What a customer wrote on RCS, as Google tells it; nothing if RCS has no such content.
pub(super) fn rcs(message: &Message, act: &Act, now: Timestamp) -> Option<Body> {
    let content = match act {
        Act::Text { text } => rcs::Content::Text(text.clone()),
        Act::Media { url, name, mime, size, .. } => {
            let name = name.as_deref().unwrap_or_else(|| url.rsplit('/').next().unwrap_or_default());
            let file = rcs::FileReference::new(url.as_str()).with_mime_type(mime.as_str()).with_file_size_bytes(*size);
            rcs::Content::File(rcs::UserFile::new(file.with_file_name(name)))
        }
        Act::Location { latitude, longitude, .. } => rcs::Content::Location(rcs::Location::new(*latitude, *longitude)),
        Act::SuggestionReply { tapped } => suggestion(tapped, rcs::SuggestionKind::Reply),
        Act::SuggestionAction { tapped } => suggestion(tapped, rcs::SuggestionKind::Action),
        // These are of WhatsApp.
        Act::ButtonReply { .. } | Act::ListReply { .. } | Act::Button { .. } => return None,
    };
    let written = rcs::UserMessage::new(format!("+{}", message.customer).as_str(), message.id.as_str(), content);
    Some(bodies::rcs_message(written.with_send_time(WireTime::from_rfc3339(now, 6)).with_agent_id(AGENT)))
}

fn suggestion(tapped: &Tapped, kind: rcs::SuggestionKind) -> rcs::Content {
    let mut track = rcs::TrackData::new()
        .with_suggestion_type(tapped.suggestion_type.as_str())
        .with_msg_type(tapped.message_type.as_str())
        .with_suggestion_index(tapped.suggestion_index)
        .with_msg_id(tapped.message_id.as_str())
        .with_msg_date(WireTime::from_rfc3339(tapped.message_date, 3));
    track.card_index = tapped.card_index;
    track.template = tapped.template_id.as_deref().map(Into::into);
    let response = rcs::SuggestionResponse::new(tapped.postback.as_str());
    rcs::Content::Suggestion(response.with_text(tapped.text.as_str()).with_type(kind).with_trackdata(track))
}
