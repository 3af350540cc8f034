//! The items of a body of INCS.

use std::sync::Arc;

use incs_model::event::{self, NewMessage, NewMessageBody, whatsapp};
use incs_model::{DecodeError, decode, decode_str};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Body;
use crate::event::{Envelope, Event};
use crate::item::{Fault, Finds, Found, Kept, Outcome, Place};
use crate::label;
use crate::members;
use crate::scan::{Cuts, Element, LEVELS_AROUND_ELEMENT, Member};

/// A list of a `new_message` from WhatsApp whose elements have a type.
struct TypedList {
    name: &'static str,
    /// Reads one element.
    read: fn(&str) -> Result<Event, DecodeError>,
    /// Takes the elements that were read with the whole list.
    take: fn(&mut whatsapp::Value) -> Vec<Event>,
}

/// These lists, in the order in which their items are given out.
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

fn take<T>(list: &mut Vec<T>, event: fn(T) -> Event) -> Vec<Event> {
    std::mem::take(list).into_iter().map(event).collect()
}

/// The list around the items: it describes people.
const CONTACTS: &str = "contacts";

/// The member by which Meta's object says whose product it is of.
const PRODUCT: &str = "messaging_product";

/// The member that describes the business.
const METADATA: &str = "metadata";

/// The number of objects around a member of the message.
const LEVELS_AROUND_MEMBER: usize = 2;

/// Reads the whole body at once; where that fails, a `new_message` from WhatsApp element by element.
pub(super) fn read(body: Body<'_>) -> Finds<'_> {
    let read =
        body.text().and_then(|text| decode_str::<event::Event>(text).map(|event| (text, event)).map_err(Fault::of));
    let outcome = match read {
        Ok((text, event::Event::NewMessage(new))) => match of_new_message(text, new) {
            Some(finds) => return finds,
            None => Outcome::Unknown,
        },
        Ok((_, other)) => return whole(body.bytes, Event::of_body(other).map_or(Outcome::Unknown, Outcome::Parsed)),
        Err(fault) => Outcome::Malformed(fault),
    };
    by_element(body).unwrap_or_else(|| whole(body.bytes, outcome))
}

fn whole(bytes: &[u8], outcome: Outcome) -> Finds<'_> {
    let name = if matches!(outcome, Outcome::Parsed(_)) { None } else { event_name(bytes) };
    Finds::whole(bytes, name, outcome)
}

/// Returns the name of the event, for an item that was not understood.
fn event_name(bytes: &[u8]) -> Option<Arc<str>> {
    members::text(bytes, |name| name == "event").map(|name| label::piece(&name).into())
}

fn is_message(name: &str) -> bool {
    name == "message"
}

/// The items of a `new_message` that was read at once: a message of RCS, or the elements of lists of WhatsApp. `None` if it has to
/// be read by element.
fn of_new_message(text: &str, new: NewMessage) -> Option<Finds<'_>> {
    let cuts = Cuts::of(text.as_bytes(), is_message);
    let [message] = &*messages(&cuts) else { return None };
    let envelope = Envelope { channel_id: new.channel_id, business_phone: new.business_phone, whatsapp: None };
    let event = match new.message {
        NewMessageBody::WhatsApp(value) => return of_whatsapp(text, message, envelope, value),
        NewMessageBody::Rcs(message) => Event::RcsMessage(message),
        NewMessageBody::RcsEvent(event) => Event::RcsEvent(event),
        _ => return None,
    };
    if message.members().iter().any(|member| member.name == PRODUCT) {
        return None;
    }
    let mut finds = Finds { envelope, items: Vec::new() };
    finds.add_whole(text.as_bytes(), None, event);
    Some(finds)
}

/// The elements of the lists of a message from WhatsApp. `None` if not all of them were read.
fn of_whatsapp<'a>(
    text: &'a str,
    message: &Member<'a>,
    envelope: Envelope,
    mut value: whatsapp::Value,
) -> Option<Finds<'a>> {
    let events: Vec<_> = TYPED_LISTS.iter().map(|list| (list.take)(&mut value)).collect();
    let lists = Lists::of(message);
    if !lists.typed.iter().zip(&events).all(|(members, events)| is_complete(members, events)) {
        return None;
    }
    // serde would read a record from it.
    if lists.unknown.iter().any(|member| member.name == METADATA) {
        value.metadata = None;
    }
    let mut finds = Finds { envelope: Envelope { whatsapp: Some(value), ..envelope }, items: Vec::new() };
    for (members, events) in lists.typed.iter().zip(events) {
        let elements = members.iter().flat_map(|member| elements(member));
        for ((place, element), event) in elements.zip(events) {
            add(&mut finds, place, element, None, Outcome::Parsed(event).into());
        }
    }
    for member in &lists.unknown {
        let name = list_name(member);
        for (place, element) in elements(member) {
            add(&mut finds, place, element, Some(&name), Kept::Unknown);
        }
    }
    if finds.items.is_empty() {
        finds.add_whole(text.as_bytes(), event_name(text.as_bytes()), Outcome::Unknown);
    }
    Some(finds)
}

/// Reports whether all elements of a list were read. What is in the place of a list still is to be read, unless it holds nothing.
fn is_complete(members: &[&Member<'_>], events: &[Event]) -> bool {
    let lengths = members.iter().map(|member| match member.elements() {
        Some(elements) => Some(elements.len()),
        None => holds_nothing(member.value).then_some(0),
    });
    lengths.sum::<Option<usize>>() == Some(events.len())
}

/// Reports whether a value is one that is written for an empty list.
fn holds_nothing(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    matches!(value, b"null" | b"\"\"") || inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

/// The members that hold a message, of which JSON should have one.
fn messages<'c, 'a>(cuts: &'c Cuts<'a>) -> Vec<&'c Member<'a>> {
    cuts.members.iter().filter(|member| is_message(&member.name) && member.is_entered()).collect()
}

/// The lists in a message from WhatsApp.
struct Lists<'c, 'a> {
    /// The members with the name of each of [`TYPED_LISTS`].
    typed: Vec<Vec<&'c Member<'a>>>,
    /// The others that have elements.
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

/// The elements of a list, and where they are.
fn elements<'c, 'a>(member: &'c Member<'a>) -> impl Iterator<Item = (Place, &'c Element<'a>)> {
    let place = list_place(member);
    member.elements().unwrap_or_default().iter().map(move |element| (place.element(element.index), element))
}

/// The kind of the elements of a list that this version does not know.
fn list_name(member: &Member<'_>) -> Arc<str> {
    let name = if member.name.is_empty() { "unknown" } else { label::piece(&member.name) };
    format!("new_message.whatsapp.{name}").into()
}

fn add<'a>(finds: &mut Finds<'a>, place: Place, element: &Element<'a>, name: Option<&Arc<str>>, outcome: Kept) {
    finds.items.push(Found { place, raw: element.raw, name: name.cloned(), outcome });
}

/// Reads a `new_message` from WhatsApp in which something is wrong element by element, so that everything else is left. `None` when
/// it is no such event; then the fault is the whole body's.
fn by_element(body: Body<'_>) -> Option<Finds<'_>> {
    let cuts = Cuts::of(body.bytes, is_message);
    let messages = messages(&cuts);
    if !is_new_message(&cuts) || !messages.iter().any(|message| is_whatsapp(message)) {
        return None;
    }
    let name = event_name(body.bytes);
    let mut reader = Reader { body, name: name.as_ref(), around: Around::default(), finds: Finds::default() };
    reader.name(&cuts);
    for member in &cuts.members {
        match &*member.name {
            "event" => {}
            "message" if member.is_entered() => reader.around_lists(member),
            name => {
                let text = reader.json(Place::default().member(name), member.value, 1);
                match name {
                    "channel_id" => reader.around.channel_id = text,
                    "business_phone" => reader.around.business_phone = text,
                    _ => {}
                }
            }
        }
    }
    reader.finds.envelope = reader.around.envelope();
    for message in &messages {
        reader.lists(message);
    }
    let mut finds = reader.finds;
    body.tell_fault(&mut finds, &cuts, name.as_ref());
    if finds.items.is_empty() {
        finds.add_whole(body.bytes, name, Outcome::Unknown);
    }
    Some(finds)
}

/// Reports whether a body says that it is a `new_message`. A name that is no text says as little as none; then the members decide.
fn is_new_message(cuts: &Cuts<'_>) -> bool {
    let events = cuts.members.iter().filter(|member| member.name == "event");
    let mut names = events.filter_map(|member| decode::<String>(member.value).ok()).peekable();
    names.peek().is_none() || names.any(|name| name == "new_message")
}

/// Reports whether a message is Meta's: it says so, or has a member that no message of RCS has.
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
    around: Around<'a>,
    finds: Finds<'a>,
}

/// The JSON of the members around the lists; of several with one name the last.
#[derive(Default)]
struct Around<'a> {
    channel_id: Option<&'a str>,
    business_phone: Option<&'a str>,
    product: Option<&'a str>,
    metadata: Option<&'a str>,
    contacts: Vec<&'a str>,
}

impl Around<'_> {
    /// Reads the members as they are read in a whole body: what cannot be read is absent.
    fn envelope(&self) -> Envelope {
        let or_null = |json: Option<&str>| json.unwrap_or("null").to_owned();
        let body = format!(
            r#"{{"channel_id":{},"business_phone":{},"message":{{"messaging_product":{},"metadata":{},"contacts":[{}]}}}}"#,
            or_null(self.channel_id),
            or_null(self.business_phone),
            or_null(self.product),
            or_null(self.metadata),
            self.contacts.join(","),
        );
        let mut envelope = Envelope { whatsapp: Some(whatsapp::Value::new()), ..Envelope::default() };
        if let Ok(NewMessage { channel_id, business_phone, message, .. }) = decode_str(&body) {
            (envelope.channel_id, envelope.business_phone) = (channel_id, business_phone);
            if let NewMessageBody::WhatsApp(value) = message {
                envelope.whatsapp = Some(value);
            }
        }
        envelope
    }
}

impl<'a> Reader<'a, '_> {
    /// Adds what is wrong with the name of the event, since without it the event is guessed.
    fn name(&mut self, cuts: &Cuts<'a>) {
        #[derive(Deserialize)]
        #[allow(dead_code, reason = "only why it cannot be read counts")]
        struct Named {
            event: String,
        }

        let events = || cuts.members.iter().filter(|member| member.name == "event" && member.value != b"null");
        for member in events() {
            let place = Place::default().member("event");
            if let Err(fault) = self.decode::<String>(member.value, 1) {
                self.fault(place, member.value, fault);
            }
        }
        if events().next().is_none()
            && let Ok(text) = self.body.text()
            && let Some(fault @ Fault::Decode(_)) = decode_str::<Named>(text).map_err(Fault::of).err()
        {
            self.finds.add_whole(self.body.bytes, None, Outcome::Malformed(fault));
        }
    }

    /// Looks through the members of a message that are no list of items.
    fn around_lists(&mut self, message: &Member<'a>) {
        for member in message.members() {
            let place = list_place(member);
            match (&*member.name, member.elements()) {
                (CONTACTS, Some(contacts)) => {
                    for contact in contacts {
                        let text = self.json(place.element(contact.index), contact.raw, LEVELS_AROUND_ELEMENT);
                        self.around.contacts.extend(text);
                    }
                }
                (_, Some(_)) => {}
                (name, None) if TYPED_LISTS.iter().any(|list| list.name == name) && holds_nothing(member.value) => {}
                (name, None) if TYPED_LISTS.iter().any(|list| list.name == name) => {
                    // What is in the place of a list may be an item, in a form of tomorrow.
                    if let Err(fault) = self.decode::<Option<Vec<IgnoredAny>>>(member.value, LEVELS_AROUND_MEMBER) {
                        self.fault(place, member.value, fault);
                    }
                }
                (name, None) => {
                    let text = self.json(place, member.value, LEVELS_AROUND_MEMBER);
                    match name {
                        PRODUCT => self.around.product = text,
                        METADATA => self.around.metadata = text,
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
                let text = self.body.piece(element.raw, LEVELS_AROUND_ELEMENT);
                match text.and_then(|text| (list.read)(text).map_err(Fault::of)) {
                    Ok(event) => add(&mut self.finds, place, element, None, Outcome::Parsed(event).into()),
                    Err(fault) => self.fault(place, element.raw, fault),
                }
            }
        }
        for member in &lists.unknown {
            let name = list_name(member);
            for (place, element) in elements(member) {
                match self.body.fault(element.raw, LEVELS_AROUND_ELEMENT) {
                    None => add(&mut self.finds, place, element, Some(&name), Kept::Unknown),
                    Some(fault) => self.fault(place, element.raw, fault),
                }
            }
        }
    }

    /// The text of a value that is no item. If it is not JSON, that is an item.
    fn json(&mut self, place: Place, raw: &'a [u8], levels: usize) -> Option<&'a str> {
        if let Some(fault) = self.body.fault(raw, levels) {
            self.fault(place, raw, fault);
            return None;
        }
        self.body.piece(raw, levels).ok()
    }

    fn decode<T: DeserializeOwned>(&self, raw: &'a [u8], levels: usize) -> Result<T, Fault> {
        self.body.piece(raw, levels).and_then(|text| decode_str(text).map_err(Fault::of))
    }

    fn fault(&mut self, place: Place, raw: &'a [u8], fault: Fault) {
        let (name, outcome) = (self.name.cloned(), Outcome::Malformed(fault).into());
        self.finds.items.push(Found { place, raw, name, outcome });
    }
}
