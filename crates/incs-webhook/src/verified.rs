//! A delivery whose sender is known.

use std::fmt;

use incs_model::inbound::Provider;

use crate::item::Batch;
use crate::parse;
use crate::shape::Limits;

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
        parse::parse(self.body, None, self.limits)
    }

    /// Like [`parse`](Self::parse), for a URL that only one provider knows.
    pub fn parse_from(&self, provider: Provider) -> Batch {
        parse::parse(self.body, Some(provider), self.limits)
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified(<{} bytes>)", self.body.len())
    }
}
