//! What an item says.

use incs_model::event::{
    ChannelStatus, MessageStatusUpdate, TemplateCategoryUpdate, TemplateQualityUpdate, TemplateStatusUpdate, created,
    rcs, whatsapp,
};
use incs_model::id::ChannelId;
use incs_model::{Address, exotel};

/// What one item says. Each element of a list is an item of its own.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// INCS, `message_status_update`: a sent message has a new state.
    MessageStatus(MessageStatusUpdate),
    /// INCS, `template_status_update`: a template was approved, rejected or otherwise moved on.
    TemplateStatus(TemplateStatusUpdate),
    /// INCS, `template_category_update`: a template was put into another category.
    TemplateCategory(TemplateCategoryUpdate),
    /// INCS, `template_quality_update`: a template has a new quality rating.
    TemplateQuality(TemplateQualityUpdate),
    /// INCS, one of `messages[]` of a `new_message` from WhatsApp: a customer wrote.
    WhatsAppMessage(whatsapp::Message),
    /// INCS, one of `statuses[]` of a `new_message` from WhatsApp: a receipt in Meta's form (inferred).
    WhatsAppStatus(whatsapp::Status),
    /// INCS, one of `errors[]` of a `new_message` from WhatsApp: what went wrong outside any one message.
    WhatsAppError(whatsapp::ErrorItem),
    /// INCS, a `new_message` from RCS: a customer wrote.
    RcsMessage(rcs::UserMessage),
    /// INCS, `message_created`: a message went through the workbench, in either direction.
    MessageCreated(created::Message),
    /// INCS, an event of unknown name: a message of the workbench has a new state.
    ChannelStatus(ChannelStatus),
    /// Exotel: a user wrote.
    ExotelMessage(exotel::Incoming),
    /// Exotel: what became of an RCS message.
    ExotelReport(exotel::Report),
    /// Exotel: what became of the SMS sent instead.
    ExotelSmsReport(exotel::SmsReport),
}

/// What stands around the items of one `new_message` of INCS. Empty for everything else.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Envelope {
    /// The channel. Absent in older deployments and, so far as seen, on RCS.
    pub channel_id: Option<ChannelId>,
    /// The business number; `""` on RCS.
    pub business_phone: Option<Address>,
    /// What stands around WhatsApp messages: contacts and metadata. Its lists of messages, statuses and errors are empty,
    /// since each of them is an item.
    pub whatsapp: Option<whatsapp::Value>,
}
