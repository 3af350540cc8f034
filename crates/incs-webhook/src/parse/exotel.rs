//! The items of a body of Exotel.

use std::sync::Arc;

use incs_model::decode_str;
use incs_model::exotel::{Batch, Callback, Item, Malformed, SmsItem};

use super::Body;
use crate::event::Event;
use crate::item::{Fault, Finds, Found, Outcome, Place};
use crate::label;
use crate::members::{is_list_of_exotel, is_sms_list, text};
use crate::scan::{Cuts, LEVELS_AROUND_ELEMENT, Member};

pub(super) fn read(body: Body<'_>) -> Finds<'_> {
    let cuts = Cuts::of(body.bytes, is_list_of_exotel);
    let mut finds = Finds::default();
    for is_sms in [false, true] {
        let channels = cuts.members.iter().filter(|member| is_list_of_exotel(&member.name));
        for member in channels.filter(|member| is_sms_list(&member.name) == is_sms) {
            channel(&mut finds, body, member, is_sms);
        }
    }
    if finds.items.is_empty() {
        return whole(body);
    }
    body.tell_fault(&mut finds, &cuts, None);
    finds
}

/// A body without lists, or with empty ones.
fn whole(body: Body<'_>) -> Finds<'_> {
    let outcome = match body.text().and_then(|text| decode_str::<Callback>(text).map_err(Fault::of)) {
        Ok(Callback::Flat(item)) => of_item(item),
        Ok(_) => Outcome::Unknown,
        Err(fault) => Outcome::Malformed(fault),
    };
    Finds::whole(body.bytes, name(body.bytes, false), outcome)
}

/// Adds the elements of `{"messages": […]}`, or that it is nothing like that.
fn channel<'a>(finds: &mut Finds<'a>, body: Body<'a>, member: &Member<'a>, is_sms: bool) {
    let place = Place::default().member(&member.name);
    let lists = member.members().iter().filter(|inner| inner.name.eq_ignore_ascii_case("messages"));
    let lists: Vec<_> = lists.filter_map(|inner| Some((place.member(&inner.name), inner.elements()?))).collect();
    for (place, elements) in &lists {
        for element in *elements {
            let outcome = of_element(body, element.raw, is_sms).unwrap_or_else(Outcome::Malformed);
            let name = || name(element.raw, is_sms);
            finds.items.push(Found {
                place: place.element(element.index),
                raw: element.raw,
                name: if matches!(outcome, Outcome::Parsed(_)) { None } else { name() },
                outcome: outcome.into(),
            });
        }
    }
    if lists.iter().all(|(_, elements)| elements.is_empty())
        && let Some(outcome) = of_no_list(body, member.value)
    {
        let name = name(member.value, is_sms);
        finds.items.push(Found { place, raw: member.value, name, outcome: outcome.into() });
    }
}

/// Reads what is in the place of a list, for its fault. Null is absent.
fn of_no_list<'a>(body: Body<'a>, raw: &'a [u8]) -> Option<Outcome> {
    let read = body.piece(raw, 1).and_then(|text| decode_str::<Option<Batch<Item>>>(text).map_err(Fault::of));
    Some(match read {
        Ok(batch) => of_malformed(batch?.malformed()?),
        Err(fault) => Outcome::Malformed(fault),
    })
}

fn of_element<'a>(body: Body<'a>, raw: &'a [u8], is_sms: bool) -> Result<Outcome, Fault> {
    let text = body.piece(raw, LEVELS_AROUND_ELEMENT)?;
    Ok(if is_sms {
        of_sms_item(decode_str(text).map_err(Fault::of)?)
    } else {
        of_item(decode_str(text).map_err(Fault::of)?)
    })
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

/// Returns the kind of an item that was not understood, as it calls itself.
fn name(raw: &[u8], is_sms: bool) -> Option<Arc<str>> {
    let callback_type = text(raw, |name| name.eq_ignore_ascii_case("callback_type"))?;
    Some(Event::exotel_name(label::piece(&callback_type), is_sms).into())
}
