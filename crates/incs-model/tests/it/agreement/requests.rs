//! Generated requests, sound and broken.

use std::cell::RefCell;
use std::collections::BTreeSet;

use incs_model::limits::{self, Checked};
use incs_model::{Validate, decode, encode, validate};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::agree;
use crate::arbitrary::{messages, new_template, requests as others};

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
