//! What many would write: serde's untagged enums over the same fields.
#![allow(dead_code, reason = "the fields are read from JSON, and that is all there is to measure")]

use incs_model::event::created::content::{Audio, File, Image, Text, Video};
use incs_model::event::whatsapp::{ButtonReply, Contact, FlowReply, ListReply, Metadata, Text as UserText};
use incs_model::event::{MessageStatusUpdate, TemplateCategoryUpdate};
use incs_model::id::{ChannelId, MessageId};
use incs_model::{Address, WireTime};
use serde::Deserialize;

use crate::plain::{Created, InteractiveMessage};

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum UntaggedEvent {
    Status(MessageStatusUpdate),
    Template(TemplateCategoryUpdate),
    New(New),
    Created(Created<CreatedContent>),
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum CreatedContent {
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
    Interactive(InteractiveMessage<Interactive>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Interactive {
    List { list_reply: ListReply },
    Button { button_reply: ButtonReply },
    Flow { nfm_reply: FlowReply },
}
