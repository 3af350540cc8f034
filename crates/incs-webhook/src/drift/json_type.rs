//! The types of JSON values.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// The type of a JSON value. Whole numbers have their own type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JsonType {
    /// A number without fraction and exponent.
    Integer,
    /// Any other number.
    Number,
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
    /// An array.
    Array,
    /// An object.
    Object,
    /// `null`.
    Null,
}

/// A set of JSON types. A set with `Number` also contains `Integer`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(from = "Vec<JsonType>")]
pub struct JsonTypes(u8);

impl JsonType {
    const ALL: [Self; 7] =
        [Self::Integer, Self::Number, Self::String, Self::Boolean, Self::Array, Self::Object, Self::Null];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl JsonTypes {
    /// Returns true if the set contains the type.
    pub fn contains(self, found: JsonType) -> bool {
        let bits = if found == JsonType::Integer { found.bit() | JsonType::Number.bit() } else { found.bit() };
        self.0 & bits != 0
    }

    /// Iterates over the types. `Integer` is not listed beside `Number`.
    pub fn iter(self) -> impl Iterator<Item = JsonType> {
        JsonType::ALL.into_iter().filter(move |each| self.0 & each.bit() != 0)
    }
}

impl FromIterator<JsonType> for JsonTypes {
    fn from_iter<I: IntoIterator<Item = JsonType>>(types: I) -> Self {
        let bits = types.into_iter().fold(0, |bits, each| bits | each.bit());
        // `Number` implies `Integer`, so equal sets have equal bits.
        let implied = if bits & JsonType::Number.bit() == 0 { 0 } else { JsonType::Integer.bit() };
        Self(bits & !implied)
    }
}

impl From<Vec<JsonType>> for JsonTypes {
    fn from(types: Vec<JsonType>) -> Self {
        types.into_iter().collect()
    }
}

/// Writes the type with its article: `a string`.
impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Null => "null",
        })
    }
}

/// Writes the types as a phrase: `a number, a string or null`.
impl fmt::Display for JsonTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.iter().map(|each| each.to_string()).collect();
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => write!(f, "{} or {last}", rest.join(", ")),
            _ => f.write_str(&words.concat()),
        }
    }
}

impl fmt::Debug for JsonTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Serializes the set as a list of names.
impl Serialize for JsonTypes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_listed_in_words() {
        for (json, words) in [
            (r#"["string"]"#, "a string"),
            (r#"["null","string"]"#, "a string or null"),
            (r#"["null","object","number","string"]"#, "a number, a string, an object or null"),
            (r#"["number","integer"]"#, "a number"),
            (r#"["array","boolean","integer"]"#, "a whole number, a boolean or an array"),
        ] {
            let types: JsonTypes = serde_json::from_str(json).unwrap();
            assert_eq!(types.to_string(), words);
        }
    }

    #[test]
    fn number_type_contains_whole_numbers() {
        let numbers = JsonTypes::from(vec![JsonType::Number]);
        let whole = JsonTypes::from(vec![JsonType::Integer]);
        assert!(numbers.contains(JsonType::Integer) && numbers.contains(JsonType::Number));
        assert!(whole.contains(JsonType::Integer) && !whole.contains(JsonType::Number));
        assert!(!numbers.contains(JsonType::Null));
    }
}
