//! One pass over a body, along what is known of each place in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use incs_model::inbound::Provider;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Kind;
use super::json_type::{JsonType, JsonTypes};

/// Calls `found` with pointer and kind of all that is not known in a body of a provider.
///
/// # Errors
///
/// When the text is not JSON, up to where it was looked at.
pub(super) fn walk(text: &str, root: &'static Node, mut found: impl FnMut(String, Kind)) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_str(text);
    Here { node: root, path: String::new(), found: &mut found }.deserialize(&mut reader)?;
    reader.end()
}

/// What is known of the bodies of a provider.
pub(super) fn root(provider: &Provider) -> Option<&'static Node> {
    match provider {
        Provider::Incs => node(KNOWN.incs),
        Provider::Exotel => node(KNOWN.exotel),
        _ => None,
    }
}

/// The table of known members. Made by `cargo xtask schema` from the schemas of what is received.
static KNOWN: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(include_str!("known.json")).unwrap_or_default());

/// Every distinct node once.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Table {
    incs: usize,
    exotel: usize,
    nodes: Vec<Node>,
}

/// What is known of one place. Others are named by their index.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, bound(deserialize = "'de: 'static"))]
pub(super) struct Node {
    /// What may stand here.
    types: JsonTypes,
    /// Anything may stand here, and is not looked at.
    open: bool,
    /// A string here holds JSON, which is looked at like an object in its place.
    holds_json: bool,
    /// The form of a number, and of a string that is read as one.
    form: Option<Form>,
    /// The largest number.
    max: Option<u64>,
    /// The members without which an object is not read.
    needs: Vec<&'static str>,
    /// The kinds of a union, if its tag stands here.
    kinds: Vec<&'static str>,
    /// Of a list.
    element: Option<usize>,
    members: BTreeMap<&'static str, usize>,
    /// By names in small letters.
    any_case: BTreeMap<&'static str, usize>,
}

/// Numbers of a place.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// Whole ones of 64 bits.
    Whole,
    /// Whole ones of 64 bits from 0.
    FromZero,
    /// Any.
    Number,
}

impl Form {
    /// Reports whether a number, as it is written, is one of them.
    fn takes(self, digits: &str, max: u64) -> bool {
        let digits = digits.trim();
        match self {
            Self::Whole => digits.parse::<i64>().is_ok(),
            Self::FromZero => digits.parse::<u64>().is_ok_and(|number| number <= max),
            Self::Number => digits.parse::<f64>().is_ok_and(f64::is_finite),
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
    /// A member by the name that came; with the name as it is known.
    fn member(&'static self, name: &str) -> Option<(&'static str, &'static Self)> {
        let in_any_case = || self.any_case.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (name, index) = self.members.get_key_value(name).or_else(in_any_case)?;
        Some((name, node(*index)?))
    }
}

/// One place of the body that is about to be read.
struct Here<'w> {
    node: &'static Node,
    path: String,
    found: &'w mut dyn FnMut(String, Kind),
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
    /// Whether the type is known here; if not, that is told.
    fn expects(&mut self, found: JsonType) -> bool {
        let expected = self.node.types;
        let fits = expected.contains(found);
        if !fits {
            (self.found)(self.path.clone(), Kind::OtherType { expected, found });
        }
        fits
    }

    /// Reports a number that does not have the form known here, and returns false for it.
    fn takes(&mut self, digits: &str) -> bool {
        let Node { form, max, .. } = *self.node;
        let Some(form) = form.filter(|form| !form.takes(digits, max.unwrap_or(u64::MAX))) else { return true };
        (self.found)(self.path.clone(), Kind::OtherForm { expected: form.words(max) });
        false
    }

    /// Looks into the object that a string holds; whether it holds one.
    fn opens(&mut self, text: &str) -> bool {
        let Self { node, path, found } = self;
        let inner = Here { node, path: path.clone(), found: &mut **found };
        text.trim_ascii_start().starts_with('{')
            && inner.deserialize(&mut serde_json::Deserializer::from_str(text)).is_ok()
    }

    #[allow(clippy::unnecessary_wraps, reason = "what a visitor returns")]
    fn number<E>(mut self, found: JsonType, number: &impl ToString) -> Result<(), E> {
        if self.expects(found) && self.node.form.is_some() {
            self.takes(&number.to_string());
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
        self.number(JsonType::Integer, &number)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.number(JsonType::Integer, &number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.scalar(JsonType::Number)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.scalar(JsonType::Null)
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        if !self.expects(JsonType::String) || !self.takes(text) {
            return Ok(());
        }
        let kinds = &self.node.kinds;
        if !kinds.is_empty() && !kinds.contains(&text) {
            (self.found)(self.path.clone(), Kind::UnknownKind { value: shown(text).to_owned() });
        }
        // Only an object is opened, so that there is never a string in a string in a string.
        if self.node.holds_json && !self.opens(text) {
            (self.found)(self.path.clone(), Kind::OtherForm { expected: "an object in the string".to_owned() });
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
                (self.found)(format!("{}/{}", self.path, shown(&name)), Kind::UnknownMember);
                map.next_value::<IgnoredAny>()?;
            }
        }
        if is_empty && missing.is_empty() {
            (self.found)(self.path.clone(), Kind::OtherForm { expected: "an object with members".to_owned() });
        }
        for needed in missing {
            (self.found)(self.path.clone(), Kind::OtherForm { expected: format!("the member {needed}") });
        }
        Ok(())
    }
}

/// What stands for a name that is not shown.
const HIDDEN: &str = "…";

/// More digits than this may be a number of somebody; no member of the platforms has so many.
const MOST_DIGITS: usize = 5;

/// The name, if it looks like one that a programmer gave: a letter first, then letters, digits, `_`, `-` and `.`, few of them
/// digits. Anything else may be a customer's number or text, which somebody used as the name of a member.
fn shown(name: &str) -> &str {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let begins = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    if name.len() <= 64 && plain && begins && digits <= MOST_DIGITS { name } else { HIDDEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_leads_nowhere_outside() {
        assert!(serde_json::from_str::<Table>(include_str!("known.json")).is_ok());
        assert!(KNOWN.nodes.len() > 50);
        for (at, node) in KNOWN.nodes.iter().enumerate() {
            // Whatever is led to stands before, so no walk can go in circles.
            let mut led_to = node.members.values().chain(node.any_case.values()).chain(&node.element);
            assert!(led_to.all(|index| *index < at));
            assert!(node.any_case.keys().all(|name| *name == name.to_ascii_lowercase()));
        }
        assert!(root(&Provider::Incs).is_some_and(|node| node.member("event").is_some()));
        assert!(root(&Provider::Exotel).is_some_and(|node| node.member("rcs").is_some()));
        assert!(root(&Provider::from("other")).is_none());
    }

    #[test]
    fn only_what_looks_like_the_name_of_a_member_is_shown() {
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
