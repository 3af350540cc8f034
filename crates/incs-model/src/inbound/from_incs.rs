//! Neutral messages from INCS: from WhatsApp, from RCS, and from the workbench.

use super::content::{
    AccountChange, ChangeKind, Choice, ChoiceKind, Content, Edit, Location, Media, MediaKind, Order, OrderLine, Other,
    Permission, PermissionAnswer, PermissionKind, Problem, Reaction, Revoke, Text, Thumbnail, Welcome,
};
use super::message::{Inbound, Origin, Product, Provider, Quoted, Referral};
use super::person::{Contacts, Email, NameParts, Organization, Person, Phone, PostalAddress, WebPage};
use crate::address::Address;
use crate::event::whatsapp::ContactIndex;
use crate::event::whatsapp::short_copy;
use crate::event::{Event, NewMessageBody, created, rcs, whatsapp};
use crate::id::ChannelId;
use crate::json::RawItems;
use crate::message::Channel;
use crate::party::Party;

/// Returns the customers' messages in an INCS event; events about sent messages and templates have none.
///
/// `body` is the text that the event was decoded from; the raw items are slices of it.
pub fn from_event(event: &Event, body: &[u8]) -> Vec<Inbound> {
    match event {
        Event::NewMessage(new) => match &new.message {
            NewMessageBody::WhatsApp(value) => {
                let mut items = RawItems::new(body);
                let contacts = ContactIndex::new(&value.contacts);
                let (channel_id, business_phone) = (new.channel_id, new.business_phone.as_ref());
                let envelope = WhatsAppDelivery { channel_id, business_phone, value, contacts: &contacts };
                let view = |(index, message)| {
                    let origin = Origin::cut(format!("/message/messages/{index}"), message, &mut items);
                    whatsapp_message(envelope, message, origin)
                };
                value.messages.iter().enumerate().map(view).collect()
            }
            NewMessageBody::Rcs(message) => {
                vec![rcs_message(new.channel_id, message, Origin::cut("/message", message, &mut RawItems::new(body)))]
            }
            NewMessageBody::RcsEvent(_) | NewMessageBody::Unknown(_) => Vec::new(),
        },
        Event::MessageCreated(created) => {
            let message = &created.message;
            let origin = Origin::cut("/message", message, &mut RawItems::new(body));
            created_message(message, origin).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The maximum length, in bytes, of a text that is copied from the members around a message: the business number, and the ids
/// of a contact. Each message of a webhook gets a copy of them, so a longer text, which no real contact has, is omitted.
pub const SHARED_TEXT_MAX: usize = ContactIndex::COPIED_TEXT_MAX;

/// The members around the messages of one WhatsApp webhook.
#[derive(Debug, Clone, Copy)]
pub struct WhatsAppDelivery<'a> {
    /// The INCS channel.
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<&'a Address>,
    /// The value of the webhook. Contacts and metadata are read from it; messages are not.
    pub value: &'a whatsapp::Value,
    /// The index of its contacts, built once for all messages of the webhook.
    pub contacts: &'a ContactIndex,
}

/// Returns the neutral form of one WhatsApp message from INCS.
pub fn whatsapp_message(envelope: WhatsAppDelivery<'_>, message: &whatsapp::Message, origin: Origin) -> Inbound {
    let WhatsAppDelivery { channel_id, business_phone, value, contacts } = envelope;
    let mut item = origin.holding(Provider::Incs, whatsapp_content(message));
    item.channel = Some(Channel::WhatsApp);
    item.id = Some(message.id.clone());
    let party = message.party();
    let contact = contacts.contact_of(&value.contacts, &party);
    item.profile_name = contact.and_then(|contact| short_copy(contact.profile.as_ref()?.name.as_ref(), String::as_str));
    item.user = match contact {
        Some(contact) => contact.complete(party),
        None => party,
    }
    .known();
    let metadata = || value.metadata.as_ref()?.display_phone_number.as_ref();
    item.business = short_copy(business_phone.or_else(metadata), Address::as_str);
    item.channel_id = channel_id;
    item.sent_at.clone_from(&message.timestamp);
    item.referral = message.referral.as_deref().map(referral).map(Box::new);
    if let Some(context) = &message.context {
        refer(&mut item, context);
    }
    item
}

/// Copies the references of a message: the quoted message, the product, the forwarding marks.
fn refer(item: &mut Inbound, context: &whatsapp::Context) {
    if context.id.is_some() {
        let from = context.from.clone().map(Party::from).and_then(Party::known);
        item.quoted = Some(Quoted { id: context.id.clone(), from, ..Quoted::new() });
    }
    item.frequently_forwarded = context.frequently_forwarded == Some(true);
    item.forwarded = item.frequently_forwarded || context.forwarded == Some(true);
    item.referred_product = context.referred_product.as_ref().map(|product| Product {
        catalog_id: product.catalog_id.clone(),
        product_id: product.product_retailer_id.clone(),
    });
}

fn referral(source: &whatsapp::Referral) -> Referral {
    Referral {
        source_url: source.source_url.clone(),
        source_id: source.source_id.clone(),
        source_type: source.source_type.clone(),
        headline: source.headline.clone(),
        body: source.body.clone(),
        ctwa_clid: source.ctwa_clid.clone(),
        media_type: source.media_type.clone(),
        image_url: source.image_url.clone(),
        video_url: source.video_url.clone(),
        thumbnail_url: source.thumbnail_url.clone(),
        welcome_text: source.welcome_message.as_ref().and_then(|greeting| greeting.text.clone()),
    }
}

fn whatsapp_content(message: &whatsapp::Message) -> Content {
    use whatsapp::Content as Wire;

    match &message.content {
        Wire::Text(text) => Text::new(text.body.as_str()).into(),
        Wire::Image(file) => whatsapp_media(MediaKind::Image, file).into(),
        Wire::Audio(file) => whatsapp_media(MediaKind::Audio, file).into(),
        Wire::Video(file) => whatsapp_media(MediaKind::Video, file).into(),
        Wire::Document(file) => whatsapp_media(MediaKind::Document, file).into(),
        Wire::Sticker(file) => whatsapp_media(MediaKind::Sticker, file).into(),
        Wire::Location(place) => Location {
            name: place.name.clone(),
            address: place.address.clone(),
            url: place.url.clone(),
            ..Location::new(place.latitude, place.longitude)
        }
        .into(),
        Wire::Contacts(people) => Contacts::new(people.iter().map(person).collect::<Vec<_>>()).into(),
        Wire::Button(button) => Choice::of(ChoiceKind::Button, button.payload.clone(), button.text.clone()).into(),
        Wire::Interactive(answer) => interactive(answer),
        Wire::Reaction(reaction) => {
            let emoji = reaction.emoji.clone().filter(|emoji| !emoji.is_empty());
            Reaction { emoji, ..Reaction::new(reaction.message_id.clone()) }.into()
        }
        Wire::Order(order) => whatsapp_order(order).into(),
        Wire::System(system) => account_change(message, system).into(),
        Wire::Edit(edit) => whatsapp_edit(edit).into(),
        Wire::Revoke(revoke) => Revoke { message_id: revoke.original_message_id.clone() }.into(),
        Wire::RequestWelcome => Welcome::new().into(),
        Wire::Unsupported(unsupported) => {
            problem(unsupported.r#type.as_deref().unwrap_or("unsupported"), message).into()
        }
        Wire::Missing(missing) if !message.errors.is_empty() || missing.kind() == "unsupported" => {
            problem(missing.kind(), message).into()
        }
        Wire::Missing(missing) => Other::new(missing.kind()).into(),
        Wire::Unknown(unknown) if !message.errors.is_empty() => problem(unknown.kind(), message).into(),
        Wire::Unknown(unknown) => Other::of(unknown.kind(), unknown.content()).into(),
    }
}

fn whatsapp_media(kind: MediaKind, file: &whatsapp::Media) -> Media {
    Media {
        url: file.url.clone(),
        id: Some(file.id.clone()),
        media_type: file.mime_type.clone(),
        file_name: file.filename.clone(),
        caption: file.caption.clone(),
        sha256: file.sha256.clone(),
        voice: file.voice,
        animated: file.animated,
        ..Media::new(kind)
    }
}

fn interactive(answer: &whatsapp::Interactive) -> Content {
    match answer {
        whatsapp::Interactive::ListReply(row) => {
            let choice = Choice::of(ChoiceKind::List, Some(row.id.clone()), row.title.clone());
            Choice { description: row.description.clone(), ..choice }.into()
        }
        whatsapp::Interactive::ButtonReply(button) => {
            Choice::of(ChoiceKind::Button, Some(button.id.clone()), button.title.clone()).into()
        }
        whatsapp::Interactive::FlowReply(flow) => {
            let choice = Choice::of(ChoiceKind::Flow, Some(flow.response_json.clone()), flow.name.clone());
            Choice { description: flow.body.clone(), ..choice }.into()
        }
        whatsapp::Interactive::CallPermissionReply(reply) => Permission {
            answer: reply.response.as_ref().map(|answer| PermissionAnswer::from(answer.as_str())),
            permanent: reply.is_permanent,
            expires_at: reply.expiration_timestamp.clone(),
            source: reply.response_source.clone(),
            ..Permission::new(PermissionKind::Call)
        }
        .into(),
        whatsapp::Interactive::Unknown(unknown) => {
            Other::of(format!("interactive.{}", unknown.kind()), unknown.content()).into()
        }
        whatsapp::Interactive::Missing(missing) => Other::new(format!("interactive.{}", missing.kind())).into(),
    }
}

fn whatsapp_edit(edit: &whatsapp::Edit) -> Edit {
    use whatsapp::EditedContent as Wire;

    let content = edit.message.as_ref().map(|content| match content {
        Wire::Text(text) => Text::new(text.body.as_str()).into(),
        Wire::Image(file) => whatsapp_media(MediaKind::Image, file).into(),
        Wire::Video(file) => whatsapp_media(MediaKind::Video, file).into(),
        Wire::Document(file) => whatsapp_media(MediaKind::Document, file).into(),
        Wire::Missing(missing) => Other::new(missing.kind()).into(),
        Wire::Unknown(unknown) => Other::of(unknown.kind(), unknown.content()).into(),
    });
    Edit { message_id: edit.original_message_id.clone(), content }
}

/// Returns a change of ids. The numbers and ids of newer versions take precedence over those of older ones; a missing old id
/// is the sender's.
fn account_change(message: &whatsapp::Message, system: &whatsapp::System) -> AccountChange {
    use whatsapp::SystemKind as Wire;

    let kind = system.r#type.as_ref().map(|kind| match kind {
        Wire::NumberChanged | Wire::UserNumberChanged => ChangeKind::Number,
        Wire::UserIdChanged => ChangeKind::UserId,
        Wire::IdentityChanged => ChangeKind::Identity,
        Wire::Unknown(text) => ChangeKind::from(text.as_str()),
    });
    // `wa_id` is the new number when it is alone, and the old one beside `new_wa_id`.
    let (old, new) = match (&system.wa_id, &system.new_wa_id) {
        (old, Some(new)) => (old.as_ref(), Some(new)),
        (new, None) => (None, new.as_ref()),
    };
    let mut before = Party::new();
    before.phone = system.customer.as_ref().or(old).cloned();
    before.user_id.clone_from(&system.previous_user_id);
    before.parent_user_id.clone_from(&system.previous_parent_user_id);
    match kind {
        Some(ChangeKind::Number) if before.phone.is_none() => before.phone.clone_from(&message.from),
        Some(ChangeKind::UserId) if before.user_id.is_none() => before.user_id.clone_from(&message.from_user_id),
        _ => {}
    }
    let mut after = Party::new();
    after.phone = new.cloned();
    after.user_id.clone_from(&system.user_id);
    after.parent_user_id.clone_from(&system.parent_user_id);
    AccountChange {
        kind,
        before: before.known(),
        after: after.known(),
        identity_hash: system.identity.clone(),
        text: system.body.clone(),
    }
}

fn person(contact: &whatsapp::SharedContact) -> Person {
    let phone = |phone: &whatsapp::ContactPhone| Phone {
        number: phone.phone.clone(),
        account: phone.wa_id.clone().map(Party::from).and_then(Party::known),
        kind: phone.r#type.clone(),
    };
    let email = |email: &whatsapp::EmailAddress| Email { address: email.email.clone(), kind: email.r#type.clone() };
    let page = |page: &whatsapp::WebAddress| WebPage { url: page.url.clone(), kind: page.r#type.clone() };
    let name = contact.name.as_ref();
    Person {
        name: name.and_then(|name| name.formatted_name.clone().or_else(|| name.first_name.clone())),
        name_parts: name.map(name_parts).filter(|parts| *parts != NameParts::new()),
        organization: contact.org.as_ref().map(|workplace| Organization {
            company: workplace.company.clone(),
            department: workplace.department.clone(),
            title: workplace.title.clone(),
        }),
        birthday: contact.birthday.clone(),
        phones: contact.phones.iter().map(phone).collect(),
        emails: contact.emails.iter().map(email).collect(),
        addresses: contact.addresses.iter().map(postal_address).collect(),
        urls: contact.urls.iter().map(page).collect(),
        vcard: contact.vcard.clone(),
    }
}

fn name_parts(name: &whatsapp::ContactName) -> NameParts {
    NameParts {
        first: name.first_name.clone(),
        middle: name.middle_name.clone(),
        last: name.last_name.clone(),
        prefix: name.prefix.clone(),
        suffix: name.suffix.clone(),
    }
}

fn postal_address(address: &whatsapp::PostalAddress) -> PostalAddress {
    PostalAddress {
        street: address.street.clone(),
        city: address.city.clone(),
        state: address.state.clone(),
        zip: address.zip.clone(),
        country: address.country.clone(),
        country_code: address.country_code.clone(),
        kind: address.r#type.clone(),
    }
}

fn whatsapp_order(order: &whatsapp::Order) -> Order {
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

/// Returns the reason why a content of this kind is missing. The first of several errors counts.
fn problem(kind: &str, message: &whatsapp::Message) -> Problem {
    let problem = Problem::new().with_kind(kind);
    let Some(error) = message.errors.first() else { return problem };
    let details = error.error_data.as_ref().and_then(|data| data.details.clone());
    Problem {
        code: error.code,
        name: error.title.clone().or_else(|| error.message.clone()),
        text: details.or_else(|| error.message.clone()),
        url: error.href.clone(),
        ..problem
    }
}

/// Returns the neutral form of an RCS message from INCS.
pub fn rcs_message(channel_id: Option<ChannelId>, message: &rcs::UserMessage, origin: Origin) -> Inbound {
    let mut item = origin.holding(Provider::Incs, rcs_content(&message.content));
    item.channel = Some(Channel::Rcs);
    item.id = Some(message.message_id.clone());
    item.user = Party::from(message.sender_phone_number.clone()).known();
    item.business = message.agent_id.as_ref().map(|agent| Address::from(agent.as_str()));
    item.channel_id = channel_id;
    item.sent_at.clone_from(&message.send_time);
    if let rcs::Content::Suggestion(tap) = &message.content {
        item.quoted = tap.trackdata.as_ref().and_then(answered);
    }
    item
}

/// Returns the message that a tap answers.
fn answered(track: &rcs::TrackData) -> Option<Quoted> {
    let quoted = Quoted {
        id: track.msg_id.clone(),
        sent_at: track.msg_date.clone(),
        template_id: track.template.clone(),
        ..Quoted::new()
    };
    (quoted != Quoted::new()).then_some(quoted)
}

fn rcs_content(content: &rcs::Content) -> Content {
    match content {
        rcs::Content::Text(text) => Text::new(text.as_str()).into(),
        rcs::Content::File(file) => rcs_media(file).into(),
        rcs::Content::Suggestion(tap) => {
            let kind = match &tap.r#type {
                Some(rcs::SuggestionKind::Action) => ChoiceKind::Action,
                Some(rcs::SuggestionKind::Unknown(other)) => ChoiceKind::from(other.as_str()),
                Some(rcs::SuggestionKind::Reply) | None => ChoiceKind::Reply,
            };
            let track = tap.trackdata.as_ref();
            Choice {
                card: track.and_then(|track| track.card_index).map(u64::from),
                position: track.and_then(|track| track.suggestion_index).map(u64::from),
                ..Choice::of(kind, tap.postback_data.clone(), tap.text.clone())
            }
            .into()
        }
        rcs::Content::Location(place) => Location::new(place.latitude, place.longitude).into(),
        rcs::Content::Unknown(unknown) => Other::of(unknown.kind(), unknown.content()).into(),
    }
}

fn rcs_media(file: &rcs::UserFile) -> Media {
    let payload = &file.payload;
    let thumbnail = |picture: &rcs::FileReference| {
        Thumbnail::of(&picture.file_uri, picture.mime_type.clone(), picture.file_size_bytes)
    };
    Media {
        url: Some(payload.file_uri.clone()),
        media_type: payload.mime_type.clone(),
        file_name: payload.file_name.clone(),
        size: payload.file_size_bytes,
        thumbnail: file.thumbnail.as_ref().map(thumbnail),
        ..Media::new(MediaKind::of(payload.mime_type.as_ref()))
    }
}

/// Returns the neutral form of a workbench message; `None` if staff wrote it. A message with inconclusive sides counts as the
/// customer's: a duplicate is better than a lost message.
pub fn created_message(message: &created::Message, origin: Origin) -> Option<Inbound> {
    if message.is_inbound() == Some(false) {
        return None;
    }
    let mut item = origin.holding(Provider::Incs, created_content(message));
    item.id = message.provider_id().cloned();
    item.incs_id = Some(message.id);
    let is_whatsapp = item.id.as_ref().is_some_and(|id| id.as_str().starts_with("wamid."));
    item.channel = is_whatsapp.then_some(Channel::WhatsApp);
    item.user = message.customer();
    item.channel_id = message.auth_id;
    item.conversation_id = message.conversation_id;
    item.sent_at.clone_from(&message.created_at);
    Some(item)
}

fn created_content(message: &created::Message) -> Content {
    match message.content() {
        created::Content::Text(text) => Text::new(text.content.as_str()).into(),
        created::Content::Image(image) => created_image(image).into(),
        created::Content::Audio(audio) => Media {
            url: Some(audio.source_url.clone()),
            media_type: audio.sound_type.clone(),
            size: audio.data_size,
            duration: audio.duration,
            ..Media::new(MediaKind::Audio)
        }
        .into(),
        created::Content::Video(video) => Media {
            url: Some(video.video_url.clone()),
            media_type: video.video_type.clone(),
            size: video.video_size,
            duration: video.duration,
            thumbnail: video
                .snapshot_url
                .as_deref()
                .map(|url| Thumbnail::of(url, video.snapshot_type.clone(), video.snapshot_size)),
            ..Media::new(MediaKind::Video)
        }
        .into(),
        created::Content::File(file) => Media {
            url: Some(file.source_url.clone()),
            media_type: file.file_type.clone(),
            file_name: file.file_name.clone(),
            size: file.file_size,
            ..Media::new(MediaKind::File)
        }
        .into(),
        created::Content::Missing(_) => Other::new(message.content().kind()).into(),
        created::Content::Custom(raw) => Other::of(custom_kind(message), Some(raw)).into(),
        created::Content::Unknown(code, raw) => Other::of(format!("type.{}", code.as_i64()), Some(raw)).into(),
    }
}

/// Returns the kind of a custom message, like `custom.whatsapp_reply_button` for a tap; `custom` if the message has no kind.
fn custom_kind(message: &created::Message) -> String {
    match &*message.custom_kind() {
        "" => "custom".to_owned(),
        kind => format!("custom.{kind}"),
    }
}

fn created_image(image: &created::content::Image) -> Media {
    let full = image.source_picture.as_ref().or(image.big_picture.as_ref());
    // In recorded bodies the path of some images has no host.
    let is_link = image.source_path.starts_with("http");
    let link = image.source_picture.as_ref().map(|picture| &picture.url).filter(|_| !is_link);
    Media {
        url: Some(link.unwrap_or(&image.source_path).clone()),
        media_type: full.and_then(|picture| picture.r#type.clone()),
        size: full.and_then(|picture| picture.size),
        thumbnail: image
            .snapshot_picture
            .as_ref()
            .map(|picture| Thumbnail::of(&picture.url, picture.r#type.clone(), picture.size)),
        ..Media::new(MediaKind::Image)
    }
}
