//! What is left of a `new_message` from WhatsApp when something in it is wrong: everything else.

use incs_model::event::whatsapp;
use incs_model::inbound::Provider;
use incs_model::{DecodeError, decode_str};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

use super::batch;
use crate::batch::Batch;
use crate::event::{Envelope, Event};
use crate::item::{Fault, Outcome};
use crate::provider::Members;
use crate::source::{List, Place, range_in};

/// Reads a body of which something is wrong member by member and element by element. `None` when it is no such event; then the
/// fault is the whole body's.
pub(super) fn new_message(text: &str, error: &DecodeError) -> Option<Batch> {
    let outer: Members<'_> = serde_json::from_str(text).ok()?;
    // A name that is no text says as little as none; the members tell then.
    let name = outer.get("event").and_then(|raw| decode_str::<String>(raw.get()).ok());
    let is_new_message = name.is_none_or(|name| name == "new_message");
    let inner: Members<'_> = serde_json::from_str(outer.get("message")?.get()).ok()?;
    let lists =
        [("messages", List::WhatsAppMessages), ("statuses", List::WhatsAppStatuses), ("errors", List::WhatsAppErrors)];
    if !is_new_message || !lists.iter().any(|(name, _)| inner.contains_key(*name)) {
        return None;
    }
    let mut parts = Salvage { text, found: Vec::new() };
    parts.member::<String>(&outer, "", "event");
    let mut value = whatsapp::Value::new();
    value.messaging_product = parts.member(&inner, "/message", "messaging_product");
    value.metadata = parts.member(&inner, "/message", "metadata");
    for (pointer, raw) in parts.elements(&inner, "contacts") {
        value.contacts.extend(parts.read(pointer, raw));
    }
    let envelope = Envelope {
        channel_id: parts.member(&outer, "", "channel_id"),
        business_phone: parts.member(&outer, "", "business_phone"),
        whatsapp: Some(value),
    };
    parts.items(&inner, "messages", List::WhatsAppMessages, Event::WhatsAppMessage);
    parts.items(&inner, "statuses", List::WhatsAppStatuses, Event::WhatsAppStatus);
    parts.items(&inner, "errors", List::WhatsAppErrors, Event::WhatsAppError);
    parts.told_once();
    parts.never_silent(error);
    Some(batch(text, Provider::Incs, envelope, parts.found))
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

struct Salvage<'a> {
    text: &'a str,
    found: Vec<(Place, Outcome)>,
}

impl<'a> Salvage<'a> {
    /// An optional member; if it is wrong, that is an item.
    fn member<T: DeserializeOwned>(&mut self, object: &Members<'a>, at: &str, name: &str) -> Option<T> {
        let raw = object.get(name).filter(|raw| raw.get() != "null")?;
        self.read(format!("{at}/{name}"), raw)
    }

    fn read<T: DeserializeOwned>(&mut self, pointer: String, raw: &'a RawValue) -> Option<T> {
        decode_str(raw.get()).map_err(|error| self.malformed(pointer, raw, error)).ok()
    }

    fn malformed(&mut self, pointer: String, raw: &'a RawValue, error: DecodeError) {
        let place = Place::At { pointer: pointer.into(), range: range_in(self.text, raw.get()) };
        self.found.push((place, Outcome::Malformed(Fault::Decode(error))));
    }

    /// The elements of a list; if it is no list, that is an item.
    fn elements(&mut self, object: &Members<'a>, name: &str) -> Vec<(String, &'a RawValue)> {
        let Some(&raw) = object.get(name) else { return Vec::new() };
        if let Ok(elements) = serde_json::from_str::<Vec<&'a RawValue>>(raw.get()) {
            let placed = elements.into_iter().enumerate();
            return placed.map(|(index, raw)| (format!("/message/{name}/{index}"), raw)).collect();
        }
        // Read once more for the error alone, which says what stands there instead.
        self.read::<Vec<Box<RawValue>>>(format!("/message/{name}"), raw);
        Vec::new()
    }

    fn items<T: DeserializeOwned>(&mut self, object: &Members<'a>, name: &str, list: List, event: fn(T) -> Event) {
        for (index, (pointer, raw)) in self.elements(object, name).into_iter().enumerate() {
            if let Some(typed) = self.read(pointer, raw) {
                self.found.push((Place::Element(list, index), event(typed).into()));
            }
        }
    }

    /// Of a member that stands twice the last was read. That there was another must be told, or it is lost.
    fn told_once(&mut self) {
        if let Err(error) = decode_str::<Once>(self.text) {
            self.found.push((Place::Whole, Outcome::Malformed(Fault::Decode(error))));
        }
    }

    /// What made the first read fail is told, also if the second, more patient one did not meet it.
    fn never_silent(&mut self, error: &DecodeError) {
        let is_told = self.found.iter().any(|(place, outcome)| match (place, outcome) {
            (Place::At { pointer, .. }, Outcome::Malformed(fault)) => {
                error.pointer().strip_prefix(&**pointer) == Some(fault.pointer())
            }
            (Place::Whole, Outcome::Malformed(Fault::Decode(known))) => known == error,
            _ => false,
        });
        if !is_told {
            self.found.push((Place::Whole, Outcome::Malformed(Fault::Decode(error.clone()))));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::item::Item;
    use crate::limits::Limits;
    use crate::parse::parse;

    #[test]
    fn of_two_lists_of_one_name_the_first_is_not_lost_without_a_word() {
        let told = ["/message/messages/0", "/message/messages", "/message/messages/0/type"];
        for (first, told) in [("[]", &told[..2]), (r#"[{"id":"a"}]"#, &told[..])] {
            let body = format!(r#"{{"event":"new_message","message":{{"messages":{first},"messages":[7]}}}}"#);
            let batch = parse(body.as_bytes(), None, Limits::DEFAULT);
            let pointers: Vec<_> = batch.iter().filter_map(Item::fault_pointer).collect();
            assert_eq!(pointers, told);
            assert_eq!(batch.items().last().map(Item::raw), Some(body.as_bytes()));
        }
    }

    #[test]
    fn a_fault_is_told_once() {
        let body = br#"{"event":"new_message","message":{"metadata":7,"messages":[7]}}"#;
        let batch = parse(body, None, Limits::DEFAULT);
        let pointers: Vec<_> = batch.iter().filter_map(Item::fault_pointer).collect();
        assert_eq!(pointers, ["/message/metadata", "/message/messages/0"]);
    }
}
