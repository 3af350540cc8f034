//! From a body to its items.

mod exotel;
mod incs;
mod object;
mod salvage;

use std::sync::Arc;

use incs_model::inbound::Provider;

use crate::batch::Batch;
use crate::event::{Envelope, Event};
use crate::item::{Fault, Item, Outcome};
use crate::limits::Limits;
use crate::provider;
use crate::shape;
use crate::source::{Place, Source};

/// Reads every item of a body. What cannot be read is an item too.
pub(crate) fn parse(body: &[u8], provider: Option<Provider>, limits: Limits) -> Batch {
    let text = match shape::read_text(body, limits) {
        Ok(text) => text,
        Err(error) => return whole(body, provider, Envelope::default(), Outcome::Malformed(Fault::Shape(error))),
    };
    let batch = parse_text(text, provider);
    if text.len() == body.len() { batch } else { batch.out_of(body) }
}

fn parse_text(text: &str, provider: Option<Provider>) -> Batch {
    match provider.or_else(|| provider::of(text)) {
        Some(Provider::Incs) => incs::parse(text),
        Some(Provider::Exotel) => exotel::parse(text),
        other => {
            let outcome = match incs_model::decode_str::<serde::de::IgnoredAny>(text) {
                Ok(_) => Outcome::Unknown,
                Err(error) => Outcome::Malformed(Fault::of(error)),
            };
            whole(text.as_bytes(), other, Envelope::default(), outcome)
        }
    }
}

/// A batch of one item, which is the whole body.
fn whole(body: &[u8], provider: Option<Provider>, envelope: Envelope, outcome: Outcome) -> Batch {
    let source = Arc::new(Source::new(body, provider, envelope));
    Batch::one(Item::new(&source, Place::Whole, outcome), source)
}

/// A batch of whatever was found; of the whole body when that is nothing. One item, the usual number, needs no list.
fn batch(
    body: &str,
    provider: Provider,
    envelope: Envelope,
    found: impl IntoIterator<Item = (Place, Outcome)>,
) -> Batch {
    let mut found = found.into_iter();
    let Some((place, outcome)) = found.next() else {
        return whole(body.as_bytes(), Some(provider), envelope, Outcome::Unknown);
    };
    let source = Arc::new(Source::new(body.as_bytes(), Some(provider), envelope));
    let first = Item::new(&source, place, outcome);
    let Some((place, outcome)) = found.next() else { return Batch::one(first, source) };
    let items = [first, Item::new(&source, place, outcome)].into_iter();
    let items = items.chain(found.map(|(place, outcome)| Item::new(&source, place, outcome))).collect();
    Batch::many(items, source)
}

impl From<Event> for Outcome {
    fn from(event: Event) -> Self {
        Self::Parsed(event)
    }
}

impl Fault {
    fn of(error: incs_model::DecodeError) -> Self {
        if error.is_syntax() && error.pointer().is_empty() {
            Self::Shape(shape::ShapeError::NotJson(error))
        } else {
            Self::Decode(error)
        }
    }
}
