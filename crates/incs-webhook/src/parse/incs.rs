//! Parses the bodies of INCS.

use std::sync::Arc;

use incs_model::event::{self, NewMessage, NewMessageBody, whatsapp};
use incs_model::{DecodeError, decode, decode_str};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Body, is_index};
use crate::event::{DeliveryContext, Event};
use crate::item::{FoundItems, ItemError, ItemOutcome, Place, StoredOutcome};
use crate::label;
use crate::members;
use crate::scan::{Cuts, Element, LEVELS_AROUND_ELEMENT, Member};

/// A list of a `new_message` from WhatsApp whose elements have a type.
struct TypedList {
    name: &'static str,
    /// Reads one element.
    read: fn(&str) -> Result<Event, DecodeError>,
    /// Takes the elements that were read with the whole body.
    take: fn(&mut whatsapp::Value) -> Vec<StoredOutcome>,
}

impl TypedList {
    fn named(name: &str) -> Option<&'static Self> {
        TYPED_LISTS.iter().find(|list| list.name == name)
    }

    /// Reads one element by itself.
    fn element(&self, body: Body<'_>, raw: &[u8]) -> Result<Event, ItemError> {
        let text = body.piece(raw, LEVELS_AROUND_ELEMENT)?;
        (self.read)(text).map_err(ItemError::of)
    }
}

/// The typed lists in the order of their items in a batch.
static TYPED_LISTS: [TypedList; 6] = [
    TypedList {
        name: "messages",
        read: |text| decode_str(text).map(Event::WhatsAppMessage),
        take: |value| take(&mut value.messages, Event::WhatsAppMessage),
    },
    TypedList {
        name: "statuses",
        read: |text| decode_str(text).map(Event::of_status),
        take: |value| take(&mut value.statuses, Event::of_status),
    },
    TypedList {
        name: "errors",
        read: |text| decode_str(text).map(Event::WhatsAppError),
        take: |value| take(&mut value.errors, Event::WhatsAppError),
    },
    TypedList {
        name: "calls",
        read: |text| decode_str(text).map(Event::WhatsAppCall),
        take: |value| take(&mut value.calls, Event::WhatsAppCall),
    },
    TypedList {
        name: "message_echoes",
        read: |text| decode_str(text).map(Event::WhatsAppEcho),
        take: |value| take(&mut value.message_echoes, Event::WhatsAppEcho),
    },
    TypedList {
        name: "user_preferences",
        read: |text| decode_str(text).map(Event::WhatsAppPreference),
        take: |value| take(&mut value.user_preferences, Event::WhatsAppPreference),
    },
];

fn take<T>(list: &mut Vec<T>, event: fn(T) -> Event) -> Vec<StoredOutcome> {
    std::mem::take(list).into_iter().map(|element| event(element).into()).collect()
}

/// The list that describes people. Its elements are not items.
const CONTACTS: &str = "contacts";

/// The member of Meta's object that names the product.
const PRODUCT: &str = "messaging_product";

/// The member that describes the business.
const METADATA: &str = "metadata";

/// The number of objects that enclose a member of the message.
const LEVELS_AROUND_MEMBER: usize = 2;

/// Reads the whole body at once. If that fails, reads a `new_message` from WhatsApp element by element.
pub(super) fn read(body: Body<'_>) -> FoundItems<'_> {
    let read =
        body.utf8().and_then(|text| decode_str::<event::Event>(text).map(|event| (text, event)).map_err(ItemError::of));
    let outcome = match read {
        Ok((text, event::Event::NewMessage(new))) => {
            let cuts = Cuts::of(text.as_bytes(), is_message);
            match body.check_depth(cuts.depth).map(|()| of_new_message(text, &cuts, new)) {
                Ok(Some(found_items)) => return found_items,
                Ok(None) => ItemOutcome::Unknown,
                Err(fault) => ItemOutcome::Malformed(fault),
            }
        }
        Ok((_, other)) => match body.text() {
            Ok(_) => {
                return whole(body.bytes, Event::of_body(other).map_or(ItemOutcome::Unknown, ItemOutcome::Parsed));
            }
            Err(fault) => ItemOutcome::Malformed(fault),
        },
        Err(fault) => ItemOutcome::Malformed(body.text().err().unwrap_or(fault)),
    };
    by_element(body).unwrap_or_else(|| whole(body.bytes, outcome))
}

fn whole(bytes: &[u8], outcome: ItemOutcome) -> FoundItems<'_> {
    FoundItems::whole(bytes, outcome, || event_name(bytes))
}

/// Returns the name of the event, for an item that was not understood.
pub(super) fn event_name(bytes: &[u8]) -> Option<Arc<str>> {
    members::text(bytes, |name| name == "event").map(|name| label::piece(&name).into())
}

fn is_message(name: &str) -> bool {
    name == "message"
}

/// Returns the items of a `new_message` that was read at once: an RCS message, or the elements of the WhatsApp lists. `None` if it has
/// to be read element by element.
fn of_new_message<'a>(text: &'a str, cuts: &Cuts<'a>, new: NewMessage) -> Option<FoundItems<'a>> {
    let [message] = &*messages(cuts) else { return None };
    let context = DeliveryContext { channel_id: new.channel_id, business_phone: new.business_phone, whatsapp: None };
    let event = match new.message {
        NewMessageBody::WhatsApp(value) => return of_whatsapp(text, message, context, value),
        NewMessageBody::Rcs(message) => Event::RcsMessage(message),
        NewMessageBody::RcsEvent(event) => Event::RcsEvent(event),
        _ => return None,
    };
    if message.members().iter().any(|member| member.name == PRODUCT) {
        return None;
    }
    Some(FoundItems { context, ..whole(text.as_bytes(), event.into()) })
}

/// Returns the elements of the lists of a WhatsApp message. `None` if not all of them were read.
fn of_whatsapp<'a>(
    text: &'a str,
    message: &Member<'a>,
    context: DeliveryContext,
    mut value: whatsapp::Value,
) -> Option<FoundItems<'a>> {
    let events: Vec<_> = TYPED_LISTS.iter().map(|list| (list.take)(&mut value)).collect();
    let lists = Lists::of(message);
    if !lists.typed.iter().zip(&events).all(|(members, events)| is_complete(members, events)) {
        return None;
    }
    // serde would read the metadata from a list.
    if lists.unknown.iter().any(|member| member.name == METADATA) {
        value.metadata = None;
    }
    let mut found_items =
        FoundItems { context: DeliveryContext { whatsapp: Some(value), ..context }, ..FoundItems::default() };
    for (members, events) in lists.typed.iter().zip(events) {
        let elements = members.iter().flat_map(|member| elements(member));
        for ((place, element), event) in elements.zip(events) {
            found_items.add(place, element.raw, event, || None);
        }
    }
    for member in &lists.unknown {
        let name = list_name(&member.name);
        for (place, element) in elements(member) {
            found_items.add(place, element.raw, StoredOutcome::Unknown, || Some(name.clone()));
        }
    }
    if found_items.items.is_empty() {
        found_items.add(Place::default(), text.as_bytes(), StoredOutcome::Unknown, || event_name(text.as_bytes()));
    }
    Some(found_items)
}

/// Reports whether all elements of a list were read. (A body with another value in place of a list is not read at once, unless that
/// value is empty.)
fn is_complete(members: &[&Member<'_>], events: &[StoredOutcome]) -> bool {
    members.iter().filter_map(|member| member.elements()).map(<[_]>::len).sum::<usize>() == events.len()
}

/// Reports whether a value means an empty list.
fn holds_nothing(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    matches!(value, b"null" | b"\"\"") || inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

/// Returns the `message` members. Valid JSON has one.
fn messages<'c, 'a>(cuts: &'c Cuts<'a>) -> Vec<&'c Member<'a>> {
    cuts.members.iter().filter(|member| is_message(&member.name) && member.is_entered()).collect()
}

/// The lists in a message from WhatsApp.
struct Lists<'c, 'a> {
    /// The members named like each of [`TYPED_LISTS`].
    typed: Vec<Vec<&'c Member<'a>>>,
    /// The other lists.
    unknown: Vec<&'c Member<'a>>,
}

impl<'c, 'a> Lists<'c, 'a> {
    fn of(message: &'c Member<'a>) -> Self {
        let mut lists = Self { typed: TYPED_LISTS.iter().map(|_| Vec::new()).collect(), unknown: Vec::new() };
        for member in message.members() {
            let typed = TYPED_LISTS.iter().zip(&mut lists.typed).find(|(list, _)| member.name == list.name);
            match typed {
                Some((_, members)) => members.push(member),
                None if member.name != CONTACTS && member.elements().is_some() => lists.unknown.push(member),
                None => {}
            }
        }
        lists
    }
}

fn list_place(member: &Member<'_>) -> Place {
    Place::default().member("message").member(&member.name)
}

/// Iterates over the elements of a list and their places.
fn elements<'c, 'a>(member: &'c Member<'a>) -> impl Iterator<Item = (Place, &'c Element<'a>)> {
    let place = list_place(member);
    member.elements().unwrap_or_default().iter().map(move |element| (place.element(element.index), element))
}

/// Returns the kind of the elements of an unknown list.
fn list_name(name: &str) -> Arc<str> {
    let name = if name.is_empty() { "unknown" } else { label::piece(name) };
    format!("new_message.whatsapp.{name}").into()
}

/// Returns the error of a value in place of a typed list.
fn no_list_fault(body: Body<'_>, raw: &[u8]) -> Option<ItemError> {
    decode_piece::<Option<Vec<IgnoredAny>>>(body, raw, LEVELS_AROUND_MEMBER).err()
}

/// Returns the error of a value in place of the event's name.
fn name_fault(body: Body<'_>, raw: &[u8]) -> Option<ItemError> {
    decode_piece::<String>(body, raw, 1).err()
}

fn decode_piece<T: DeserializeOwned>(body: Body<'_>, raw: &[u8], levels: usize) -> Result<T, ItemError> {
    body.piece(raw, levels).and_then(|text| decode_str(text).map_err(ItemError::of))
}

/// Reads a piece of a `new_message` from WhatsApp again, at the place that the tokens of its pointer name. Returns its kind too, for
/// an item that was not understood.
pub(super) fn restore(body: Body<'_>, tokens: &[&str], event: Option<&Arc<str>>) -> (ItemOutcome, Option<Arc<str>>) {
    let raw = body.bytes;
    let or_unknown = |fault: Option<ItemError>| fault.map_or(ItemOutcome::Unknown, ItemOutcome::Malformed);
    let outcome = match *tokens {
        ["event"] => or_unknown(name_fault(body, raw)),
        ["message", name] if TypedList::named(name).is_some() => or_unknown(no_list_fault(body, raw)),
        ["message", name, index] if name != CONTACTS && is_index(index) => match TypedList::named(name) {
            Some(list) => list.element(body, raw).map_or_else(ItemOutcome::Malformed, ItemOutcome::Parsed),
            None => match body.of_unknown(raw, LEVELS_AROUND_ELEMENT) {
                // The token may have escapes or be cut. Both the name and the token are no identifier then.
                ItemOutcome::Unknown => return (ItemOutcome::Unknown, Some(list_name(name))),
                malformed => malformed,
            },
        },
        _ => body.of_unknown(raw, tokens.len()),
    };
    (outcome, event.cloned())
}

/// Reads a faulty `new_message` from WhatsApp element by element, so that a fault affects only its element. `None` for another event,
/// where the whole body is malformed.
fn by_element(body: Body<'_>) -> Option<FoundItems<'_>> {
    let cuts = Cuts::of(body.bytes, is_message);
    let messages = messages(&cuts);
    if !is_new_message(&cuts) || !messages.iter().any(|message| is_whatsapp(message)) {
        return None;
    }
    let name = event_name(body.bytes);
    let found_items = FoundItems { event_name: name.clone(), ..FoundItems::default() };
    let mut reader = Reader { body, name: name.as_ref(), surroundings: Surroundings::default(), found_items };
    reader.name(&cuts);
    for member in &cuts.members {
        match &*member.name {
            "event" => {}
            "message" if member.is_entered() => reader.around_lists(member),
            name => {
                let text = reader.json(Place::default().member(name), member.value, 1);
                match name {
                    "channel_id" => reader.surroundings.channel_id = text,
                    "business_phone" => reader.surroundings.business_phone = text,
                    _ => {}
                }
            }
        }
    }
    reader.found_items.context = reader.surroundings.delivery_context();
    for message in &messages {
        reader.lists(message);
    }
    let mut found_items = reader.found_items;
    body.add_body_fault(&mut found_items, &cuts, name.as_ref());
    if found_items.items.is_empty() {
        found_items.add(Place::default(), body.bytes, StoredOutcome::Unknown, || name);
    }
    Some(found_items)
}

/// Reports whether a body may be a `new_message`. A name that is not a string counts as absent; the members decide then.
fn is_new_message(cuts: &Cuts<'_>) -> bool {
    let events = cuts.members.iter().filter(|member| member.name == "event");
    let mut names = events.filter_map(|member| decode::<String>(member.value).ok()).peekable();
    names.peek().is_none() || names.any(|name| name == "new_message")
}

/// Reports whether a message is Meta's: it names the product, or has a member that no RCS message has.
fn is_whatsapp(message: &Member<'_>) -> bool {
    let has = |name: &str| message.members().iter().any(|member| member.name == name);
    let is_rcs =
        || ["senderPhoneNumber", "messageId", "sendTime", "agentId", "eventType", "eventId"].into_iter().any(has);
    has(PRODUCT) || (!is_rcs() && (has(METADATA) || has(CONTACTS) || TYPED_LISTS.iter().any(|list| has(list.name))))
}

/// Reads the pieces of a body.
struct Reader<'a, 'n> {
    body: Body<'a>,
    /// The name of the event.
    name: Option<&'n Arc<str>>,
    surroundings: Surroundings<'a>,
    found_items: FoundItems<'a>,
}

/// The JSON of the members beside the lists. The last of several members with one name counts.
#[derive(Default)]
struct Surroundings<'a> {
    channel_id: Option<&'a str>,
    business_phone: Option<&'a str>,
    product: Option<&'a str>,
    metadata: Option<&'a str>,
    contacts: Vec<&'a str>,
}

impl Surroundings<'_> {
    /// Reads the members as in a whole body: unreadable members are absent.
    fn delivery_context(&self) -> DeliveryContext {
        let or_null = |json: Option<&str>| json.unwrap_or("null").to_owned();
        let body = format!(
            r#"{{"channel_id":{},"business_phone":{},"message":{{"messaging_product":{},"metadata":{},"contacts":[{}]}}}}"#,
            or_null(self.channel_id),
            or_null(self.business_phone),
            or_null(self.product),
            or_null(self.metadata),
            self.contacts.join(","),
        );
        let mut context = DeliveryContext { whatsapp: Some(whatsapp::Value::new()), ..DeliveryContext::default() };
        if let Ok(NewMessage { channel_id, business_phone, message, .. }) = decode_str(&body) {
            (context.channel_id, context.business_phone) = (channel_id, business_phone);
            if let NewMessageBody::WhatsApp(value) = message {
                context.whatsapp = Some(value);
            }
        }
        context
    }
}

impl<'a> Reader<'a, '_> {
    /// Adds an item for a faulty event name, since the event is then guessed.
    fn name(&mut self, cuts: &Cuts<'a>) {
        #[derive(Deserialize)]
        #[allow(dead_code, reason = "only why it cannot be read counts")]
        struct Named {
            event: String,
        }

        let events = || cuts.members.iter().filter(|member| member.name == "event" && member.value != b"null");
        for member in events() {
            let place = Place::default().member("event");
            if let Some(fault) = name_fault(self.body, member.value) {
                self.fault(place, member.value, fault);
            }
        }
        if events().next().is_none()
            && let Ok(text) = self.body.text()
            && let Some(fault @ ItemError::Decode(_)) = decode_str::<Named>(text).map_err(ItemError::of).err()
        {
            self.found_items.add(Place::default(), self.body.bytes, ItemOutcome::Malformed(fault), || None);
        }
    }

    /// Reads the members of a message that are not lists of items.
    fn around_lists(&mut self, message: &Member<'a>) {
        for member in message.members() {
            let place = list_place(member);
            match (&*member.name, member.elements()) {
                (CONTACTS, Some(contacts)) => {
                    for contact in contacts {
                        let text = self.json(place.element(contact.index), contact.raw, LEVELS_AROUND_ELEMENT);
                        self.surroundings.contacts.extend(text);
                    }
                }
                (_, Some(_)) => {}
                (name, None) if TypedList::named(name).is_some() => {
                    // A value in place of a list may be an item in an unknown form.
                    let fault = no_list_fault(self.body, member.value);
                    if let Some(fault) = fault.filter(|_| !holds_nothing(member.value)) {
                        self.fault(place, member.value, fault);
                    }
                }
                (name, None) => {
                    let text = self.json(place, member.value, LEVELS_AROUND_MEMBER);
                    match name {
                        PRODUCT => self.surroundings.product = text,
                        METADATA => self.surroundings.metadata = text,
                        _ => {}
                    }
                }
            }
        }
    }

    /// Reads the elements of all lists of a message.
    fn lists(&mut self, message: &Member<'a>) {
        let lists = Lists::of(message);
        for (list, members) in TYPED_LISTS.iter().zip(&lists.typed) {
            for (place, element) in members.iter().flat_map(|member| elements(member)) {
                match list.element(self.body, element.raw) {
                    Ok(event) => self.found_items.add(place, element.raw, ItemOutcome::Parsed(event), || None),
                    Err(fault) => self.fault(place, element.raw, fault),
                }
            }
        }
        for member in &lists.unknown {
            let name = list_name(&member.name);
            for (place, element) in elements(member) {
                match self.body.fault(element.raw, LEVELS_AROUND_ELEMENT) {
                    None => self.found_items.add(place, element.raw, StoredOutcome::Unknown, || Some(name.clone())),
                    Some(fault) => self.fault(place, element.raw, fault),
                }
            }
        }
    }

    /// Returns the text of a value that is not an item. Adds an item if it is not JSON.
    fn json(&mut self, place: Place, raw: &'a [u8], levels: usize) -> Option<&'a str> {
        if let Some(fault) = self.body.fault(raw, levels) {
            self.fault(place, raw, fault);
            return None;
        }
        self.body.piece(raw, levels).ok()
    }

    fn fault(&mut self, place: Place, raw: &'a [u8], fault: ItemError) {
        self.found_items.add(place, raw, ItemOutcome::Malformed(fault), || self.name.cloned());
    }
}
