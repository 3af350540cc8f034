//! Compares a body with the table of known members in one pass.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use incs_model::inbound::Provider;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::DriftKind;
use super::json_type::{JsonType, JsonTypes};
use crate::label;

/// Calls `found` with the pointer and kind of each finding in a body.
///
/// # Errors
///
/// Returns an error if the text is not JSON. Findings before the error have been reported.
pub(super) fn walk(
    text: &str,
    root: &'static Node,
    mut found: impl FnMut(String, DriftKind),
) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_str(text);
    Here { node: root, path: String::new(), found: &mut found }.deserialize(&mut reader)?;
    reader.end()
}

/// Returns the root of the table for the bodies of a provider.
pub(super) fn root(provider: &Provider) -> Option<&'static Node> {
    match provider {
        Provider::Incs => node(KNOWN.incs),
        Provider::Exotel => node(KNOWN.exotel),
        _ => None,
    }
}

/// The table of known members, which `cargo xtask schema` generates from the schemas of the received types.
static KNOWN: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(include_str!("known.json")).unwrap_or_default());

/// The distinct nodes.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Table {
    incs: usize,
    exotel: usize,
    nodes: Vec<Node>,
}

/// The known facts about one place. Other nodes are referenced by index.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, bound(deserialize = "'de: 'static"))]
pub(super) struct Node {
    /// The types of the value.
    types: JsonTypes,
    /// Accepts any value without inspecting it.
    open: bool,
    /// A string contains JSON, which is inspected like an object in its place.
    holds_json: bool,
    /// The form of a number, or of a string that is read as one.
    form: Option<Form>,
    /// The largest number.
    max: Option<u64>,
    /// The required members of an object.
    needs: Vec<&'static str>,
    /// The kinds of a union, if this is its tag.
    kinds: Vec<&'static str>,
    /// The elements of a list.
    element: Option<usize>,
    members: BTreeMap<&'static str, usize>,
    /// Members whose names are compared without case. The names are in lower case.
    any_case: BTreeMap<&'static str, usize>,
}

/// The numbers that a place accepts.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// Whole numbers of 64 bits.
    Whole,
    /// Whole numbers of 64 bits from 0.
    FromZero,
    /// Any number.
    Number,
}

impl Form {
    /// Reports whether the form includes a whole number.
    fn takes(self, number: i128, max: u64) -> bool {
        match self {
            Self::Whole => i64::try_from(number).is_ok(),
            Self::FromZero => (0..=i128::from(max)).contains(&number),
            Self::Number => true,
        }
    }

    /// Reports whether a text is read as such a number.
    fn takes_text(self, text: &str, max: u64) -> bool {
        match self {
            Self::Whole | Self::FromZero => text.trim().parse().is_ok_and(|number| self.takes(number, max)),
            Self::Number => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        }
    }

    fn words(self, max: Option<u64>) -> String {
        match (self, max) {
            (Self::Whole, _) => "a whole number of at most 64 bits".to_owned(),
            (Self::FromZero, None) => "a whole number from 0".to_owned(),
            (Self::FromZero, Some(max)) => format!("a whole number from 0 to {max}"),
            (Self::Number, _) => "a number".to_owned(),
        }
    }
}

fn node(index: usize) -> Option<&'static Node> {
    KNOWN.nodes.get(index)
}

impl Node {
    /// Returns a member by its received name, with its known name.
    fn member(&'static self, name: &str) -> Option<(&'static str, &'static Self)> {
        let in_any_case = || self.any_case.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (name, index) = self.members.get_key_value(name).or_else(in_any_case)?;
        Some((name, node(*index)?))
    }
}

/// A place of the body that is read next.
struct Here<'w> {
    node: &'static Node,
    path: String,
    found: &'w mut dyn FnMut(String, DriftKind),
}

impl<'de> DeserializeSeed<'de> for Here<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.open {
            deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl Here<'_> {
    /// Reports an unknown type and returns false for it.
    fn expects(&mut self, found: JsonType) -> bool {
        let expected = self.node.types;
        let fits = expected.contains(found);
        if !fits {
            (self.found)(self.path.clone(), DriftKind::OtherType { expected, found });
        }
        fits
    }

    /// Reports a value of another form and returns false for it. `takes` compares the value with a form and the largest number.
    fn has_form(&mut self, takes: impl FnOnce(Form, u64) -> bool) -> bool {
        let Node { form, max, .. } = *self.node;
        let Some(form) = form.filter(|form| !takes(*form, max.unwrap_or(u64::MAX))) else { return true };
        (self.found)(self.path.clone(), DriftKind::OtherForm { expected: form.words(max) });
        false
    }

    /// Inspects the object inside a string. Returns true if there is one.
    fn opens(&mut self, text: &str) -> bool {
        let Self { node, path, found } = self;
        let inner = Here { node, path: path.clone(), found: &mut **found };
        text.trim_ascii_start().starts_with('{')
            && inner.deserialize(&mut serde_json::Deserializer::from_str(text)).is_ok()
    }

    #[allow(clippy::unnecessary_wraps, reason = "what a visitor returns")]
    fn whole_number<E>(mut self, number: i128) -> Result<(), E> {
        if self.expects(JsonType::Integer) {
            self.has_form(|form, max| form.takes(number, max));
        }
        Ok(())
    }

    #[allow(clippy::unnecessary_wraps, reason = "what a visitor returns")]
    fn scalar<E>(mut self, found: JsonType) -> Result<(), E> {
        self.expects(found);
        Ok(())
    }
}

impl<'de> Visitor<'de> for Here<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.scalar(JsonType::Boolean)
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.whole_number(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.whole_number(number.into())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.scalar(JsonType::Number)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.scalar(JsonType::Null)
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        if !self.expects(JsonType::String) || !self.has_form(|form, max| form.takes_text(text, max)) {
            return Ok(());
        }
        let kinds = &self.node.kinds;
        if !kinds.is_empty() && !kinds.contains(&text) {
            (self.found)(self.path.clone(), DriftKind::UnknownKind { value: shown(text).to_owned() });
        }
        // Only objects are opened, which bounds the nesting of strings in strings.
        if self.node.holds_json && !self.opens(text) {
            (self.found)(self.path.clone(), DriftKind::OtherForm { expected: "an object in the string".to_owned() });
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let element = if self.expects(JsonType::Array) { self.node.element.and_then(node) } else { None };
        let Some(node) = element else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let path = format!("{}/*", self.path);
        while list.next_element_seed(Here { node, path: path.clone(), found: self.found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if !self.expects(JsonType::Object) {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut missing = self.node.needs.clone();
        let mut is_empty = true;
        while let Some(name) = map.next_key::<String>()? {
            is_empty = false;
            if let Some((name, node)) = self.node.member(&name) {
                missing.retain(|needed| *needed != name);
                let path = format!("{}/{name}", self.path);
                map.next_value_seed(Here { node, path, found: self.found })?;
            } else {
                (self.found)(format!("{}/{}", self.path, shown(&name)), DriftKind::UnknownMember);
                map.next_value::<IgnoredAny>()?;
            }
        }
        if is_empty && missing.is_empty() {
            (self.found)(self.path.clone(), DriftKind::OtherForm { expected: "an object with members".to_owned() });
        }
        for needed in missing {
            (self.found)(self.path.clone(), DriftKind::OtherForm { expected: format!("the member {needed}") });
        }
        Ok(())
    }
}

/// The replacement of a name that is not shown.
const HIDDEN: &str = "…";

/// The largest number of characters of a name that is shown.
const MAX_CHARACTERS: usize = 64;

/// Returns the name if it looks like an identifier, otherwise `…`.
fn shown(name: &str) -> &str {
    if label::is_name(name, MAX_CHARACTERS) { name } else { HIDDEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_table_is_readable_and_acyclic() {
        assert!(serde_json::from_str::<Table>(include_str!("known.json")).is_ok());
        assert!(KNOWN.nodes.len() > 50);
        for (at, node) in KNOWN.nodes.iter().enumerate() {
            // References point backwards, so a walk terminates.
            let mut led_to = node.members.values().chain(node.any_case.values()).chain(&node.element);
            assert!(led_to.all(|index| *index < at));
            assert!(node.any_case.keys().all(|name| *name == name.to_ascii_lowercase()));
        }
        assert!(root(&Provider::Incs).is_some_and(|node| node.member("event").is_some()));
        assert!(root(&Provider::Exotel).is_some_and(|node| node.member("rcs").is_some()));
        assert!(root(&Provider::from("other")).is_none());
    }

    #[test]
    fn only_programmer_names_are_shown() {
        let long = "n".repeat(64);
        for name in ["a", "new_value", "sha256", "snapshotUUID", "x-trace.id", "_meta", &long] {
            assert_eq!(shown(name), name);
        }
        let longer = "n".repeat(65);
        for name in [
            "",
            "7",
            "12025550143",
            "+12025550143",
            "30112_6281200045678",
            "staff_6281200045678",
            "rina@example.com",
            "Rina W",
            "Ринa",
            "a/b",
            "a~b",
            "*",
            "5d41402abc4b2a76",
            &longer,
        ] {
            assert_eq!(shown(name), HIDDEN, "{name}");
        }
    }
}
