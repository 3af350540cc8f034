//! The items of a body of INCS.

use incs_model::event::{self, NewMessage, NewMessageBody, whatsapp};
use incs_model::{DecodeError, decode_str};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

use crate::event::{Envelope, Event};
use crate::item::{Fault, Found, Outcome};
use crate::members::{Members, elements, members};

pub(super) fn read(text: &str) -> (Envelope, Vec<Found<'_>>) {
    let event = match decode_str::<event::Event>(text) {
        Ok(event) => event,
        Err(error) => {
            return by_member(text, &error).unwrap_or_else(|| whole(text, Outcome::Malformed(Fault::of(error))));
        }
    };
    match event {
        event::Event::NewMessage(new) => new_message(text, new),
        other => whole(text, Event::of_body(other).map_or(Outcome::Unknown, Outcome::Parsed)),
    }
}

fn whole(text: &str, outcome: Outcome) -> (Envelope, Vec<Found<'_>>) {
    (Envelope::default(), vec![Found::whole(text.as_bytes(), outcome)])
}

/// A `new_message` holds a list on WhatsApp, and one message on RCS.
fn new_message(text: &str, new: NewMessage) -> (Envelope, Vec<Found<'_>>) {
    let envelope = Envelope { channel_id: new.channel_id, business_phone: new.business_phone, whatsapp: None };
    match new.message {
        NewMessageBody::WhatsApp(value) => whatsapp_lists(text, envelope, value),
        NewMessageBody::Rcs(message) => (envelope, vec![Found::whole(text.as_bytes(), Event::RcsMessage(message))]),
        NewMessageBody::RcsEvent(event) => (envelope, vec![Found::whole(text.as_bytes(), Event::RcsEvent(event))]),
        _ => whole(text, Outcome::Unknown),
    }
}

fn whatsapp_lists(text: &str, mut envelope: Envelope, mut value: whatsapp::Value) -> (Envelope, Vec<Found<'_>>) {
    let inner = members(text).get("message").map(|raw| members(raw.get())).unwrap_or_default();
    let mut found = Vec::new();
    let mut add = |name: &str, events: Vec<Event>| {
        let raws = elements(&inner, name);
        found.extend(events.into_iter().enumerate().map(|(index, event)| {
            let raw = raws.get(index).copied().unwrap_or(text);
            Found::new(format!("/message/{name}/{index}"), raw, event)
        }));
    };
    add("messages", std::mem::take(&mut value.messages).into_iter().map(Event::WhatsAppMessage).collect());
    add("statuses", std::mem::take(&mut value.statuses).into_iter().map(Event::of_status).collect());
    add("errors", std::mem::take(&mut value.errors).into_iter().map(Event::WhatsAppError).collect());
    envelope.whatsapp = Some(value);
    (envelope, found)
}

/// Reads a `new_message` from WhatsApp in which something is wrong, member by member and element by element, so that everything
/// else is left. `None` when it is no such event; then the fault is the whole body's.
fn by_member<'a>(text: &'a str, error: &DecodeError) -> Option<(Envelope, Vec<Found<'a>>)> {
    let outer: Members<'_> = serde_json::from_str(text).ok()?;
    // A name that is no text says as little as none; then the members decide.
    let name = outer.get("event").and_then(|raw| decode_str::<String>(raw.get()).ok());
    let is_new_message = name.is_none_or(|name| name == "new_message");
    let inner: Members<'_> = serde_json::from_str(outer.get("message")?.get()).ok()?;
    if !is_new_message || !["messages", "statuses", "errors"].iter().any(|name| inner.contains_key(*name)) {
        return None;
    }
    let found = &mut Vec::new();
    member::<String>(found, &outer, "", "event");
    let mut value = whatsapp::Value::new();
    value.messaging_product = member(found, &inner, "/message", "messaging_product");
    value.metadata = member(found, &inner, "/message", "metadata");
    for (pointer, raw) in list(found, &inner, "contacts") {
        value.contacts.extend(part(found, &pointer, raw));
    }
    let envelope = Envelope {
        channel_id: member(found, &outer, "", "channel_id"),
        business_phone: member(found, &outer, "", "business_phone"),
        whatsapp: Some(value),
    };
    items(found, &inner, "messages", Event::WhatsAppMessage);
    items(found, &inner, "statuses", Event::of_status);
    items(found, &inner, "errors", Event::WhatsAppError);
    // Of a member that is there twice, the last was read. That there was another is an item, or it would be lost.
    let again = decode_str::<Once>(text).err();
    // What made the first read fail is an item too, also if this second, more patient one did not meet it.
    let first = Some(error.clone())
        .filter(|error| again.as_ref() != Some(error) && !found.iter().any(|found| is_about(found, error)));
    let outcomes = again.into_iter().chain(first).map(|error| Outcome::Malformed(Fault::Decode(error)));
    found.extend(outcomes.map(|outcome| Found::whole(text.as_bytes(), outcome)));
    Some((envelope, std::mem::take(found)))
}

fn is_about(found: &Found<'_>, error: &DecodeError) -> bool {
    match &found.outcome {
        Outcome::Malformed(fault) => error.pointer().strip_prefix(&*found.pointer) == Some(fault.pointer()),
        _ => false,
    }
}

/// Each member that is read, at most once.
#[derive(Deserialize)]
#[allow(dead_code, reason = "only that it can be read counts")]
struct Once {
    event: Option<IgnoredAny>,
    channel_id: Option<IgnoredAny>,
    business_phone: Option<IgnoredAny>,
    message: OnceWithin,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "only that it can be read counts")]
struct OnceWithin {
    messaging_product: Option<IgnoredAny>,
    metadata: Option<IgnoredAny>,
    contacts: Option<IgnoredAny>,
    messages: Option<IgnoredAny>,
    statuses: Option<IgnoredAny>,
    errors: Option<IgnoredAny>,
}

/// Reads an optional member; if it is wrong, that is an item.
fn member<'a, T: DeserializeOwned>(
    found: &mut Vec<Found<'a>>,
    object: &Members<'a>,
    at: &str,
    name: &str,
) -> Option<T> {
    let raw = object.get(name).filter(|raw| raw.get() != "null")?;
    part(found, &format!("{at}/{name}"), raw)
}

/// Reads one value; if it is wrong, that is an item.
fn part<'a, T: DeserializeOwned>(found: &mut Vec<Found<'a>>, pointer: &str, raw: &'a RawValue) -> Option<T> {
    let wrong = |error| found.push(Found::new(pointer, raw.get(), Outcome::Malformed(Fault::Decode(error))));
    decode_str(raw.get()).map_err(wrong).ok()
}

/// The elements of a list and their pointers; if it is no list, that is an item.
fn list<'a>(found: &mut Vec<Found<'a>>, object: &Members<'a>, name: &str) -> Vec<(String, &'a RawValue)> {
    let Some(&raw) = object.get(name) else { return Vec::new() };
    let pointer = format!("/message/{name}");
    let Ok(elements) = serde_json::from_str::<Vec<&'a RawValue>>(raw.get()) else {
        // Read once more for the error alone, which says what is there instead.
        part::<Vec<Box<RawValue>>>(found, &pointer, raw);
        return Vec::new();
    };
    elements.into_iter().enumerate().map(|(index, raw)| (format!("{pointer}/{index}"), raw)).collect()
}

fn items<'a, T: DeserializeOwned>(found: &mut Vec<Found<'a>>, object: &Members<'a>, name: &str, event: fn(T) -> Event) {
    for (pointer, raw) in list(found, object, name) {
        if let Some(typed) = part(found, &pointer, raw) {
            found.push(Found::new(pointer, raw.get(), event(typed)));
        }
    }
}
