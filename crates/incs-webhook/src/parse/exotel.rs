//! The items of a body of Exotel.

use incs_model::decode_str;
use incs_model::exotel::{Batch as Listed, Callback, Item, Malformed, SmsItem};

use crate::event::Event;
use crate::item::{Fault, Found, Outcome};
use crate::members::{elements, members};

pub(super) fn read(text: &str) -> Vec<Found<'_>> {
    let outcome = match decode_str::<Callback>(text) {
        Ok(Callback::Nested(nested)) => {
            let rcs = nested.rcs.map(|list| of_list(text, "rcs", list, of_item));
            let sms = nested.sms.map(|list| of_list(text, "sms", list, of_sms_item));
            return rcs.into_iter().chain(sms).flatten().collect();
        }
        Ok(Callback::Flat(item)) => of_item(item),
        Ok(_) => Outcome::Unknown,
        Err(error) => Outcome::Malformed(Fault::of(error)),
    };
    vec![Found::whole(text.as_bytes(), outcome)]
}

fn of_list<'a, T>(text: &'a str, name: &str, list: Listed<T>, outcome: fn(T) -> Outcome) -> Vec<Found<'a>> {
    let list_raw = members(text).get(name).map_or(text, |raw| raw.get());
    match list {
        Listed::Items(items) => {
            let raws = elements(&members(list_raw), "messages");
            let found = |(index, item)| {
                let raw = raws.get(index).copied().unwrap_or(text);
                Found::new(format!("/{name}/messages/{index}"), raw, outcome(item))
            };
            items.into_iter().enumerate().map(found).collect()
        }
        Listed::Malformed(malformed) => vec![Found::new(format!("/{name}"), list_raw, of_malformed(&malformed))],
        _ => vec![Found::new(format!("/{name}"), list_raw, Outcome::Unknown)],
    }
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
