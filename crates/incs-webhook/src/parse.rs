//! A delivery whose sender is known, and its items.

mod exotel;
mod incs;

use std::fmt;

use incs_model::decode_str;
use incs_model::inbound::Provider;
use serde::de::IgnoredAny;

use crate::event::Envelope;
use crate::item::{Batch, Fault, Found, Outcome};
use crate::members;
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

/// Reads every item of a body. What cannot be read is an item too.
fn parse(body: &[u8], provider: Option<Provider>, limits: Limits) -> Batch {
    let text = match shape::read_text(body, limits) {
        Ok(text) => text,
        Err(error) => {
            let whole = Found::whole(body, Outcome::Malformed(Fault::Shape(error)));
            return Batch::new(body, provider, Envelope::default(), vec![whole]);
        }
    };
    let provider = provider.or_else(|| members::provider(text));
    let (envelope, mut found) = match provider {
        Some(Provider::Incs) => incs::read(text),
        Some(Provider::Exotel) => (Envelope::default(), exotel::read(text)),
        _ => {
            let fault = decode_str::<IgnoredAny>(text).err().map(Fault::of);
            let outcome = fault.map_or(Outcome::Unknown, Outcome::Malformed);
            (Envelope::default(), vec![Found::whole(text.as_bytes(), outcome)])
        }
    };
    if found.is_empty() {
        found.push(Found::whole(text.as_bytes(), Outcome::Unknown));
    }
    Batch::new(body, provider, envelope, found)
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
    fn of_two_lists_of_one_name_the_first_is_not_lost_without_a_word() {
        let told = ["/message/messages/0", "/message/messages", "/message/messages/0/type"];
        for (first, told) in [("[]", &told[..2]), (r#"[{"id":"a"}]"#, &told[..])] {
            let body = format!(r#"{{"event":"new_message","message":{{"messages":{first},"messages":[7]}}}}"#);
            let batch = read(&body);
            let pointers: Vec<_> = batch.iter().filter_map(Item::fault_pointer).collect();
            assert_eq!(pointers, told);
            assert_eq!(batch.items().last().map(Item::raw), Some(body.as_bytes()));
        }
    }

    #[test]
    fn a_fault_is_told_once() {
        let batch = read(r#"{"event":"new_message","message":{"metadata":7,"messages":[7]}}"#);
        let pointers: Vec<_> = batch.iter().filter_map(Item::fault_pointer).collect();
        assert_eq!(pointers, ["/message/metadata", "/message/messages/0"]);
    }
}
