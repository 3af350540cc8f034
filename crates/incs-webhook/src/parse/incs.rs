//! The items of a body of INCS.

use incs_model::decode_str;
use incs_model::event::{self, NewMessage, NewMessageBody, whatsapp};
use incs_model::inbound::Provider;

use super::{batch, salvage, whole};
use crate::batch::Batch;
use crate::event::{Envelope, Event};
use crate::item::{Fault, Outcome};
use crate::source::{List, Place};

pub(super) fn parse(text: &str) -> Batch {
    let event = match decode_str::<event::Event>(text) {
        Ok(event) => event,
        Err(error) => {
            return salvage::new_message(text, &error)
                .unwrap_or_else(|| one(text, Outcome::Malformed(Fault::of(error))));
        }
    };
    let event = match event {
        event::Event::NewMessage(new) => return new_message(text, new),
        event::Event::MessageStatusUpdate(update) => Event::MessageStatus(update),
        event::Event::TemplateStatusUpdate(update) => Event::TemplateStatus(update),
        event::Event::TemplateCategoryUpdate(update) => Event::TemplateCategory(update),
        event::Event::TemplateQualityUpdate(update) => Event::TemplateQuality(update),
        event::Event::MessageCreated(created) => Event::MessageCreated(created.message),
        event::Event::ChannelStatus(update) => Event::ChannelStatus(update),
        _ => return one(text, Outcome::Unknown),
    };
    one(text, event.into())
}

fn one(text: &str, outcome: Outcome) -> Batch {
    whole(text.as_bytes(), Some(Provider::Incs), Envelope::default(), outcome)
}

/// A `new_message` holds a list on WhatsApp, and one message on RCS.
fn new_message(text: &str, new: NewMessage) -> Batch {
    let mut envelope = Envelope { channel_id: new.channel_id, business_phone: new.business_phone, whatsapp: None };
    let outcome = match new.message {
        NewMessageBody::WhatsApp(value) => return value_items(text, envelope, value),
        NewMessageBody::Rcs(message) => Event::RcsMessage(message).into(),
        _ => {
            envelope = Envelope::default();
            Outcome::Unknown
        }
    };
    whole(text.as_bytes(), Some(Provider::Incs), envelope, outcome)
}

fn value_items(text: &str, mut envelope: Envelope, mut value: whatsapp::Value) -> Batch {
    let messages = std::mem::take(&mut value.messages);
    let statuses = std::mem::take(&mut value.statuses);
    let errors = std::mem::take(&mut value.errors);
    envelope.whatsapp = Some(value);
    let messages = elements(List::WhatsAppMessages, messages, Event::WhatsAppMessage);
    let statuses = elements(List::WhatsAppStatuses, statuses, Event::WhatsAppStatus);
    let found = messages.chain(statuses).chain(elements(List::WhatsAppErrors, errors, Event::WhatsAppError));
    batch(text, Provider::Incs, envelope, found)
}

/// The elements of a list that was read whole.
pub(super) fn elements<T>(list: List, typed: Vec<T>, event: fn(T) -> Event) -> impl Iterator<Item = (Place, Outcome)> {
    typed.into_iter().enumerate().map(move |(index, one)| (Place::Element(list, index), event(one).into()))
}
