//! The view of WhatsApp messages from INCS.

use super::content::{
    Choice, ChoiceKind, Contacts, Content, Location, Media, MediaKind, Order, OrderLine, Other, Person, Problem,
    Reaction, Text,
};
use super::item::{Inbound, Origin, Provider, Quoted};
use crate::address::Address;
use crate::decode::Cutter;
use crate::event::{NewMessage, whatsapp};
use crate::id::ChannelId;
use crate::message::Channel;

pub(super) fn messages(new: &NewMessage, value: &whatsapp::Value, body: &[u8]) -> Vec<Inbound> {
    let items = value.messages.iter().enumerate();
    let mut cutter = Cutter::new(body);
    let envelope = Envelope { channel_id: new.channel_id, business_phone: new.business_phone.as_ref(), value };
    let view = |(index, message): (usize, &whatsapp::Message)| {
        let origin = Origin::cut(format!("/message/messages/{index}"), message, &mut cutter);
        whatsapp_message(envelope, message, origin)
    };
    items.map(view).collect()
}

/// What stands around the messages of one delivery from WhatsApp.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The INCS channel.
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<&'a Address>,
    /// The delivery. Contacts and metadata are taken from it; messages are not.
    pub value: &'a whatsapp::Value,
}

/// The view of one WhatsApp message from INCS.
pub fn whatsapp_message(envelope: Envelope<'_>, message: &whatsapp::Message, origin: Origin) -> Inbound {
    let Envelope { channel_id, business_phone, value } = envelope;
    let mut item = origin.holding(Provider::Incs, content(message));
    item.channel = Some(Channel::WhatsApp);
    item.id = Some(message.id.clone());
    let contact = value.contact_of(message);
    item.user = message.from.clone().or_else(|| contact?.wa_id.clone());
    let metadata = value.metadata.as_ref();
    item.business = business_phone.cloned().or_else(|| metadata?.display_phone_number.clone());
    item.channel_id = channel_id;
    item.sent_at.clone_from(&message.timestamp);
    item.profile_name = contact.and_then(|contact| contact.profile.as_ref()?.name.clone());
    item.quoted = message.context.as_ref().and_then(|context| {
        context.id.as_ref()?;
        Some(Quoted { id: context.id.clone(), from: context.from.clone() })
    });
    item
}

fn content(message: &whatsapp::Message) -> Content {
    use whatsapp::Content as Wire;

    match &message.content {
        Wire::Text(text) => Text::new(text.body.as_str()).into(),
        Wire::Image(file) => media(MediaKind::Image, file).into(),
        Wire::Audio(file) => media(MediaKind::Audio, file).into(),
        Wire::Video(file) => media(MediaKind::Video, file).into(),
        Wire::Document(file) => media(MediaKind::Document, file).into(),
        Wire::Sticker(file) => media(MediaKind::Sticker, file).into(),
        Wire::Location(place) => Location {
            name: place.name.clone(),
            address: place.address.clone(),
            ..Location::new(place.latitude, place.longitude)
        }
        .into(),
        Wire::Contacts(people) => Contacts::new(people.iter().map(person).collect::<Vec<_>>()).into(),
        Wire::Button(button) => {
            let label = button.text.clone();
            Choice { data: button.payload.clone(), label, ..Choice::new(ChoiceKind::Button) }.into()
        }
        Wire::Interactive(answer) => interactive(answer),
        Wire::Reaction(reaction) => {
            let emoji = reaction.emoji.clone().filter(|emoji| !emoji.is_empty());
            Reaction { emoji, ..Reaction::new(reaction.message_id.clone()) }.into()
        }
        Wire::Order(order) => self::order(order).into(),
        Wire::System(_) => Other::new("system").into(),
        Wire::Unsupported => problem(message).into(),
        Wire::Unknown(_) if !message.errors.is_empty() => problem(message).into(),
        Wire::Unknown(unknown) => Other::new(unknown.kind()).into(),
    }
}

fn media(kind: MediaKind, file: &whatsapp::Media) -> Media {
    Media {
        url: file.url.clone(),
        id: Some(file.id.clone()),
        media_type: file.mime_type.clone(),
        file_name: file.filename.clone(),
        caption: file.caption.clone(),
        sha256: file.sha256.clone(),
        voice: file.voice,
        ..Media::new(kind)
    }
}

fn interactive(answer: &whatsapp::Interactive) -> Content {
    match answer {
        whatsapp::Interactive::ListReply(row) => Choice {
            data: Some(row.id.clone()),
            label: row.title.clone(),
            description: row.description.clone(),
            ..Choice::new(ChoiceKind::List)
        }
        .into(),
        whatsapp::Interactive::ButtonReply(button) => {
            let data = Some(button.id.clone());
            Choice { data, label: button.title.clone(), ..Choice::new(ChoiceKind::Button) }.into()
        }
        whatsapp::Interactive::FlowReply(flow) => {
            let data = Some(flow.response_json.clone());
            Choice { data, label: flow.name.clone(), ..Choice::new(ChoiceKind::Flow) }.into()
        }
        whatsapp::Interactive::Unknown(unknown) => Other::new(format!("interactive.{}", unknown.kind())).into(),
    }
}

fn person(contact: &whatsapp::SharedContact) -> Person {
    let phone =
        |phone: &whatsapp::ContactPhone| phone.wa_id.clone().or_else(|| phone.phone.as_deref().map(Address::from));
    Person {
        name: contact.name.as_ref().and_then(|name| name.formatted_name.clone().or_else(|| name.first_name.clone())),
        phones: contact.phones.iter().filter_map(phone).collect(),
        emails: contact.emails.iter().filter_map(|email| email.email.clone()).collect(),
    }
}

fn order(order: &whatsapp::Order) -> Order {
    let line = |item: &whatsapp::OrderItem| OrderLine {
        quantity: item.quantity.as_ref().map(|amount| amount.as_str().to_owned()),
        price: item.item_price.as_ref().map(|amount| amount.as_str().to_owned()),
        currency: item.currency.clone(),
        ..OrderLine::new(item.product_retailer_id.as_str())
    };
    Order {
        catalog_id: order.catalog_id.clone(),
        text: order.text.clone(),
        lines: order.product_items.iter().map(line).collect(),
    }
}

fn problem(message: &whatsapp::Message) -> Problem {
    let Some(error) = message.errors.first() else { return Problem::new() };
    let details = error.error_data.as_ref().and_then(|data| data.details.clone());
    Problem { code: error.code, name: error.title.clone(), text: details.or_else(|| error.message.clone()) }
}
