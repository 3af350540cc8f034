//! What many would write: serde's untagged enums over the same fields.
#![allow(dead_code, reason = "the fields are read from JSON, and that is all there is to measure")]

use incs_model::event::created::content::{Audio, File, Image, Text, Video};
use incs_model::event::created::{ChannelState, CustomType, Origin, SessionType};
use incs_model::event::whatsapp::{
    ButtonReply, Contact, Context, ErrorItem, FlowReply, ListReply, Metadata, Referral, Text as UserText,
};
use incs_model::event::{MessageStatusUpdate, TemplateCategoryUpdate};
use incs_model::id::{ChannelId, ConversationId, CustomId, IncsMessageId, MessageId, ParticipantId, WhatsAppUserId};
use incs_model::{Address, WireTime};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum UntaggedEvent {
    Status(MessageStatusUpdate),
    Template(TemplateCategoryUpdate),
    New(New),
    Created(Created),
}

#[derive(Deserialize)]
pub(crate) struct Created {
    message: CreatedMessage,
}

#[derive(Deserialize)]
struct CreatedMessage {
    id: IncsMessageId,
    r#type: i64,
    content: CreatedContent,
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
#[serde(untagged)]
enum CreatedContent {
    Text(Text),
    Image(Image),
    Audio(Audio),
    Video(Video),
    File(File),
}

#[derive(Deserialize)]
pub(crate) struct New {
    message: Value,
    channel_id: Option<ChannelId>,
    business_phone: Option<Address>,
}

#[derive(Deserialize)]
struct Value {
    messaging_product: Option<String>,
    metadata: Option<Metadata>,
    contacts: Vec<Contact>,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    Text { id: MessageId, from: Option<Address>, timestamp: Option<WireTime>, text: UserText },
    Interactive(InteractiveMessage),
}

#[derive(Deserialize)]
struct InteractiveMessage {
    id: MessageId,
    from: Option<Address>,
    from_user_id: Option<WhatsAppUserId>,
    timestamp: Option<WireTime>,
    context: Option<Context>,
    referral: Option<Referral>,
    #[serde(default)]
    errors: Vec<ErrorItem>,
    interactive: Interactive,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Interactive {
    List { list_reply: ListReply },
    Button { button_reply: ButtonReply },
    Flow { nfm_reply: FlowReply },
}
