//! Parses the bodies of Exotel.

use std::sync::Arc;

use incs_model::decode_str;
use incs_model::exotel::{Callback, Item, Malformed, MessageList, SmsItem};

use super::{Body, is_index};
use crate::event::Event;
use crate::item::{FoundItems, ItemError, ItemOutcome, Place};
use crate::label;
use crate::members::{is_list_of_exotel, is_sms_list, text};
use crate::scan::{Cuts, LEVELS_AROUND_ELEMENT, Member};

pub(super) fn read(body: Body<'_>) -> FoundItems<'_> {
    let cuts = Cuts::of(body.bytes, is_list_of_exotel);
    let mut found_items = FoundItems::default();
    for is_sms in [false, true] {
        let channels = cuts.members.iter().filter(|member| is_list_of_exotel(&member.name));
        for member in channels.filter(|member| is_sms_list(&member.name) == is_sms) {
            channel(&mut found_items, body, member, is_sms);
        }
    }
    if found_items.items.is_empty() {
        return whole(body);
    }
    body.add_body_fault(&mut found_items, &cuts, None);
    found_items
}

/// Reads a body without lists, or with empty ones.
fn whole(body: Body<'_>) -> FoundItems<'_> {
    let outcome = match body.text().and_then(|text| decode_str::<Callback>(text).map_err(ItemError::of)) {
        Ok(Callback::Flat(item)) => of_item(item),
        Ok(_) => ItemOutcome::Unknown,
        Err(fault) => ItemOutcome::Malformed(fault),
    };
    FoundItems::whole(body.bytes, outcome, || name(body.bytes, false))
}

/// Adds the elements of `{"messages": […]}`, or an item for a member without such a list.
fn channel<'a>(found_items: &mut FoundItems<'a>, body: Body<'a>, member: &Member<'a>, is_sms: bool) {
    let place = Place::default().member(&member.name);
    let lists = member.members().iter().filter(|inner| is_list(&inner.name));
    let lists: Vec<_> = lists.filter_map(|inner| Some((place.member(&inner.name), inner.elements()?))).collect();
    for (place, elements) in &lists {
        for element in *elements {
            let outcome = of_element(body, element.raw, is_sms).unwrap_or_else(ItemOutcome::Malformed);
            found_items.add(place.element(element.index), element.raw, outcome, || name(element.raw, is_sms));
        }
    }
    if lists.iter().all(|(_, elements)| elements.is_empty())
        && let Some(outcome) = of_no_list(body, member.value)
    {
        found_items.add(place, member.value, outcome, || name(member.value, is_sms));
    }
}

/// Returns the outcome of a value in place of a list, which is an error. `None` for null, which is absent.
fn of_no_list<'a>(body: Body<'a>, raw: &'a [u8]) -> Option<ItemOutcome> {
    let read = body.piece(raw, 1).and_then(|text| decode_str::<Option<MessageList<Item>>>(text).map_err(ItemError::of));
    Some(match read {
        Ok(batch) => of_malformed(batch?.malformed()?),
        Err(fault) => ItemOutcome::Malformed(fault),
    })
}

fn of_element<'a>(body: Body<'a>, raw: &'a [u8], is_sms: bool) -> Result<ItemOutcome, ItemError> {
    let text = body.piece(raw, LEVELS_AROUND_ELEMENT)?;
    Ok(if is_sms {
        of_sms_item(decode_str(text).map_err(ItemError::of)?)
    } else {
        of_item(decode_str(text).map_err(ItemError::of)?)
    })
}

/// Reads a piece of a body again, at the place that the tokens of its pointer name.
pub(super) fn restore(body: Body<'_>, tokens: &[&str]) -> (ItemOutcome, Option<Arc<str>>) {
    let (outcome, channel) = match *tokens {
        [channel] if is_list_of_exotel(channel) => {
            (of_no_list(body, body.bytes).unwrap_or(ItemOutcome::Unknown), channel)
        }
        [channel, list, index] if is_list_of_exotel(channel) && is_list(list) && is_index(index) => {
            let outcome = of_element(body, body.bytes, is_sms_list(channel));
            (outcome.unwrap_or_else(ItemOutcome::Malformed), channel)
        }
        _ => return (body.of_unknown(body.bytes, tokens.len()), None),
    };
    (outcome, name(body.bytes, is_sms_list(channel)))
}

/// Reports whether a member of a channel contains the list.
fn is_list(name: &str) -> bool {
    name.eq_ignore_ascii_case("messages")
}

fn of_item(item: Item) -> ItemOutcome {
    match item {
        Item::Incoming(incoming) => Event::ExotelMessage(Box::new(incoming)).into(),
        Item::Report(report) => Event::ExotelReport(report).into(),
        Item::Malformed(malformed) => of_malformed(&malformed),
        _ => ItemOutcome::Unknown,
    }
}

fn of_sms_item(item: SmsItem) -> ItemOutcome {
    match item {
        SmsItem::Report(report) => Event::ExotelSmsReport(report).into(),
        SmsItem::Malformed(malformed) => of_malformed(&malformed),
        _ => ItemOutcome::Unknown,
    }
}

fn of_malformed(malformed: &Malformed) -> ItemOutcome {
    ItemOutcome::Malformed(ItemError::of(malformed.error().clone()))
}

/// Returns the kind of an item that was not understood, from its `callback_type`.
pub(super) fn name(raw: &[u8], is_sms: bool) -> Option<Arc<str>> {
    let callback_type = text(raw, |name| name.eq_ignore_ascii_case("callback_type"))?;
    Some(Event::exotel_name(label::piece(&callback_type), is_sms).into())
}
