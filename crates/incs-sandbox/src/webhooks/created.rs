//! `message_created`: what the workbench tells of a message.

use incs_model::event::created::content::{Audio, File, Image, Picture, Text, Video};
use incs_model::event::created::{self, ChannelState, Content, CustomType, Origin, SessionType};
use incs_model::{OutboundMessage, RawJson, Timestamp, WireTime, rcs, viber, whatsapp};
use incs_webhook::testing::bodies::{self, Body};
use serde_json::json;

use crate::state::inbound::{Act, Medium};
use crate::state::messages::{Direction, Message};

/// The member of staff who sends whatever comes over the API.
const STAFF: &str = "staff_1";

/// The body of a `message_created`. What custom messages (type 110) hold is **unknown**; here it is made up.
pub(super) fn body(message: &Message, conversation: u64, now: Timestamp) -> Body {
    let (content, custom) = match message.direction {
        Direction::Outbound => outbound(message),
        Direction::Inbound => inbound(message),
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

fn outbound(message: &Message) -> (Content, CustomType) {
    let Ok(sent) = OutboundMessage::decode(&message.channel.model(), &message.content) else {
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

fn inbound(message: &Message) -> (Content, CustomType) {
    match serde_json::from_slice::<Act>(&message.content) {
        Ok(Act::Text { text: body }) => text(&body),
        Ok(Act::Media { media, url, name, .. }) => medium(media, &url, name.as_deref()),
        Ok(act @ (Act::SuggestionReply { .. } | Act::SuggestionAction { .. })) => {
            (custom(&json!(act)), CustomType::RcsSuggestedReply)
        }
        Ok(act @ (Act::ButtonReply { .. } | Act::ListReply { .. } | Act::Button { .. })) => {
            (custom(&json!(act)), CustomType::WhatsAppReplyButton)
        }
        Ok(act @ Act::Location { .. }) => (custom(&json!(act)), CustomType::None),
        Err(_) => (custom(&json!({})), CustomType::None),
    }
}

fn text(body: &str) -> (Content, CustomType) {
    (Content::Text(Text::new(body)), CustomType::None)
}

fn medium(medium: Medium, url: &str, name: Option<&str>) -> (Content, CustomType) {
    let mime = medium.mime_of(url);
    let content = match medium {
        Medium::Image => {
            let picture = Picture::new(url).with_type(mime);
            let image = Image::new(url).with_source_picture(picture.clone()).with_big_picture(picture.clone());
            Content::Image(image.with_snapshot_picture(picture))
        }
        Medium::Audio => Content::Audio(Audio::new(url).with_sound_path(url).with_sound_type(mime)),
        Medium::Video => Content::Video(Video::new(url).with_video_type(mime)),
        Medium::Document => {
            let name = name.unwrap_or_else(|| url.rsplit('/').next().unwrap_or_default());
            Content::File(File::new(url).with_file_path(url).with_file_name(name).with_file_type(mime))
        }
    };
    (content, CustomType::None)
}

fn custom(value: &serde_json::Value) -> Content {
    // A value of serde_json is always JSON.
    let raw = RawJson::parse(value.to_string()).or_else(|_| RawJson::parse("{}"));
    raw.map_or_else(|_| Content::Text(Text::new("")), Content::Custom)
}
