//! Generated requests and links, valid and invalid, and payloads of the reference with one or two changes.

use std::cell::RefCell;
use std::collections::BTreeSet;

use incs_model::limits::{self, Checked};
use incs_model::template::rcs::{Category, NewTemplate, Suggestion, TextContent};
use incs_model::{PhoneNumber, Validate, check, decode, encode, rcs, viber, whatsapp};
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

/// Declares a property for each kind of request, and a check of all of them together.
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

        /// Returns the ids of all rules that generated requests break.
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

/// Checks that encoding and decoding returns the same request.
fn survives<T: Serialize + DeserializeOwned + PartialEq>(request: &T) -> Result<(), TestCaseError> {
    let body = encode(request).unwrap();
    let text = String::from_utf8_lossy(&body);
    let again: T = decode(&body).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert!(again == *request, "not the same: {text}");
    Ok(())
}

fn note<T: Validate>(request: &T, ids: &mut BTreeSet<&'static str>) {
    let report = check(request);
    ids.extend(report.violations().iter().chain(report.warnings()).map(|violation| violation.rule().id()));
}

#[test]
fn generated_requests_break_every_rule() {
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

/// Reports whether an array was added by the change.
fn has_new_array(before: &Value, after: &Value) -> bool {
    let array = |body: &Value, place: &str| body.pointer(place).is_some_and(Value::is_array);
    places(after).iter().any(|place| array(after, place) && !array(before, place))
}

proptest! {
    #![proptest_config(Config { cases: 2000, failure_persistence: None, ..Config::default() })]

    /// A team that validates with the schema alone sends nothing that this library would refuse for a rule of the schema.
    #[test]
    fn schema_valid_request_is_accepted(
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

    /// A value that the decoder reads matches the schema when it is written back: unreadable optional members are then gone,
    /// and a number is written as a number. One exception: the decoder takes an array for an object in some places, on which nothing
    /// relies.
    #[test]
    fn read_value_matches_schema_when_written(
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
