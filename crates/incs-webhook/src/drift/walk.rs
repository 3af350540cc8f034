//! One pass over a body, along what is known.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::entry::Kind;
use super::json_type::JsonType;
use super::name::shown;
use super::table::Known;

/// Calls `found` with pointer and kind of all that is not known.
///
/// # Errors
///
/// When the text is not JSON.
pub(super) fn walk(text: &str, root: Known, mut found: impl FnMut(String, Kind)) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    Here { known: root, path: &Path::Root, found: &mut found }.deserialize(&mut reader)?;
    reader.end()
}

/// The way here from the root, on the stack.
enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'static str),
    Element(&'p Path<'p>),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(up, name) => write!(f, "{up}/{name}"),
            Self::Element(up) => write!(f, "{up}/*"),
        }
    }
}

/// One place of the body that is about to be read.
struct Here<'w> {
    known: Known,
    path: &'w Path<'w>,
    found: &'w mut dyn FnMut(String, Kind),
}

impl<'de> DeserializeSeed<'de> for Here<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.known.node.open {
            deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl Here<'_> {
    /// Whether the type is known here; if not, that is told.
    fn expects(&mut self, found: JsonType) -> bool {
        let expected = self.known.node.types;
        let fits = expected.contains(found);
        if !fits {
            (self.found)(self.path.to_string(), Kind::OtherType { expected, found });
        }
        fits
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

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.scalar(JsonType::Integer)
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.scalar(JsonType::Integer)
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.scalar(JsonType::Number)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.scalar(JsonType::Null)
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        if !self.expects(JsonType::String) {
            return Ok(());
        }
        let kinds = &self.known.node.kinds;
        if !kinds.is_empty() && !kinds.contains(&text) {
            (self.found)(self.path.to_string(), Kind::UnknownKind { value: shown(text).to_owned() });
        }
        // Only an object is opened, so that there is never a string in a string in a string. Text that is not JSON has nothing to
        // tell: a content of unknown kind may be such.
        if self.known.node.holds_json && text.trim_ascii_start().starts_with('{') {
            drop(self.deserialize(&mut serde_json::Deserializer::from_str(text)));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let element = if self.expects(JsonType::Array) { self.known.element() } else { None };
        let Some(known) = element else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let path = Path::Element(self.path);
        while list.next_element_seed(Here { known, path: &path, found: self.found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if !self.expects(JsonType::Object) {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        while let Some(member) = map.next_key_seed(Name { known: self.known, path: self.path, found: self.found })? {
            match member {
                Some((name, known)) => {
                    let path = Path::Member(self.path, name);
                    map.next_value_seed(Here { known, path: &path, found: self.found })?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The name of a member that is about to be read.
struct Name<'w> {
    known: Known,
    path: &'w Path<'w>,
    found: &'w mut dyn FnMut(String, Kind),
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<(&'static str, Known)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<(&'static str, Known)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let member = self.known.member(name);
        if member.is_none() {
            (self.found)(format!("{}/{}", self.path, shown(name)), Kind::UnknownMember);
        }
        Ok(member)
    }
}
