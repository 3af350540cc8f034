//! All that a delivery says.

use std::fmt;
use std::sync::Arc;
use std::{slice, vec};

use incs_model::delivery::Fact;
use incs_model::inbound::{Inbound, Provider};

use crate::item::{Item, Outcome};
use crate::source::Source;

/// All that a delivery says, one [`Item`] each, in the order of the body; never empty.
#[derive(Clone)]
pub struct Batch {
    source: Arc<Source>,
    items: Items,
}

/// Nearly every delivery says one thing, which then needs no list.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "the large one is the usual one")]
enum Items {
    One([Item; 1]),
    Many(Vec<Item>),
}

impl Batch {
    pub(crate) fn one(item: Item, source: Arc<Source>) -> Self {
        Self { source, items: Items::One([item]) }
    }

    pub(crate) fn many(items: Vec<Item>, source: Arc<Source>) -> Self {
        Self { source, items: Items::Many(items) }
    }

    /// The same of a body that has something before its text.
    pub(crate) fn out_of(self, body: &[u8]) -> Self {
        let source = Arc::new(self.source.out_of(body));
        let items = match self.items {
            Items::One([item]) => Items::One([item.out_of(&source)]),
            Items::Many(items) => Items::Many(items.into_iter().map(|item| item.out_of(&source)).collect()),
        };
        Self { source, items }
    }

    /// The items.
    pub fn items(&self) -> &[Item] {
        match &self.items {
            Items::One(item) => item,
            Items::Many(items) => items,
        }
    }

    /// The items.
    pub fn iter(&self) -> slice::Iter<'_, Item> {
        self.items().iter()
    }

    /// Whose body it is; `None` when nothing tells.
    pub fn provider(&self) -> Option<&Provider> {
        self.source.provider.as_ref()
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &[u8] {
        &self.source.body
    }

    /// The customers' messages.
    pub fn inbound(&self) -> impl Iterator<Item = Inbound> {
        self.iter().filter_map(Item::inbound)
    }

    /// What is said of sent messages.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        self.iter().filter_map(Item::fact)
    }

    /// The items that were not understood: keep them, they are not lost.
    pub fn leftovers(&self) -> impl Iterator<Item = &Item> {
        self.iter().filter(|item| !matches!(item.outcome(), Outcome::Parsed(_)))
    }
}

impl<'a> IntoIterator for &'a Batch {
    type Item = &'a Item;
    type IntoIter = slice::Iter<'a, Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Batch {
    type Item = Item;
    type IntoIter = vec::IntoIter<Item>;

    fn into_iter(self) -> Self::IntoIter {
        match self.items {
            Items::One(item) => Vec::from(item).into_iter(),
            Items::Many(items) => items.into_iter(),
        }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("provider", &self.provider()).field("items", &self.items()).finish()
    }
}
