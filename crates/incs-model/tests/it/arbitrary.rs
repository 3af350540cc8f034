//! Requests to test with: valid ones, and ones with faults in any of their parts.

pub(crate) mod interactive;
pub(crate) mod link;
pub(crate) mod media;
pub(crate) mod messages;
pub(crate) mod new_template;
pub(crate) mod requests;
pub(crate) mod template;
pub(crate) mod text;

use std::fmt::Debug;

use incs_model::{RawJson, UnknownMember};
use proptest::prelude::*;

/// The percentage of parts of a request that have a fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faults(u32);

impl Faults {
    /// No faults.
    pub(crate) const NONE: Self = Self(0);

    /// No faults, few or many.
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        prop_oneof![2 => Just(Self(0)), 4 => Just(Self(2)), 1 => Just(Self(20))]
    }

    /// A valid value, or sometimes a faulty one.
    pub(crate) fn or<T: Debug + 'static>(
        self,
        sound: impl Strategy<Value = T> + 'static,
        faulty: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<T> {
        match self.0 {
            0 => sound.boxed(),
            percent => prop_oneof![100 - percent => sound, percent => faulty].boxed(),
        }
    }

    /// A number of items within the limits, sometimes fewer or more. `most` caps the number if there is no maximum.
    pub(crate) fn items<T: Debug + 'static>(
        self,
        item: impl Strategy<Value = T> + Clone + 'static,
        min: usize,
        max: Option<usize>,
        most: usize,
    ) -> BoxedStrategy<Vec<T>> {
        let vec = move |length| prop::collection::vec(item.clone(), length);
        let sound = match max {
            Some(max) => prop_oneof![6 => vec(min..=most.min(max)), 1 => vec(min..=min), 1 => vec(max..=max)].boxed(),
            None => vec(min..=most).boxed(),
        };
        let faulty = match (min.checked_sub(1), max) {
            (Some(few), Some(max)) => prop_oneof![vec(few..=few), vec(0..=0), vec(max + 1..=max + 2)].boxed(),
            (Some(few), None) => vec(few..=few).boxed(),
            (None, Some(max)) => vec(max + 1..=max + 2).boxed(),
            (None, None) => vec(0..=most).boxed(),
        };
        self.or(sound, faulty)
    }
}

/// Content of an unknown kind.
pub(crate) fn unknown_member() -> impl Strategy<Value = UnknownMember> {
    (unknown_kind(), raw_json()).prop_map(|(kind, raw)| UnknownMember::new(kind, raw))
}

/// A word that is not a kind anywhere.
pub(crate) fn unknown_kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "poll", "TEXT", "text ", "カード", "a/b~c", "\"\\\n"])
}

/// Any JSON, written without spaces.
pub(crate) fn raw_json() -> impl Strategy<Value = RawJson> {
    let texts =
        vec!["null", "true", "-7", "1.50", "\"\\u00e9\\/\"", "[]", "{}", "{\"a\":[{\"b\":null}],\"text\":\"x\"}"];
    prop::sample::select(texts).prop_map(|text| RawJson::parse(text).unwrap())
}
