//! A delivery whose sender is known, and its items.

mod exotel;
mod incs;

use std::fmt;
use std::sync::Arc;

use incs_model::decode_str;
use incs_model::inbound::Provider;
use serde::de::IgnoredAny;

use crate::item::{Batch, Fault, Finds, Outcome};
use crate::members;
use crate::scan::Cuts;
use crate::shape::{self, Limits};

/// A delivery whose sender is known. There is no other way to one than
/// [`Delivery::verify`](crate::Delivery::verify), save the one with the warning in its name.
#[derive(Clone, Copy)]
pub struct Verified<'a> {
    body: &'a [u8],
    limits: Limits,
}

impl<'a> Verified<'a> {
    pub(crate) fn new(body: &'a [u8], limits: Limits) -> Self {
        Self { body, limits }
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Reads every item; whose body it is shows in the body. Never fails: what is not understood is an item too, with its
    /// bytes. So answer 200, whatever is in it.
    pub fn parse(&self) -> Batch {
        parse(self.body, None, self.limits)
    }

    /// Like [`parse`](Self::parse), for a URL that only one provider knows.
    pub fn parse_from(&self, provider: Provider) -> Batch {
        parse(self.body, Some(provider), self.limits)
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified(<{} bytes>)", self.body.len())
    }
}

/// A body to read, without a byte order mark.
#[derive(Clone, Copy)]
struct Body<'a> {
    bytes: &'a [u8],
    limits: Limits,
}

impl<'a> Body<'a> {
    /// The whole body, if it is text and not too deep.
    fn text(self) -> Result<&'a str, Fault> {
        self.piece(self.bytes, 0)
    }

    /// A piece of the body, if it is text and not too deep. `levels` objects and lists are around it.
    fn piece(self, piece: &'a [u8], levels: usize) -> Result<&'a str, Fault> {
        shape::read_piece(piece, levels, self.limits).map_err(Fault::Shape)
    }

    /// Returns why a piece is not JSON, or nested too deep.
    fn fault(self, piece: &'a [u8], levels: usize) -> Option<Fault> {
        self.piece(piece, levels).and_then(|text| decode_str::<IgnoredAny>(text).map_err(Fault::of)).err()
    }

    /// Adds that the body is not JSON, unless the items that are not JSON tell it already.
    fn tell_fault(self, finds: &mut Finds<'a>, cuts: &Cuts<'_>, name: Option<&Arc<str>>) {
        let is_told = finds.items.iter().any(|found| found.outcome.is_unreadable());
        if (cuts.is_faulty || !is_told)
            && let Some(fault) = self.fault(self.bytes, 0)
        {
            finds.add_whole(self.bytes, name.cloned(), Outcome::Malformed(fault));
        }
    }
}

/// Reads every item of a body. What cannot be read is an item too.
fn parse(body: &[u8], provider: Option<Provider>, limits: Limits) -> Batch {
    let whole = Body { bytes: shape::unmarked(body), limits };
    let provider = provider.or_else(|| members::provider(whole.bytes));
    let finds = match provider {
        Some(Provider::Incs) => incs::read(whole),
        Some(Provider::Exotel) => exotel::read(whole),
        _ => Finds::whole(whole.bytes, None, whole.fault(whole.bytes, 0).map_or(Outcome::Unknown, Outcome::Malformed)),
    };
    Batch::new(body, provider, finds)
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
    fn a_list_in_place_of_an_object_is_no_list_of_messages() {
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
    fn elements_of_both_lists_of_one_name_are_items() {
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
        let pointers: Vec<_> = batch.iter().filter_map(Item::fault_pointer).collect();
        assert_eq!(pointers, ["/message/messages/0"]);
        assert_eq!(batch.items().len(), 1);
    }

    #[test]
    fn long_name_of_list_is_cut_in_pointers() {
        let name = "n".repeat(1000);
        let body =
            format!(r#"{{"event":"new_message","message":{{"messaging_product":"whatsapp","{name}":[1],"~/":[2]}}}}"#);
        let batch = read(&body);
        let pointers: Vec<_> = batch.iter().map(Item::pointer).collect();
        assert_eq!(pointers, [format!("/message/{}…/0", "n".repeat(64)), "/message/~0~1/0".to_owned()]);
        let kinds: Vec<_> = batch.iter().filter_map(Item::kind).collect();
        assert_eq!(kinds, ["new_message.whatsapp.unknown", "new_message.whatsapp.unknown"]);
    }
}
