//! The baseline: plain `derive` of the one right type, with the same owned fields as ours.
#![allow(dead_code, reason = "the fields are read from JSON, and that is all there is to measure")]

use incs_model::event::created::{ChannelState, CustomType, Origin, SessionType};
use incs_model::event::whatsapp::{Contact, Context, ErrorItem, ListReply, Metadata, Referral, Status};
use incs_model::id::{ChannelId, ConversationId, CustomId, IncsMessageId, MessageId, ParticipantId, WhatsAppUserId};
use incs_model::{Address, WireTime};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Created<C> {
    message: CreatedMessage<C>,
}

#[derive(Deserialize)]
struct CreatedMessage<C> {
    id: IncsMessageId,
    r#type: i64,
    content: C,
    auth_id: Option<ChannelId>,
    conversation_id: Option<ConversationId>,
    session_type: Option<SessionType>,
    send_id: Option<ParticipantId>,
    recv_id: Option<ParticipantId>,
    custom_type: Option<CustomType>,
    custom_id: Option<CustomId>,
    channel_msg_id: Option<MessageId>,
    channel_status: Option<ChannelState>,
    error: Option<String>,
    source: Option<Origin>,
    created_at: Option<WireTime>,
    updated_at: Option<WireTime>,
}

#[derive(Deserialize)]
pub(crate) struct ListReplyEvent {
    message: ListReplyValue,
    channel_id: Option<ChannelId>,
    business_phone: Option<Address>,
}

#[derive(Deserialize)]
struct ListReplyValue {
    messaging_product: Option<String>,
    metadata: Option<Metadata>,
    #[serde(default)]
    contacts: Vec<Contact>,
    #[serde(default)]
    messages: Vec<InteractiveMessage<ListReplyContent>>,
    #[serde(default)]
    statuses: Vec<Status>,
    #[serde(default)]
    errors: Vec<ErrorItem>,
}

#[derive(Deserialize)]
pub(crate) struct InteractiveMessage<C> {
    id: MessageId,
    from: Option<Address>,
    from_user_id: Option<WhatsAppUserId>,
    timestamp: Option<WireTime>,
    context: Option<Context>,
    referral: Option<Referral>,
    #[serde(default)]
    errors: Vec<ErrorItem>,
    interactive: C,
}

#[derive(Deserialize)]
struct ListReplyContent {
    list_reply: ListReply,
}

/// A text of a user, as Exotel posts it.
#[derive(Deserialize)]
pub(crate) struct ExotelText {
    rcs: ExotelList,
}

#[derive(Deserialize)]
struct ExotelList {
    messages: Vec<ExotelMessage>,
}

#[derive(Deserialize)]
struct ExotelMessage {
    callback_type: Option<String>,
    sid: Option<MessageId>,
    from: Address,
    to: Address,
    timestamp: Option<WireTime>,
    content: ExotelContent,
    profile_name: Option<String>,
    custom_data: Option<String>,
}

#[derive(Deserialize)]
struct ExotelContent {
    r#type: String,
    text: String,
}
