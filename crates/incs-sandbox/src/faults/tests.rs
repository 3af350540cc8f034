//! Tests of the rules: what they may say, and whom they strike.

use serde_json::{Value, json};

use super::*;

fn picks(faults: &mut Faults, spot: Spot<'_>, times: usize) -> Vec<Option<u64>> {
    (0..times).map(|_| faults.pick(spot, |_| true).map(|(active, _)| active.id)).collect()
}

fn faults(rules: impl IntoIterator<Item = Rule>) -> Faults {
    let mut faults = Faults::new(Seed(7));
    for rule in rules {
        faults.add(rule).unwrap();
    }
    faults
}

fn drop_it() -> Rule {
    Rule::new(Action::Drop { accepted: false })
}

#[test]
fn every_action_is_read_as_it_is_written() {
    let actions = [
        Action::RateLimit { retry_after: None },
        Action::RateLimit { retry_after: Some(3) },
        Action::ServerError { accepted: true },
        Action::Drop { accepted: false },
        Action::Stall { accepted: true },
        Action::Slow { millis: 5 },
        Action::Garbage { accepted: true },
        Action::Duplicate,
        Action::Reorder,
        Action::Late { millis: 5 },
        Action::Lose,
        Action::BadSignature,
        Action::UnknownValue,
        Action::Fail { code: -1, title: "no".to_owned() },
    ];
    for action in actions {
        let word = action.as_str();
        let rule = Rule::new(action).when(When::to("852*")).share(0.25).skip(2).count(3);
        let json = serde_json::to_value(&rule).unwrap();
        assert_eq!(json["kind"], word);
        assert_eq!(Rule::try_from(json).unwrap(), rule);
    }
}

#[test]
fn a_rule_that_says_what_cannot_be_is_refused_at_its_place() {
    let long = "x".repeat(257);
    let table: [(Value, &str); 20] = [
        (json!([]), "expected an object"),
        (json!({}), "/kind: missing"),
        (json!({ "kind": "explode" }), "/kind: no such fault"),
        (json!({ "kind": "slow" }), "/millis: missing"),
        (json!({ "kind": "slow", "millis": "5" }), "/millis: not of the right type"),
        (json!({ "kind": "slow", "millis": 300_001 }), "/millis: 300001, at most 300000"),
        (json!({ "kind": "late", "millis": 300_001 }), "/millis: 300001, at most 300000"),
        (json!({ "kind": "drop", "millis": 5 }), "/millis: no such member of drop"),
        (json!({ "kind": "drop", "a/b~": 5 }), "/a~1b~0: no such member of drop"),
        (json!({ "kind": "drop", "share": 1.01 }), "/share: 1.01, expected 0 to 1"),
        (json!({ "kind": "drop", "share": -0.1 }), "/share: -0.1, expected 0 to 1"),
        (json!({ "kind": "drop", "skip": -1 }), "/skip: not of the right type"),
        (json!({ "kind": "drop", "operation": "send_telex" }), "/operation: no such operation"),
        (json!({ "kind": "drop", "operation": "telex*" }), "/operation: no such operation"),
        (json!({ "kind": "drop", "event": "a" }), "/event: drop happens to no webhook: name an operation"),
        (json!({ "kind": "lose", "operation": "a" }), "/operation: lose happens to webhooks: name an event"),
        (json!({ "kind": "lose", "event": "" }), "/event: 0 bytes, expected 1 to 256"),
        (json!({ "kind": "drop", "to": "+852" }), "/to: expected digits, and * at the end if need be"),
        (json!({ "kind": "rate_limit", "retry_after": 86_401 }), "/retry_after: 86401 seconds, at most 86400"),
        (json!({ "kind": "fail", "code": 1, "title": long }), "/title: 257 bytes, at most 256"),
    ];
    for (json, text) in table {
        let error = Rule::parse(json.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(Rule::parse(b"{").unwrap_err().to_string(), "no JSON");
    let error = drop_it().share(f64::NAN).check().unwrap_err();
    assert_eq!((error.pointer(), error.to_string().as_str()), ("/share", "/share: NaN, expected 0 to 1"));
}

#[test]
fn what_stands_at_a_limit_is_taken() {
    for json in [
        json!({ "kind": "slow", "millis": 300_000, "share": 1, "operation": "send_*" }),
        json!({ "kind": "rate_limit", "retry_after": 86_400, "share": 0.0, "operation": "get_message_status" }),
        json!({ "kind": "fail", "code": 131_026, "title": "x".repeat(256), "to": "*" }),
        json!({ "kind": "lose", "event": "new_*", "to": "85251230088" }),
    ] {
        Rule::parse(json.to_string().as_bytes()).unwrap();
    }
}

#[test]
fn there_are_at_most_so_many_rules() {
    let mut faults = faults((0..MOST_RULES).map(|_| drop_it()));
    let error = faults.add(drop_it()).unwrap_err();
    assert_eq!((error.pointer(), error.to_string().as_str()), ("", "100 rules are switched on, which is the most"));
    assert!(faults.remove(1));
    assert_eq!(faults.add(drop_it()), Ok(101));
}

#[test]
fn cases_are_let_through_first_and_then_counted() {
    let mut faults = faults([drop_it().skip(2).count(3)]);
    assert_eq!(picks(&mut faults, Spot::default(), 7), [None, None, Some(1), Some(1), Some(1), None, None]);
    assert_eq!((faults.list()[0].met, faults.list()[0].applied), (7, 3));
}

#[test]
fn the_first_rule_that_applies_wins_and_the_others_count_the_case() {
    let mut faults = faults([drop_it().count(1), drop_it().skip(1).count(1), drop_it().skip(3)]);
    assert_eq!(picks(&mut faults, Spot::default(), 4), [Some(1), Some(2), None, Some(3)]);
}

#[test]
fn a_share_is_drawn_alike_whatever_other_rules_there_are() {
    let other = Rule::new(Action::Garbage { accepted: false }).share(0.5);
    let half = drop_it().share(0.5);
    let struck = |mut faults: Faults, id: u64| {
        picks(&mut faults, Spot::default(), 200).into_iter().map(|pick| pick == Some(id)).collect::<Vec<_>>()
    };
    let alone = struck(faults([half.clone()]), 1);
    assert_eq!(struck(faults([half.clone(), other]), 1), alone);
    assert!((70..130).contains(&alone.iter().filter(|struck| **struck).count()), "{alone:?}");
    assert_ne!(struck(Faults { seed: Seed(8), ..faults([half]) }, 1), alone);
}

#[test]
fn a_pattern_ends_in_a_star() {
    let rule = |when| drop_it().when(when);
    let spot = Spot { operation: Some("send_viber_message"), to: Some("85251230088"), event: None };
    for (when, strikes) in [
        (When::default(), true),
        (When::operation("send_*"), true),
        (When::operation("send_viber_message"), true),
        (When::operation("send_rcs_message"), false),
        (When::to("852*"), true),
        (When::to("853*"), false),
        (When::to("8525123008"), false),
    ] {
        let mut faults = faults([rule(when.clone())]);
        assert_eq!(faults.pick(spot, |_| true).is_some(), strikes, "{when:?}");
    }
    let mut faults = faults([rule(When::to("852*"))]);
    assert!(faults.pick(Spot::default(), |_| true).is_none());
}

#[test]
fn every_preset_can_be_switched_on() {
    let mut all = Vec::new();
    for preset in presets() {
        assert!(!preset.rules.is_empty(), "{}", preset.name);
        check_all(&preset.rules).unwrap();
        all.extend(preset.rules);
    }
    check_all(&all).unwrap();
}
