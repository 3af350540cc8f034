//! The bodies of all webhooks of INCS and Exotel.

use std::time::Duration;

use incs_model::event::created::{self, ChannelState, CustomType, Origin, SessionType, content};
use incs_model::event::{
    MessageStatusUpdate, NewMessage, StatusError, TemplateStatusUpdate, rcs as google, whatsapp as meta,
};
use incs_model::exotel::{self, Incoming, Report, StatusCode, StatusName, Suggested, Suggestion};
use incs_model::{Document, OutboundMessage, RawJson, Timestamp, WireTime, rcs, viber, whatsapp};
use incs_webhook::testing::bodies::{self, Body};
use serde_json::json;

use crate::channel::Channel;
use crate::state::Records;
use crate::state::inbound::{InboundContent, Medium, Tapped};
use crate::state::messages::{Direction, Message, State};
use crate::state::templates::TemplateRecord;

/// The staff member that sends messages of the API.
const STAFF: &str = "staff_1";
/// Meta's id of the business number.
const PHONE_NUMBER_ID: &str = "418820037716605";
/// The RCS agent.
const AGENT: &str = "incs_sandbox_agent@rbm.goog";
/// The business number in a user's message to Exotel: digits, as sampled.
const EXOTEL_BUSINESS: &str = "6281100099004";

/// Returns the body of `message_status_update`; `None` for a state that the platform does not report.
pub(super) fn message_status(message: &Message, now: Timestamp) -> Option<Body> {
    let error = message
        .failure
        .as_ref()
        .map(|failure| StatusError::new().with_code(failure.code).with_title(failure.title.as_str()));
    let mut update = MessageStatusUpdate::new(message.id.as_str(), message.state.on_wire()?)
        .with_channel_id(message.channel.id())
        .with_business_phone(message.channel.business_phone())
        .with_received_at(WireTime::from_unix_seconds(now.as_second()));
    update.error = error;
    Some(Body::incs(update))
}

/// Returns the body of `message_created`. The content of custom messages (type 110) is **unknown** and invented here.
pub(super) fn message_created(message: &Message, conversation: u64, now: Timestamp) -> Body {
    let (content, custom) = match message.direction {
        Direction::Outbound => outbound_content(message),
        Direction::Inbound => inbound_content(message),
    };
    let customer = format!("{}_{}", message.channel.id(), message.customer);
    let (sender, receiver, source) = match message.direction {
        Direction::Outbound => (STAFF.to_owned(), customer, Origin::Api),
        Direction::Inbound => (customer, STAFF.to_owned(), Origin::Incs),
    };
    let is_custom = !matches!(custom, CustomType::None);
    let time = WireTime::from_rfc3339(now, 6);
    bodies::message_created(
        created::Message::new(message.incs_id, content)
            .with_auth_id(message.channel.id())
            .with_conversation_id(conversation)
            .with_session_type(SessionType::Single)
            .with_send_id(sender)
            .with_recv_id(receiver)
            .with_custom_type(custom)
            .with_custom_id(if is_custom { message.number } else { 0 })
            .with_channel_msg_id(message.id.as_str())
            .with_channel_status(ChannelState::Created)
            .with_error("")
            .with_source(source)
            .with_created_at(time.clone())
            .with_updated_at(time),
    )
}

/// Returns the body of `new_message`: a customer's message in Meta's or Google's form; `None` if the channel has no such content.
/// Viber's webhook is **unknown**.
pub(super) fn new_message(
    records: &Records,
    message: &Message,
    content: &InboundContent,
    now: Timestamp,
) -> Option<Body> {
    match message.channel {
        Channel::WhatsApp => whatsapp(records, message, content, now),
        Channel::Rcs => rcs(message, content, now),
        Channel::Viber => None,
    }
}

/// Returns the body of `template_status_update`.
pub(super) fn template_status(entry: &TemplateRecord, now: Timestamp) -> Body {
    let update = TemplateStatusUpdate::new(entry.definition.status())
        .with_reason(entry.reason.as_str())
        .with_channel_id(entry.channel.id())
        .with_business_phone(entry.channel.business_phone())
        .with_template_id(entry.definition.id())
        .with_template_name(entry.definition.name())
        .with_received_at(WireTime::from_unix_seconds(now.as_second()));
    Body::incs(update)
}

/// Returns Exotel's report about a message. Codes and names are documented; all failures use the documented failure code.
pub(super) fn exotel_report(message: &Message, now: Timestamp) -> Option<Body> {
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
        .with_timestamp(india_time(now));
    Some(bodies::exotel([report.into()]))
}

/// Returns Exotel's callback about a user's message.
pub(super) fn exotel_incoming(message: &Message, content: &InboundContent, now: Timestamp) -> Option<Body> {
    let content: exotel::Content = match content {
        InboundContent::Text { text } => exotel::Content::text(text.as_str()),
        InboundContent::Media { url, name, mime, size, .. } => {
            let file = exotel::File::new(url.as_str(), mime.as_str(), *size);
            match name {
                Some(name) => file.with_name(name.as_str()).into(),
                None => file.into(),
            }
        }
        InboundContent::Location { latitude, longitude, .. } => exotel::Location::new(*latitude, *longitude).into(),
        InboundContent::SuggestionReply { tapped } => {
            Suggested::reply(Suggestion::new(tapped.text.as_str(), tapped.postback.as_str())).into()
        }
        InboundContent::SuggestionAction { tapped } => {
            Suggested::action(Suggestion::new(tapped.text.as_str(), tapped.postback.as_str())).into()
        }
        // Only WhatsApp has these.
        InboundContent::ButtonReply { .. } | InboundContent::ListReply { .. } | InboundContent::Button { .. } => {
            return None;
        }
    };
    let incoming = Incoming::new(message.id.as_str(), message.customer.as_str(), EXOTEL_BUSINESS, content);
    Some(bodies::exotel([incoming.with_timestamp(india_time(now)).into()]))
}

fn outbound_content(message: &Message) -> (created::Content, CustomType) {
    let Some(sent) = Document::read(&message.channel.model(), &*message.content).into_message() else {
        return (custom(&json!({})), CustomType::None);
    };
    match &sent {
        OutboundMessage::WhatsApp(message) => match &message.content {
            whatsapp::Content::Text(body) => text(body),
            whatsapp::Content::Image(image) => medium(Medium::Image, &image.link, None),
            whatsapp::Content::Video(video) => medium(Medium::Video, &video.link, None),
            whatsapp::Content::Audio(audio) => medium(Medium::Audio, &audio.link, None),
            whatsapp::Content::Document(document) => medium(Medium::Document, &document.link, None),
            whatsapp::Content::Template(template) => {
                (custom(&json!({ "name": template.name.as_str() })), CustomType::WhatsAppTemplate)
            }
            whatsapp::Content::Interactive(interactive) => {
                (custom(&json!(interactive)), CustomType::WhatsAppReplyButton)
            }
            _ => (custom(&json!({})), CustomType::None),
        },
        OutboundMessage::Viber(message) => match &message.content {
            viber::Content::Text(body) => text(body),
            viber::Content::Image(image) => medium(Medium::Image, &image.link, None),
            viber::Content::Video(video) => medium(Medium::Video, &video.link, None),
            viber::Content::Document(document) => medium(Medium::Document, &document.link, None),
            viber::Content::Otp(otp) => (custom(&json!({ "language": otp.language.as_str() })), CustomType::ViberOtp),
            _ => (custom(&json!({})), CustomType::None),
        },
        OutboundMessage::Rcs(message) => match &message.content {
            rcs::Content::Text(body) => text(body),
            rcs::Content::Image(image) => medium(Medium::Image, &image.link, None),
            rcs::Content::Video(video) => medium(Medium::Video, &video.link, None),
            rcs::Content::Document(document) => medium(Medium::Document, &document.link, None),
            rcs::Content::Template(template) => {
                (custom(&json!({ "name": template.name.as_str() })), CustomType::RcsTemplate)
            }
            _ => (custom(&json!({})), CustomType::None),
        },
        _ => (custom(&json!({})), CustomType::None),
    }
}

fn inbound_content(message: &Message) -> (created::Content, CustomType) {
    match serde_json::from_slice::<InboundContent>(&message.content) {
        Ok(InboundContent::Text { text: body }) => text(&body),
        Ok(InboundContent::Media { media, url, name, .. }) => medium(media, &url, name.as_deref()),
        Ok(content @ (InboundContent::SuggestionReply { .. } | InboundContent::SuggestionAction { .. })) => {
            (custom(&json!(content)), CustomType::RcsSuggestedReply)
        }
        Ok(
            content @ (InboundContent::ButtonReply { .. }
            | InboundContent::ListReply { .. }
            | InboundContent::Button { .. }),
        ) => (custom(&json!(content)), CustomType::WhatsAppReplyButton),
        Ok(content @ InboundContent::Location { .. }) => (custom(&json!(content)), CustomType::None),
        Err(_) => (custom(&json!({})), CustomType::None),
    }
}

fn text(body: &str) -> (created::Content, CustomType) {
    (created::Content::Text(content::Text::new(body)), CustomType::None)
}

fn medium(medium: Medium, url: &str, name: Option<&str>) -> (created::Content, CustomType) {
    let mime = medium.mime_of(url);
    let content = match medium {
        Medium::Image => {
            let picture = content::Picture::new(url).with_type(mime);
            let image = content::Image::new(url).with_source_picture(picture.clone()).with_big_picture(picture.clone());
            created::Content::Image(image.with_snapshot_picture(picture))
        }
        Medium::Audio => created::Content::Audio(content::Audio::new(url).with_sound_path(url).with_sound_type(mime)),
        Medium::Video => created::Content::Video(content::Video::new(url).with_video_type(mime)),
        Medium::Document => {
            let name = name.unwrap_or_else(|| url.rsplit('/').next().unwrap_or_default());
            created::Content::File(
                content::File::new(url).with_file_path(url).with_file_name(name).with_file_type(mime),
            )
        }
    };
    (content, CustomType::None)
}

fn custom(value: &serde_json::Value) -> created::Content {
    // A serde_json value is always valid JSON.
    let raw = RawJson::parse(value.to_string()).or_else(|_| RawJson::parse("{}"));
    raw.map_or_else(|_| created::Content::Text(content::Text::new("")), created::Content::Custom)
}

/// Returns a customer's message in Meta's form; `None` if WhatsApp has no such content.
fn whatsapp(records: &Records, message: &Message, content: &InboundContent, now: Timestamp) -> Option<Body> {
    let business = message.channel.business_phone();
    let conversation = records.conversations.get(&(message.channel, message.customer.clone()))?;
    let user = format!("ID.{}", 7_204_411_985_530_000 + conversation.id);
    let mut written =
        meta::Message::new(message.customer.as_str(), message.id.as_str(), whatsapp_content(message, content)?)
            .with_from_user_id(user.as_str())
            .with_timestamp(WireTime::from_unix_seconds_text(now.as_second()));
    if let Some(answered) = &message.answers {
        written = written.with_context(meta::Context::new().with_from(business).with_id(answered.as_str()));
    }
    let contact = meta::Contact::new()
        .with_profile(meta::Profile::new().with_name(conversation.name.as_str()))
        .with_wa_id(message.customer.as_str())
        .with_user_id(user.as_str());
    let metadata = meta::Metadata::new().with_display_phone_number(business).with_phone_number_id(PHONE_NUMBER_ID);
    let value = meta::Value::new()
        .with_messaging_product("whatsapp")
        .with_metadata(metadata)
        .with_contacts([contact])
        .with_messages([written]);
    Some(Body::incs(NewMessage::new(value).with_channel_id(message.channel.id()).with_business_phone(business)))
}

/// Converts content to Meta's form. Media have an id and no link, as at Meta (inferred).
fn whatsapp_content(message: &Message, content: &InboundContent) -> Option<meta::Content> {
    Some(match content {
        InboundContent::Text { text } => meta::Content::Text(meta::Text::new(text.as_str())),
        InboundContent::Media { media, name, mime, .. } => {
            let file =
                meta::Media::new((1_093_377_452_000_000 + message.number).to_string()).with_mime_type(mime.as_str());
            match media {
                Medium::Image => meta::Content::Image(file),
                Medium::Video => meta::Content::Video(file),
                Medium::Audio => meta::Content::Audio(file.with_voice(false)),
                Medium::Document => meta::Content::Document(match name {
                    Some(name) => file.with_filename(name.as_str()),
                    None => file,
                }),
            }
        }
        InboundContent::Location { latitude, longitude, name } => {
            let place = meta::Location::new(*latitude, *longitude);
            meta::Content::Location(match name {
                Some(name) => place.with_name(name.as_str()),
                None => place,
            })
        }
        InboundContent::ButtonReply { id, title } => {
            let button = meta::ButtonReply::new(id.as_str()).with_title(title.as_str());
            meta::Content::Interactive(meta::Interactive::ButtonReply(button))
        }
        InboundContent::ListReply { id, title, description } => {
            let row = meta::ListReply::new(id.as_str()).with_title(title.as_str());
            meta::Content::Interactive(meta::Interactive::ListReply(match description {
                Some(description) => row.with_description(description.as_str()),
                None => row,
            }))
        }
        InboundContent::Button { payload, text } => {
            meta::Content::Button(meta::TemplateButton::new().with_payload(payload.as_str()).with_text(text.as_str()))
        }
        // Only RCS has these.
        InboundContent::SuggestionReply { .. } | InboundContent::SuggestionAction { .. } => return None,
    })
}

/// Returns a customer's message in Google's form; `None` if RCS has no such content.
fn rcs(message: &Message, content: &InboundContent, now: Timestamp) -> Option<Body> {
    let content = match content {
        InboundContent::Text { text } => google::Content::Text(text.clone()),
        InboundContent::Media { url, name, mime, size, .. } => {
            let name = name.as_deref().unwrap_or_else(|| url.rsplit('/').next().unwrap_or_default());
            let file =
                google::FileReference::new(url.as_str()).with_mime_type(mime.as_str()).with_file_size_bytes(*size);
            google::Content::File(google::UserFile::new(file.with_file_name(name)))
        }
        InboundContent::Location { latitude, longitude, .. } => {
            google::Content::Location(google::Location::new(*latitude, *longitude))
        }
        InboundContent::SuggestionReply { tapped } => suggestion(tapped, google::SuggestionKind::Reply),
        InboundContent::SuggestionAction { tapped } => suggestion(tapped, google::SuggestionKind::Action),
        // Only WhatsApp has these.
        InboundContent::ButtonReply { .. } | InboundContent::ListReply { .. } | InboundContent::Button { .. } => {
            return None;
        }
    };
    let written = google::UserMessage::new(format!("+{}", message.customer).as_str(), message.id.as_str(), content);
    Some(bodies::rcs_message(written.with_send_time(WireTime::from_rfc3339(now, 6)).with_agent_id(AGENT)))
}

fn suggestion(tapped: &Tapped, kind: google::SuggestionKind) -> google::Content {
    let mut track = google::TrackData::new()
        .with_suggestion_type(tapped.suggestion_type.as_str())
        .with_msg_type(tapped.message_type.as_str())
        .with_suggestion_index(tapped.suggestion_index)
        .with_msg_id(tapped.message_id.as_str())
        .with_msg_date(WireTime::from_rfc3339(tapped.message_date, 3));
    track.card_index = tapped.card_index;
    track.template = tapped.template_id.as_deref().map(Into::into);
    let response = google::SuggestionResponse::new(tapped.postback.as_str());
    google::Content::Suggestion(response.with_text(tapped.text.as_str()).with_type(kind).with_trackdata(track))
}

/// Formats a time with three decimals and India's offset, as sampled.
fn india_time(now: Timestamp) -> WireTime {
    let local = now.checked_add(Duration::from_mins(330)).unwrap_or(Timestamp::MAX);
    let text = WireTime::from_rfc3339(local, 3).to_string();
    WireTime::from(format!("{}+05:30", text.trim_end_matches('Z')).as_str())
}
