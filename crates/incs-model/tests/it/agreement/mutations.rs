//! Payloads of the reference, changed in a place or two.

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

use super::judge;
use super::roots::{Received, Request, received_as, request_of};
use crate::mutation::{Mutation, fixtures, places};

fn parsed<T>(of: impl Fn(&str) -> Vec<T>) -> Vec<(Value, T)> {
    let fixtures = fixtures().into_iter();
    fixtures
        .flat_map(|(name, text)| of(&name).into_iter().map(move |root| (serde_json::from_str(&text).unwrap(), root)))
        .collect()
}

fn change(body: &Value, changes: &[Mutation]) -> Value {
    changes.iter().fold(body.clone(), |body, change| serde_json::from_str(&change.apply(&body)).unwrap())
}

/// Whether an array stands where there was none.
fn has_new_array(before: &Value, after: &Value) -> bool {
    let array = |body: &Value, place: &str| body.pointer(place).is_some_and(Value::is_array);
    places(after).iter().any(|place| array(after, place) && !array(before, place))
}

proptest! {
    #![proptest_config(Config { cases: 2000, failure_persistence: None, ..Config::default() })]

    /// A team that validates with the schema alone sends nothing that this library would refuse for a rule of the schema.
    #[test]
    fn a_request_that_the_schema_takes_is_taken(
        index in any::<prop::sample::Index>(),
        changes in prop::collection::vec(Mutation::plain(), 1..3),
    ) {
        let bodies = REQUESTS.with(Clone::clone);
        let (body, Request { document, check }) = index.get(&bodies);
        let changed = change(body, &changes);
        if judge(document, &changed).is_ok() {
            let checked = check(changed.to_string().as_bytes());
            prop_assert!(checked.is_ok(), "the schema takes {changed}, but {}", checked.unwrap_err());
        }
    }

    /// What the decoder reads fits the schema, so that a reader made from the schema is as patient. One thing apart: the
    /// decoder takes an array for an object here and there, which nothing relies on.
    #[test]
    fn what_is_read_fits_the_schema(
        index in any::<prop::sample::Index>(),
        changes in prop::collection::vec(Mutation::plain(), 1..3),
    ) {
        let bodies = RECEIVED.with(Clone::clone);
        let (body, Received { document, reads }) = index.get(&bodies);
        let changed = change(body, &changes);
        if !has_new_array(body, &changed) && reads(changed.to_string().as_bytes()) {
            let judged = judge(document, &changed);
            prop_assert!(judged.is_ok(), "{document} refuses {changed}: {}", judged.unwrap_err());
        }
    }
}

thread_local! {
    static REQUESTS: Vec<(Value, Request)> = parsed(|name| request_of(name).into_iter().collect());
    static RECEIVED: Vec<(Value, Received)> = parsed(received_as);
}
