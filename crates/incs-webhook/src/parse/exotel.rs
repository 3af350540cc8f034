//! The items of a body of Exotel.

use incs_model::decode_str;
use incs_model::exotel::{
    Batch as Listed, Callback, CallbackType, Incoming, Item, Malformed, Nested, Report, SmsItem, SmsReport,
};
use incs_model::inbound::Provider;
use memchr::memmem;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::incs::elements;
use super::object::Object;
use super::{batch, whole};
use crate::batch::Batch;
use crate::event::{Envelope, Event};
use crate::item::{Fault, Outcome};
use crate::provider::Members;
use crate::source::{List, Place, range_in};

pub(super) fn parse(text: &str) -> Batch {
    if let Some(batch) = quick(text) {
        return batch;
    }
    let outcome = match decode_str::<Callback>(text) {
        Ok(Callback::Nested(nested)) => {
            return batch(text, Provider::Exotel, Envelope::default(), of_nested(text, nested));
        }
        Ok(Callback::Flat(item)) => of_item(item),
        Ok(_) => Outcome::Unknown,
        Err(error) => Outcome::Malformed(Fault::of(error)),
    };
    whole(text.as_bytes(), Some(Provider::Exotel), Envelope::default(), outcome)
}

/// A body whose elements are all of one kind and without fault, as nearly every body is: read in one pass. The careful read
/// looks at each element three times.
fn quick(text: &str) -> Option<Batch> {
    if memmem::find(text.as_bytes(), b"\"dlr\"").is_some() {
        let reports = |reports: &[Report]| reports.iter().all(|report| is_report(report.callback_type.as_ref()));
        quick_as(text, reports, Event::ExotelReport)
    } else {
        let incoming = |messages: &[Incoming]| messages.iter().all(|one| !is_report(one.callback_type.as_ref()));
        quick_as(text, incoming, Event::ExotelMessage)
    }
}

fn is_report(callback_type: Option<&CallbackType>) -> bool {
    callback_type == Some(&CallbackType::Dlr)
}

fn quick_as<T: DeserializeOwned>(text: &str, is_sure: fn(&[T]) -> bool, event: fn(T) -> Event) -> Option<Batch> {
    #[derive(Deserialize)]
    struct Body<T> {
        rcs: Option<Object<Messages<T>>>,
        sms: Option<Object<Messages<SmsReport>>>,
    }
    #[derive(Deserialize)]
    struct Messages<T> {
        messages: Vec<T>,
    }

    let Object(Body { rcs, sms }) = serde_json::from_str::<Object<Body<T>>>(text).ok()?;
    let rcs = rcs.map(|Object(list)| list.messages).unwrap_or_default();
    let sms = sms.map(|Object(list)| list.messages).unwrap_or_default();
    let is_sure = is_sure(&rcs) && sms.iter().all(|report| is_report(report.callback_type.as_ref()));
    if !is_sure || (rcs.is_empty() && sms.is_empty()) {
        return None;
    }
    let found = elements(List::Rcs, rcs, event).chain(elements(List::Sms, sms, Event::ExotelSmsReport));
    Some(batch(text, Provider::Exotel, Envelope::default(), found))
}

fn of_nested(text: &str, nested: Nested) -> Vec<(Place, Outcome)> {
    let mut found = Vec::new();
    if let Some(list) = nested.rcs {
        of_list(text, List::Rcs, "rcs", list, of_item, &mut found);
    }
    if let Some(list) = nested.sms {
        of_list(text, List::Sms, "sms", list, of_sms_item, &mut found);
    }
    found
}

fn of_list<T>(
    text: &str,
    list: List,
    name: &str,
    listed: Listed<T>,
    outcome: fn(T) -> Outcome,
    found: &mut Vec<(Place, Outcome)>,
) {
    match listed {
        Listed::Items(items) => {
            let items = items.into_iter().enumerate();
            found.extend(items.map(|(index, item)| (Place::Element(list, index), outcome(item))));
        }
        Listed::Malformed(malformed) => found.push((member(text, name), of_malformed(&malformed))),
        _ => found.push((member(text, name), Outcome::Unknown)),
    }
}

/// The place of a member of the outermost object.
fn member(text: &str, name: &str) -> Place {
    let members: Members<'_> = serde_json::from_str(text).unwrap_or_default();
    members
        .get(name)
        .map_or(Place::Whole, |raw| Place::At { pointer: format!("/{name}").into(), range: range_in(text, raw.get()) })
}

fn of_item(item: Item) -> Outcome {
    match item {
        Item::Incoming(incoming) => Event::ExotelMessage(incoming).into(),
        Item::Report(report) => Event::ExotelReport(report).into(),
        Item::Malformed(malformed) => of_malformed(&malformed),
        _ => Outcome::Unknown,
    }
}

fn of_sms_item(item: SmsItem) -> Outcome {
    match item {
        SmsItem::Report(report) => Event::ExotelSmsReport(report).into(),
        SmsItem::Malformed(malformed) => of_malformed(&malformed),
        _ => Outcome::Unknown,
    }
}

fn of_malformed(malformed: &Malformed) -> Outcome {
    Outcome::Malformed(Fault::of(malformed.error().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_place_of_an_object_is_no_list_of_messages() {
        let whole = r#"{"sid":"a","from":"1","to":"2"}"#;
        for text in [
            format!(r#"{{"rcs":[[{whole}]]}}"#),
            format!(r#"{{"sms":[[{whole}]]}}"#),
            format!(r#"[{{"messages":[{whole}]}},null]"#),
        ] {
            let batch = parse(&text);
            for item in &batch {
                assert!(item.event().is_none(), "{text}: {item:?}");
                assert!(!item.pointer().contains("messages"), "{text}: {item:?}");
            }
        }
    }
}
