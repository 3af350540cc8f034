//! A verified delivery, and parsing it into items.

mod exotel;
mod incs;

use std::fmt;
use std::sync::Arc;

use incs_model::decode_str;
use incs_model::inbound::Provider;
use serde::de::IgnoredAny;

use crate::envelope::Envelope;
use crate::item::{Batch, Found, FoundItems, Item, ItemError, ItemOutcome, Place, StoredOutcome};
use crate::members;
use crate::scan::{Cuts, LEVELS_AROUND_ELEMENT};
use crate::shape::{self, Limits};

/// A delivery whose sender is verified.
///
/// It is created by [`Delivery::verify`](crate::Delivery::verify), or without verification by
/// [`Delivery::dangerously_skip_verification`](crate::Delivery::dangerously_skip_verification).
#[derive(Clone, Copy)]
pub struct Verified<'a> {
    body: &'a [u8],
    limits: Limits,
}

impl<'a> Verified<'a> {
    pub(crate) fn new(body: &'a [u8], limits: Limits) -> Self {
        Self { body, limits }
    }

    /// Returns the unchanged body.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Parses every item. The provider is found from the members of the body.
    ///
    /// Parsing cannot fail: what is not understood becomes an item with its bytes. Answer 200 in any case.
    pub fn parse(&self) -> Batch {
        parse(self.body, None, self.limits)
    }

    /// Parses every item of a given provider, for a URL that only one provider uses.
    pub fn parse_from(&self, provider: Provider) -> Batch {
        parse(self.body, Some(provider), self.limits)
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified(<{} bytes>)", self.body.len())
    }
}

/// A body without its byte order mark, and the limits.
#[derive(Clone, Copy)]
struct Body<'a> {
    bytes: &'a [u8],
    limits: Limits,
}

impl<'a> Body<'a> {
    /// Returns the whole body as text, if it is UTF-8 and not nested too deep.
    fn text(self) -> Result<&'a str, ItemError> {
        self.piece(self.bytes, 0)
    }

    /// Returns the whole body as text, if it is UTF-8.
    fn utf8(self) -> Result<&'a str, ItemError> {
        shape::utf8(self.bytes).map_err(ItemError::Shape)
    }

    /// Checks the nesting of the body.
    fn check_depth(self, depth: usize) -> Result<(), ItemError> {
        shape::check_depth(depth, self.limits).map_err(ItemError::Shape)
    }

    /// Returns a piece of the body as text, if it is UTF-8 and not nested too deep. `levels` objects and lists enclose it.
    fn piece(self, piece: &'a [u8], levels: usize) -> Result<&'a str, ItemError> {
        shape::read_piece(piece, levels, self.limits).map_err(ItemError::Shape)
    }

    /// Returns the error of a piece that is not JSON or nested too deep.
    fn fault(self, piece: &'a [u8], levels: usize) -> Option<ItemError> {
        self.piece(piece, levels).and_then(|text| decode_str::<IgnoredAny>(text).map_err(ItemError::of)).err()
    }

    /// Returns the outcome of a piece that is no known item: unknown, or malformed if it is not JSON.
    fn of_unknown(self, piece: &'a [u8], levels: usize) -> ItemOutcome {
        self.fault(piece, levels).map_or(ItemOutcome::Unknown, ItemOutcome::Malformed)
    }

    /// Adds an item for a body that is not JSON, unless items that are not JSON already show it.
    fn add_body_fault(self, found_items: &mut FoundItems<'a>, cuts: &Cuts<'_>, name: Option<&Arc<str>>) {
        let is_reported = found_items.items.iter().any(|found| found.outcome.is_unreadable());
        if (cuts.is_faulty || !is_reported)
            && let Some(fault) = self.fault(self.bytes, 0)
        {
            found_items.add(Place::default(), self.bytes, ItemOutcome::Malformed(fault), || name.cloned());
        }
    }
}

/// Parses every item of a body. Unreadable parts become items too.
fn parse(body: &[u8], provider: Option<Provider>, limits: Limits) -> Batch {
    let whole = Body { bytes: shape::unmarked(body), limits };
    let provider = provider.or_else(|| members::provider(whole.bytes));
    let batch = Batch::new(body, provider.clone(), read(whole, provider.as_ref()));
    #[cfg(feature = "metrics")]
    crate::metrics::parsed(&batch);
    batch
}

fn read<'a>(whole: Body<'a>, provider: Option<&Provider>) -> FoundItems<'a> {
    match provider {
        Some(Provider::Incs) => incs::read(whole),
        Some(Provider::Exotel) => exotel::read(whole),
        _ => FoundItems::whole(whole.bytes, whole.of_unknown(whole.bytes, 0), || None),
    }
}

impl Envelope {
    /// Restores an item from its [pointer](Item::pointer) and its [bytes](Item::raw). The cost depends on the item, not on the envelope.
    ///
    /// An item that was [parsed](crate::ItemOutcome::Parsed) or unknown, a malformed element of a list with a type, and a malformed
    /// whole body are the same as before. Any other malformed piece of a body is malformed or unknown. Three differences are possible:
    ///
    /// - A later version may understand an item that was unknown. If a stored whole body now gives one element of a list, that element
    ///   is returned. If it gives several, the item stays unknown and keeps all bytes; parse them with
    ///   [`Verified::parse`](crate::Verified::parse).
    /// - The largest nesting is 128 levels, so an item that was nested too deep for the receiver may be read.
    /// - [`Item::body`] returns `raw`, not the whole body of the delivery.
    ///
    /// For an item that is a whole body, with an empty pointer, only the provider of the envelope counts. Any pointer and any bytes give
    /// an item.
    pub fn item(&self, pointer: &str, raw: &[u8]) -> Item {
        if pointer.is_empty() {
            restore_whole(raw, self.provider().cloned())
        } else {
            restore_piece(raw, pointer, self.clone())
        }
    }
}

/// The limits of an item that was accepted before.
const ACCEPTED: Limits = Limits::DEFAULT.with_depth(usize::MAX);

/// Reads an item that is a whole body again.
fn restore_whole(bytes: &[u8], provider: Option<Provider>) -> Item {
    let provider = provider.or_else(|| members::provider(bytes));
    let FoundItems { context, event_name, mut items } = read(Body { bytes, limits: ACCEPTED }, provider.as_ref());
    let index = if items.len() == 1 { Some(0) } else { items.iter().position(|found| found.place.is_whole()) };
    let found = match index {
        Some(index) => items.swap_remove(index),
        // One item cannot hold several, so the bytes are kept for the caller.
        None => Found {
            place: Place::default(),
            raw: bytes,
            name: match provider {
                Some(Provider::Incs) => incs::event_name(bytes),
                Some(Provider::Exotel) => exotel::name(bytes, false),
                _ => None,
            },
            outcome: StoredOutcome::Unknown,
        },
    };
    Item::restored(Envelope::new(provider, context, event_name), bytes, found)
}

/// Reads an item that is a piece of a body again.
fn restore_piece(bytes: &[u8], pointer: &str, envelope: Envelope) -> Item {
    let body = Body { bytes, limits: ACCEPTED };
    // No item is deeper than an element of a list.
    let tokens: Vec<_> = pointer.split('/').skip(1).take(LEVELS_AROUND_ELEMENT + 1).collect();
    let (outcome, name) = match envelope.provider() {
        Some(Provider::Incs) => incs::restore(body, &tokens, envelope.event_name()),
        Some(Provider::Exotel) => exotel::restore(body, &tokens),
        _ => (body.of_unknown(bytes, tokens.len()), None),
    };
    let found = Found::new(Place::shown(pointer), bytes, outcome, || name);
    Item::restored(envelope, bytes, found)
}

/// Reports whether a token of a pointer is the index of an element.
fn is_index(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Item;

    fn read(body: &str) -> Batch {
        parse(body.as_bytes(), None, Limits::DEFAULT)
    }

    #[test]
    fn elements_keep_their_own_bytes() {
        let batch = read("\u{feff}{\"rcs\":{\"messages\":[1, [2] ,3]},\"sms\":{\"messages\":[4]}}");
        let raw: Vec<_> = batch.iter().map(Item::raw).collect();
        assert_eq!(raw, [&b"1"[..], b"[2]", b"3", b"4"]);
    }

    #[test]
    fn misplaced_list_holds_no_messages() {
        let whole = r#"{"sid":"a","from":"1","to":"2"}"#;
        for text in [
            format!(r#"{{"rcs":[[{whole}]]}}"#),
            format!(r#"{{"sms":[[{whole}]]}}"#),
            format!(r#"[{{"messages":[{whole}]}},null]"#),
        ] {
            let batch = parse(text.as_bytes(), Some(Provider::Exotel), Limits::DEFAULT);
            for item in &batch {
                assert!(item.event().is_none(), "{text}: {item:?}");
                assert!(!item.pointer().contains("messages"), "{text}: {item:?}");
            }
        }
    }

    #[test]
    fn lists_of_one_name_are_joined() {
        let batch = read(r#"{"event":"new_message","message":{"messages":[1],"x":[2],"messages":[3,4],"x":[5]}}"#);
        let items: Vec<_> = batch.iter().map(|item| (item.pointer(), item.raw())).collect();
        let expected = [
            ("/message/messages/0", b"1"),
            ("/message/messages/0", b"3"),
            ("/message/messages/1", b"4"),
            ("/message/x/0", b"2"),
            ("/message/x/0", b"5"),
        ];
        assert_eq!(items, expected.map(|(pointer, raw)| (pointer.into(), &raw[..])));
    }

    #[test]
    fn unreadable_member_around_lists_is_absent() {
        let batch = read(r#"{"event":"new_message","channel_id":"x","message":{"metadata":7,"messages":[7]}}"#);
        let pointers: Vec<_> = batch.iter().filter_map(Item::error_pointer).collect();
        assert_eq!(pointers, ["/message/messages/0"]);
        assert_eq!(batch.items().len(), 1);
    }

    #[test]
    fn depth_of_message_is_limited_everywhere() {
        use crate::shape::ShapeError;

        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let message = r#"{"from":"1","id":"a","type":"text","text":{"body":"Hi"}"#;
        for (enclosing, before, after) in [
            (1, r#"{"event":"new_message","x":"#, format!(r#","message":{{"messages":[{message}}}]}}}}"#)),
            (
                3,
                r#"{"event":"new_message","message":{"x":{},"metadata":{},"y":{"z":"#,
                format!(r#"}},"messages":[{message}}}]}}}}"#),
            ),
            (4, &*format!(r#"{{"event":"new_message","message":{{"messages":[{message},"x":"#), "}]}}".to_owned()),
            (
                5,
                &*format!(r#"{{"event":"new_message","message":{{"messages":[{message},"x":{{"]":"\"{{","y":"#),
                "}}]}}".to_owned(),
            ),
        ] {
            for (levels, is_too_deep) in [(64 - enclosing, false), (65 - enclosing, true)] {
                let body = [before, &nested(levels), &after].concat();
                let batch = read(&body);
                let is_error = |item: &Item| {
                    *item.outcome() == ItemOutcome::Malformed(ItemError::Shape(ShapeError::TooDeep { limit: 64 }))
                };
                assert_eq!(batch.iter().any(is_error), is_too_deep, "{body}: {batch:?}");
                assert_eq!(batch.iter().all(|item| item.event().is_some()), !is_too_deep, "{body}: {batch:?}");
            }
        }
    }

    #[test]
    fn long_list_name_is_truncated() {
        let name = "n".repeat(1000);
        let body =
            format!(r#"{{"event":"new_message","message":{{"messaging_product":"whatsapp","{name}":[1],"~/":[2]}}}}"#);
        let batch = read(&body);
        let pointers: Vec<_> = batch.iter().map(Item::pointer).collect();
        assert_eq!(pointers, [format!("/message/{}…/0", "n".repeat(64)), "/message/~0~1/0".to_owned()]);
        let kinds: Vec<_> = batch.iter().filter_map(Item::kind).collect();
        assert_eq!(kinds, ["new_message.whatsapp.unknown", "new_message.whatsapp.unknown"]);
    }

    #[test]
    fn restored_items_share_one_contact_index() {
        let (mut contacts, mut messages) = (Vec::new(), Vec::new());
        for index in 0..1_000 {
            contacts.push(format!(r#"{{"wa_id":"{index}","user_id":"US.{index}"}}"#));
            messages.push(format!(r#"{{"from":"{index}","id":"a","type":"text","text":{{"body":"x"}}}}"#));
        }
        let batch = read(&format!(
            r#"{{"event":"new_message","message":{{"messaging_product":"whatsapp","contacts":[{}],"messages":[{}]}}}}"#,
            contacts.join(","),
            messages.join(","),
        ));
        let envelope = Envelope::from_bytes(&batch.envelope().to_bytes()).unwrap();
        assert_eq!(batch.items().len(), 1_000);
        for (index, item) in batch.iter().enumerate() {
            let item = envelope.item(&item.pointer(), item.raw());
            let user_id = item.party().unwrap().user_id.unwrap();
            assert_eq!(user_id.as_str(), format!("US.{index}"));
            assert!(std::ptr::eq(item.envelope().contacts(), envelope.contacts()), "a second index");
            assert_eq!(item.body(), item.raw());
        }
    }
}
