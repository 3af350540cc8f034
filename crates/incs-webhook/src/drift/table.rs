//! What is known of each place in a body.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use incs_model::inbound::Provider;
use serde::Deserialize;

use super::json_type::JsonTypes;

/// The table of known members. Made by `cargo xtask schema` from the schemas of what is received.
pub(super) static KNOWN: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("known.json")).unwrap_or_default());

/// Every distinct node once.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub(super) struct Table {
    incs: usize,
    exotel: usize,
    nodes: Vec<Node>,
}

/// What is known of one place. Others are named by their index.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, bound(deserialize = "'de: 'static"))]
pub(super) struct Node {
    /// What may stand here.
    pub(super) types: JsonTypes,
    /// Anything may stand here, and is not looked at.
    pub(super) open: bool,
    /// A string here holds JSON, which is looked at like an object in its place.
    pub(super) holds_json: bool,
    /// The kinds of a union, if its tag stands here.
    pub(super) kinds: Vec<&'static str>,
    /// Of a list.
    element: Option<usize>,
    members: Members,
    /// By names in small letters.
    any_case: BTreeMap<&'static str, usize>,
}

/// Members by name, short names first: most names are told apart by their length.
#[derive(Deserialize, Default)]
#[serde(from = "BTreeMap<&'static str, usize>", bound(deserialize = "'de: 'static"))]
struct Members(Vec<(&'static str, usize)>);

impl From<BTreeMap<&'static str, usize>> for Members {
    fn from(members: BTreeMap<&'static str, usize>) -> Self {
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort_by_key(|(name, _)| (name.len(), *name));
        Self(members)
    }
}

impl Members {
    fn get(&self, name: &str) -> Option<(&'static str, usize)> {
        let place = self.0.binary_search_by(|(known, _)| known.len().cmp(&name.len()).then_with(|| (*known).cmp(name)));
        self.0.get(place.ok()?).copied()
    }
}

impl Table {
    /// What is known of the bodies of a provider.
    pub(super) fn root(&'static self, provider: &Provider) -> Option<Known> {
        let index = match provider {
            Provider::Incs => self.incs,
            Provider::Exotel => self.exotel,
            _ => return None,
        };
        self.at(index)
    }

    fn at(&'static self, index: usize) -> Option<Known> {
        Some(Known { table: self, node: self.nodes.get(index)? })
    }
}

/// A node, and the table to go on in.
#[derive(Clone, Copy)]
pub(super) struct Known {
    table: &'static Table,
    pub(super) node: &'static Node,
}

impl Known {
    /// A member by the name that came; with the name as it is known.
    pub(super) fn member(self, name: &str) -> Option<(&'static str, Self)> {
        let Node { members, any_case, .. } = self.node;
        let in_any_case = || any_case.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (name, index) = members.get(name).or_else(|| in_any_case().map(|(known, index)| (*known, *index)))?;
        Some((name, self.table.at(index)?))
    }

    /// The elements of a list.
    pub(super) fn element(self) -> Option<Self> {
        self.table.at(self.node.element?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_leads_nowhere_outside() {
        assert!(serde_json::from_str::<Table>(include_str!("known.json")).is_ok());
        let table = &*KNOWN;
        assert!(table.nodes.len() > 50);
        for (at, node) in table.nodes.iter().enumerate() {
            // Whatever is led to stands before, so no walk can go in circles.
            let mut led_to =
                node.members.0.iter().map(|(_, index)| index).chain(node.any_case.values()).chain(&node.element);
            assert!(led_to.all(|index| *index < at));
            assert!(node.any_case.keys().all(|name| *name == name.to_ascii_lowercase()));
        }
        assert!(table.root(&Provider::Incs).is_some_and(|known| known.member("event").is_some()));
        assert!(table.root(&Provider::Exotel).is_some_and(|known| known.member("rcs").is_some()));
        assert!(table.root(&Provider::from("other")).is_none());
    }
}
