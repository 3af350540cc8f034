//! The checks of every open enum and every union.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Debug;

use incs_model::{decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// A value that is read and written.
pub(super) trait Wire: DeserializeOwned + Serialize + PartialEq + Debug {}
impl<T: DeserializeOwned + Serialize + PartialEq + Debug> Wire for T {}

/// A union, as seen by the check.
pub(super) struct Union<T> {
    pub(super) tag: &'static str,
    pub(super) known: &'static [&'static str],
    pub(super) kind: fn(&T) -> &str,
    pub(super) is_unknown: fn(&T) -> bool,
}

/// Values of each known kind, by the path of their union.
pub(super) fn samples() -> BTreeMap<String, Vec<Value>> {
    serde_json::from_str(include_str!("known.json")).unwrap()
}

/// Raw values in a spelling that this crate never writes.
pub(super) const ODD: &[&str] = &[
    r#"{"deep":[{"er":[1e400,18446744073709551616,-0,1.10,0.1e-7]},null],"slash":"\/","letter":"\u00e9\ud83d\ude00"}"#,
    r"[ 1.0 , [ ] , { } ]",
    "-9223372036854775809",
    r#""text""#,
    "null",
];

/// Reads a text and asserts that it is written back with the same members, each byte for byte.
pub(super) fn kept<T: Wire>(text: &str) -> T {
    let value: T = decode(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}: {text}", type_name::<T>()));
    let written = String::from_utf8(encode(&value).unwrap()).unwrap();
    assert_eq!(members(&written), members(text), "{} came back changed: {text}", type_name::<T>());
    assert_eq!(decode::<T>(written.as_bytes()).unwrap(), value, "{}: {text}", type_name::<T>());
    value
}

/// Returns the members of an object, each with its spelling.
pub(super) fn members(object: &str) -> BTreeMap<String, String> {
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(object).unwrap();
    members.into_iter().map(|(name, raw)| (name, raw.get().to_owned())).collect()
}

/// Returns every order of these items.
pub(super) fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for index in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(index);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

/// Returns an object of these members.
pub(super) fn object(members: &[(&str, &str)]) -> String {
    let members: Vec<_> = members.iter().map(|(name, raw)| format!("{}:{raw}", Value::from(*name))).collect();
    format!("{{{}}}", members.join(","))
}

pub(super) fn text<T: Wire + for<'a> From<&'a str>>(known: &[&str], is_known: fn(&T) -> bool, as_str: fn(&T) -> &str) {
    let name = type_name::<T>();
    for word in known {
        let value = same::<T>(&Value::from(*word));
        assert!(is_known(&value) && as_str(&value) == *word, "{name}: {word}");
        assert!(!format!("{value:?}").starts_with("Unknown("), "{name}: {word}");
        assert_eq!(value, T::from(word));
    }
    let other_letters = known.iter().map(|word| swap_case(word));
    let words = ["added_tomorrow", "", " ", "0", "a \"quoted\\\" word/é😀\n", "null"].map(str::to_owned);
    for word in words.into_iter().chain(other_letters).filter(|word| !known.contains(&word.as_str())) {
        let value = same::<T>(&Value::from(word.as_str()));
        assert!(!is_known(&value) && as_str(&value) == word, "{name}: {word}");
        assert!(format!("{value:?}").starts_with("Unknown("), "{name}: {value:?}");
        assert_eq!(value, T::from(&word));
    }
    refuses::<T>(&["7", "true", "null", "[]", "{}"]);
}

pub(super) fn code<T: Wire + From<i64>>(known: &[i64], is_known: fn(&T) -> bool, as_i64: fn(&T) -> i64) {
    let name = type_name::<T>();
    for &number in known {
        let value = same::<T>(&Value::from(number));
        assert!(is_known(&value) && as_i64(&value) == number, "{name}: {number}");
        assert_eq!(decode::<T>(format!("\"{number}\"").as_bytes()).unwrap(), value);
        assert_eq!(value, T::from(number));
    }
    for number in [-1, 987_654, i64::MAX, i64::MIN] {
        assert!(!known.contains(&number));
        let value = same::<T>(&Value::from(number));
        assert!(!is_known(&value) && as_i64(&value) == number, "{name}: {number}");
        assert_eq!(format!("{value:?}"), format!("Unknown({number})"));
    }
    refuses::<T>(&["\"x\"", "2.5", "18446744073709551616", "true", "null", "[]", "{}"]);
}

pub(super) fn union<T: Wire>(union: &Union<T>) {
    let name = type_name::<T>();
    known_kinds(union);
    for kind in ["added_tomorrow", "", "a \"quoted\" kind/é", "Type"] {
        let tag = Value::from(kind).to_string();
        for odd in ODD {
            let alone = [(union.tag, tag.as_str()), (kind, odd)];
            let beside = [(union.tag, tag.as_str()), (kind, odd), ("beside", ODD[0])];
            let like_known = [(union.tag, tag.as_str()), (union.known[0], odd), ("text", "7")];
            let bare = [(union.tag, tag.as_str())];
            for members in [&alone[..], &beside, &like_known, &bare] {
                for order in orders(members) {
                    let value: T = kept(&object(&order));
                    assert!((union.is_unknown)(&value), "{name}: {value:?}");
                    assert_eq!((union.kind)(&value), kind, "{name}");
                }
            }
        }
    }
    refuses::<T>(&["7", "\"text\"", "true", "null", "[]"]);
}

fn known_kinds<T: Wire>(union: &Union<T>) {
    let name = type_name::<T>();
    let mut samples = samples().remove(name).unwrap_or_else(|| panic!("{name} has no samples"));
    for kind in union.known {
        let index = samples.iter().position(|sample| sample[union.tag] == *kind);
        let sample = samples.remove(index.unwrap_or_else(|| panic!("{name} has no sample of {kind}")));
        let value = same::<T>(&sample);
        assert!(!(union.is_unknown)(&value) && (union.kind)(&value) == *kind, "{name}: {value:?}");
        // The tag may be anywhere.
        let text = sample.to_string();
        let all = members(&text);
        let mut parts: Vec<_> = all.iter().map(|(name, raw)| (name.as_str(), raw.as_str())).collect();
        parts.sort_by_key(|(name, _)| *name == union.tag);
        for _ in 0..parts.len() {
            parts.rotate_left(1);
            assert_eq!(decode::<T>(object(&parts).as_bytes()).unwrap(), value, "{name}: {parts:?}");
        }
    }
    assert!(samples.is_empty(), "{name} does not know {samples:?}");
}

/// Reads a value and asserts that it is written back the same.
pub(super) fn same<T: Wire>(json: &Value) -> T {
    let read = decode(json.to_string().as_bytes());
    let value: T = read.unwrap_or_else(|error| panic!("{}: {error}: {json}", type_name::<T>()));
    let written: Value = serde_json::from_slice(&encode(&value).unwrap()).unwrap();
    assert_eq!(written, *json, "{}", type_name::<T>());
    value
}

fn refuses<T: Wire>(bodies: &[&str]) {
    for body in bodies {
        let read = decode::<T>(body.as_bytes());
        assert!(read.is_err(), "{} took {body} for {read:?}", type_name::<T>());
    }
}

fn swap_case(word: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    word.chars().map(swap).collect()
}
