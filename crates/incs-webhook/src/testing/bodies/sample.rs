//! Sample bodies with invented values for each kind of event, to test a receiver with all of them.

use incs_model::event::created::{self, ChannelState};
use incs_model::event::{
    MessageStatusUpdate, TemplateCategoryUpdate, TemplateQualityUpdate, TemplateStatusUpdate, rcs, whatsapp,
};
use incs_model::exotel::{self, Incoming, Report, SmsReport};
use incs_model::status::State;
use incs_model::template::whatsapp::{Category, Quality, Status};

use super::Body;

const CHANNEL: u64 = 30112;
const BUSINESS: &str = "6281100099001";
const CUSTOMER: &str = "6281200045678";
const TIME: &str = "2026-04-07T05:35:17Z";

/// Returns one body for each kind of event, with the name of the variant of [`Event`](crate::Event) in snake case. Each body has one
/// item.
pub fn all() -> Vec<(&'static str, Body)> {
    [incs(), whatsapp_lists(), exotel_lists()].concat()
}

/// Returns one body for each kind of message that customers write, with the name of the kind. Each body has one item.
///
/// Text messages are in [`all`].
pub fn messages() -> Vec<(&'static str, Body)> {
    let interactive = whatsapp::Content::Interactive;
    let list = whatsapp::ListReply::new("slot_pm").with_title("Afternoon").with_description("13:00 to 18:00");
    let button = whatsapp::ButtonReply::new("yes").with_title("Yes, please");
    let template_button = whatsapp::TemplateButton::new().with_payload("stop").with_text("Stop promotions");
    let media = |id: &str, mime: &str| whatsapp::Media::new(id).with_mime_type(mime);
    let voice = media("sample-media-2", "audio/ogg; codecs=opus").with_voice(true);
    let document = media("sample-media-4", "application/pdf").with_filename("order-7.pdf");
    let place = whatsapp::Location::new(22.2819, 114.1589).with_name("Central Pier 7");
    let reaction = whatsapp::Reaction::new("wamid.sample-1").with_emoji("👍");
    let contents = [
        ("list_reply", interactive(whatsapp::Interactive::ListReply(list))),
        ("button_reply", interactive(whatsapp::Interactive::ButtonReply(button))),
        ("button", whatsapp::Content::Button(template_button)),
        ("image", whatsapp::Content::Image(media("sample-media-1", "image/jpeg").with_caption("Is it this one?"))),
        ("audio", whatsapp::Content::Audio(voice)),
        ("video", whatsapp::Content::Video(media("sample-media-3", "video/mp4"))),
        ("document", whatsapp::Content::Document(document)),
        ("sticker", whatsapp::Content::Sticker(media("sample-media-5", "image/webp"))),
        ("location", whatsapp::Content::Location(place)),
        ("reaction", whatsapp::Content::Reaction(reaction)),
    ];
    let message = |(name, content): (&'static str, whatsapp::Content)| {
        // Taps refer to the message that they answer.
        let answers = matches!(content, whatsapp::Content::Interactive(_) | whatsapp::Content::Button(_));
        let mut message =
            whatsapp::Message::new(CUSTOMER, format!("wamid.sample-{name}"), content).with_timestamp("1775540260");
        if answers {
            message = message.with_context(whatsapp::Context::new().with_from(BUSINESS).with_id("wamid.sample-1"));
        }
        (name, super::whatsapp_messages(CHANNEL, BUSINESS, [message]))
    };
    let file =
        rcs::UserFile::new(rcs::FileReference::new("https://example.com/photo.jpg").with_mime_type("image/jpeg"));
    let rcs_message = |id: &str, content| {
        let message = rcs::UserMessage::new("+6281200045678", id, content);
        super::rcs_message(message.with_send_time(TIME).with_agent_id("sample_agent@rbm.goog"))
    };
    let mut messages: Vec<_> = contents.into_iter().map(message).collect();
    messages.push(("rcs_text", rcs_message("sample-8", rcs::Content::Text("Is it in stock?".to_owned()))));
    messages.push(("rcs_file", rcs_message("sample-9", rcs::Content::File(file))));
    messages
}

fn incs() -> Vec<(&'static str, Body)> {
    let update = MessageStatusUpdate::new("wamid.sample-1", State::Delivered).with_channel_id(CHANNEL);
    let status = TemplateStatusUpdate::new(Status::Approved).with_template_id("5120883317740216");
    let category = TemplateCategoryUpdate::new(Category::Marketing).with_template_id("5120883317740216");
    let quality = TemplateQualityUpdate::new(Quality::Yellow).with_template_id("5120883317740216");
    let suggestion = rcs::SuggestionResponse::new("order-7").with_text("Track it");
    let tap = rcs::UserMessage::new("+6281200045678", "sample-2", rcs::Content::Suggestion(suggestion));
    let content = created::Content::Text(created::content::Text::new("Is it in stock?"));
    let created = created::Message::new(260_500_000_311, content)
        .with_auth_id(CHANNEL)
        .with_send_id("30112_6281200045678")
        .with_recv_id("staff_7")
        .with_channel_msg_id("wamid.sample-3")
        .with_channel_status(ChannelState::Created)
        .with_created_at(TIME);
    vec![
        ("message_status", Body::incs(update.with_business_phone(BUSINESS).with_received_at(TIME))),
        ("template_status", Body::incs(status.with_channel_id(CHANNEL).with_received_at(TIME))),
        ("template_category", Body::incs(category.with_channel_id(CHANNEL).with_received_at(TIME))),
        ("template_quality", Body::incs(quality.with_channel_id(CHANNEL).with_received_at(TIME))),
        ("rcs_message", super::rcs_message(tap.with_send_time(TIME).with_agent_id("sample_agent@rbm.goog"))),
        ("message_created", super::message_created(created)),
        ("channel_status", super::channel_status(260_500_000_312, ChannelState::Delivered)),
    ]
}

fn whatsapp_lists() -> Vec<(&'static str, Body)> {
    let text = whatsapp::Content::Text(whatsapp::Text::new("Ist er noch verfügbar? https://example.com/7"));
    let message = whatsapp::Message::new(CUSTOMER, "wamid.sample-4", text).with_timestamp("1775540117");
    let status = whatsapp::Status::new("wamid.sample-1", State::Read).with_timestamp("1775540190");
    let error = whatsapp::ErrorItem::new().with_code(130_429).with_title("Rate limit hit");
    let statuses = whatsapp::Value::new().with_statuses([status.with_recipient_id(CUSTOMER)]);
    // Without a list of messages only the product shows that the value is of WhatsApp.
    let errors = whatsapp::Value::new().with_errors([error]);
    vec![
        ("whats_app_message", super::whatsapp_messages(CHANNEL, BUSINESS, [message])),
        ("whats_app_status", super::whatsapp(CHANNEL, BUSINESS, statuses)),
        ("whats_app_error", super::whatsapp(CHANNEL, BUSINESS, errors)),
    ]
}

fn exotel_lists() -> Vec<(&'static str, Body)> {
    let text = exotel::Text::from("Is it in stock?");
    let incoming = Incoming::new("sample-5", CUSTOMER, BUSINESS, text).with_timestamp("2025-03-18T09:42:07.318+05:30");
    let report = Report::new("sample-6", CUSTOMER, 40002, "EX_MESSAGE_DELIVERED").with_timestamp(TIME);
    let sms = SmsReport::new("sample-7", CUSTOMER, 40004, "EX_SYSTEM_ERROR").with_timestamp(TIME);
    vec![
        ("exotel_message", super::exotel([incoming.into()])),
        ("exotel_report", super::exotel([report.into()])),
        ("exotel_sms_report", super::exotel_sms([sms])),
    ]
}
