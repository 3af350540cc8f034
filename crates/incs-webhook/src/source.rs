//! The body that the items of a batch share.

use std::ops::Range;
use std::sync::OnceLock;

use incs_model::inbound::Provider;
use serde_json::value::RawValue;

use crate::event::Envelope;
use crate::provider::Members;

/// A list of a body whose elements are items.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    WhatsAppMessages,
    WhatsAppStatuses,
    WhatsAppErrors,
    Rcs,
    Sms,
}

impl List {
    /// The two members that lead to it.
    fn steps(self) -> [&'static str; 2] {
        match self {
            Self::WhatsAppMessages => ["message", "messages"],
            Self::WhatsAppStatuses => ["message", "statuses"],
            Self::WhatsAppErrors => ["message", "errors"],
            Self::Rcs => ["rcs", "messages"],
            Self::Sms => ["sms", "messages"],
        }
    }

    /// The pointer of an element.
    pub(crate) fn pointer(self, index: usize) -> String {
        let [outer, inner] = self.steps();
        format!("/{outer}/{inner}/{index}")
    }
}

/// Where an item stands.
#[derive(Clone)]
pub(crate) enum Place {
    /// The item is the whole body.
    Whole,
    /// An element of a list.
    Element(List, usize),
    /// Anything else.
    At { pointer: Box<str>, range: Range<usize> },
}

/// The body that the items of a batch share.
pub(crate) struct Source {
    pub(crate) body: Box<[u8]>,
    /// Where its text begins, from which the places count: after a byte order mark.
    start: usize,
    pub(crate) provider: Option<Provider>,
    pub(crate) envelope: Envelope,
    /// Where the elements of each list stand; looked for when first asked, all of a list in one look.
    elements: [OnceLock<Box<[Range<usize>]>>; 5],
}

impl Source {
    pub(crate) fn new(body: &[u8], provider: Option<Provider>, envelope: Envelope) -> Self {
        Self { body: body.into(), start: 0, provider, envelope, elements: Default::default() }
    }

    /// The same of a body that has something before its text.
    pub(crate) fn out_of(&self, body: &[u8]) -> Self {
        let start = body.len().saturating_sub(self.body.len());
        Self { start, ..Self::new(body, self.provider.clone(), self.envelope.clone()) }
    }

    /// The bytes of an item.
    pub(crate) fn bytes(&self, place: &Place) -> &[u8] {
        let range = match place {
            Place::Whole => None,
            Place::Element(list, index) => self.elements(*list).get(*index).cloned(),
            Place::At { range, .. } => Some(range.clone()),
        };
        range.and_then(|range| self.text().get(range)).unwrap_or(self.text())
    }

    fn text(&self) -> &[u8] {
        self.body.get(self.start..).unwrap_or_default()
    }

    fn elements(&self, list: List) -> &[Range<usize>] {
        let Some(slot) = self.elements.get(list as usize) else { return &[] };
        slot.get_or_init(|| {
            let text = std::str::from_utf8(self.text()).unwrap_or_default();
            find(text, list).iter().map(|element| range_in(text, element.get())).collect()
        })
    }
}

fn find(text: &str, list: List) -> Vec<&RawValue> {
    let mut here = text;
    for step in list.steps() {
        let Some(next) = serde_json::from_str::<Members<'_>>(here).ok().and_then(|members| members.get(step).copied())
        else {
            return Vec::new();
        };
        here = next.get();
    }
    serde_json::from_str(here).unwrap_or_default()
}

/// Where a part of a text stands in it.
pub(crate) fn range_in(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_looked_for_once() {
        let body = br#"{"rcs":{"messages":[1, [2] ,3]},"sms":{"messages":[4]}}"#;
        let source = Source::new(body, None, Envelope::default());
        let first = source.elements(List::Rcs);
        assert_eq!(first, [20..21, 23..26, 28..29]);
        assert!(std::ptr::eq(first, source.elements(List::Rcs)), "it was looked for again");
        assert_eq!(source.bytes(&Place::Element(List::Sms, 0)), b"4");
        assert_eq!(source.bytes(&Place::Element(List::Rcs, 1)), b"[2]");
        assert!(source.elements(List::WhatsAppErrors).is_empty());
    }
}
