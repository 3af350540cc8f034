//! Generated requests and links, sound and broken, and payloads of the reference that are changed in a place or two.

use std::cell::RefCell;
use std::collections::BTreeSet;

use incs_model::limits::{self, Checked};
use incs_model::template::rcs::{Category, NewTemplate, Suggestion, TextContent};
use incs_model::{PhoneNumber, Validate, decode, encode, rcs, validate, viber, whatsapp};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fixtures::{Received, Request, received_as, request_of};
use super::{agree, judge};
use crate::arbitrary::{link, messages, new_template, requests as others};
use crate::mutation::{Mutation, fixtures, places};

/// Declares a property for each kind of request, and a look at all of them together.
macro_rules! requests {
    ($( $test:ident: $document:literal, $strategy:expr; )+) => {
        proptest! {
            #![proptest_config(Config { cases: 1000, failure_persistence: None, ..Config::default() })]
            $(
                #[test]
                fn $test(request in $strategy) {
                    agree($document, &request).map_err(TestCaseError::fail)?;
                    survives(&request)?;
                }
            )+
        }

        /// The ids of all rules that generated requests break.
        fn broken_rules() -> BTreeSet<&'static str> {
            let ids = RefCell::new(BTreeSet::new());
            $(
                let mut runner = TestRunner::deterministic();
                for _ in 0..3000 {
                    let request = $strategy.new_tree(&mut runner).unwrap().current();
                    note(&request, &mut ids.borrow_mut());
                }
            )+
            ids.into_inner()
        }
    };
}

requests! {
    whatsapp_messages: "send/whatsapp-message.json", messages::whatsapp();
    viber_messages: "send/viber-message.json", messages::viber();
    rcs_messages: "send/rcs-message.json", messages::rcs();
    rcs_templates: "send/rcs-template.json", new_template::rcs();
    whatsapp_templates: "send/whatsapp-template.json", new_template::whatsapp();
    tasks: "send/task.json", others::task();
    token_requests: "send/token-request.json", others::token();
    status_queries: "send/status-query.json", others::status();
    template_list_queries: "send/template-list-query.json", others::templates();
    task_list_queries: "send/task-list-query.json", others::tasks();
}

/// Decoding what was encoded gives the same request.
fn survives<T: Serialize + DeserializeOwned + PartialEq>(request: &T) -> Result<(), TestCaseError> {
    let body = encode(request).unwrap();
    let text = String::from_utf8_lossy(&body);
    let again: T = decode(&body).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert!(again == *request, "not the same: {text}");
    Ok(())
}

fn note<T: Validate>(request: &T, ids: &mut BTreeSet<&'static str>) {
    if let Err(report) = validate(request) {
        ids.extend(report.violations().iter().map(|violation| violation.rule().id()));
    }
}

#[test]
fn the_generated_requests_break_every_rule_of_the_schemas() {
    let broken = broken_rules();
    let missed: Vec<_> = limits::all()
        .filter(|rule| matches!(rule.checked(), Checked::ValidateAndSchema | Checked::Validate))
        .map(limits::Rule::id)
        .filter(|id| !broken.contains(id))
        .collect();
    assert!(missed.is_empty(), "no generated request breaks {missed:?}");
}

proptest! {
    #![proptest_config(Config { cases: 4000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_near_a_link(link in link::near()) {
        let to: PhoneNumber = "85251230088".parse().unwrap();
        let plain = rcs::Message::new(to.clone(), rcs::Image::new(link.clone()));
        agree("send/rcs-message.json", &plain).map_err(TestCaseError::fail)?;
        let image = viber::Message::new(to.clone(), viber::Image::new(link.clone()));
        agree("send/viber-message.json", &image).map_err(TestCaseError::fail)?;
        let video = whatsapp::Message::new(to, whatsapp::Video::new(link.clone()));
        agree("send/whatsapp-message.json", &video).map_err(TestCaseError::fail)?;
        let button = TextContent::new("x").with_suggestions([Suggestion::open("x", "x", link)]);
        let template = NewTemplate::new("x", Category::Promotion, button);
        agree("send/rcs-template.json", &template).map_err(TestCaseError::fail)?;
    }
}

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

    /// What the decoder reads fits the schema once it is written back: what it could not read of the optional members is gone then,
    /// and a number stands as a number. One thing apart: the decoder takes an array for an object here and there, which nothing
    /// relies on.
    #[test]
    fn what_is_read_fits_the_schema_when_written(
        index in any::<prop::sample::Index>(),
        changes in prop::collection::vec(Mutation::plain(), 1..3),
    ) {
        let bodies = RECEIVED.with(Clone::clone);
        let (body, Received { document, again }) = index.get(&bodies);
        let changed = change(body, &changes);
        if let Some(written) = again(changed.to_string().as_bytes()) {
            let written = serde_json::from_slice(&written).unwrap();
            let judged = if has_new_array(body, &written) { Ok(()) } else { judge(document, &written) };
            prop_assert!(judged.is_ok(), "{document} refuses {written}, written of {changed}: {}", judged.unwrap_err());
        }
    }
}

thread_local! {
    static REQUESTS: Vec<(Value, Request)> = parsed(|name| request_of(name).into_iter().collect());
    static RECEIVED: Vec<(Value, Received)> = parsed(received_as);
}
