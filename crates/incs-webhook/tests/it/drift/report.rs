//! The report itself.

use incs_webhook::drift::Drift;
use serde_json::json;

use super::{observe, report};

fn observe_all(drift: &mut Drift, bodies: &[&str]) {
    for body in bodies {
        observe(drift, body);
    }
}

fn sample() -> Drift {
    let mut drift = Drift::new();
    for _ in 0..12 {
        observe(&mut drift, r#"{"event":"message_created","message":{"mood":"good"}}"#);
    }
    observe(&mut drift, r#"{"rcs":{"messages":[{"to":7,"content":{"type":"poll"}}]}}"#);
    observe(&mut drift, r#"{"event":"message_deleted","12025550143":"Rina W"}"#);
    observe(&mut drift, "not JSON");
    drift
}

#[test]
fn report_is_displayed_as_a_table() {
    assert_eq!(
        sample().to_string(),
        "\
count  from    where                         what
    1  incs    /event                        unknown kind message_deleted
   12  incs    /message/mood                 unknown member
    1  incs    /…                            unknown member
    1  exotel  /rcs/messages/*/content/type  unknown kind poll
    1  exotel  /rcs/messages/*/to            expected a string, found a whole number
1 of 15 bodies could not be read"
    );
    assert_eq!(Drift::new().to_string(), "");
    assert_eq!(report("{").to_string(), "1 of 1 bodies could not be read");
}

#[test]
fn the_report_is_json_for_machines() {
    let entry = |provider: &str, pointer: &str, count: u64| json!({ "provider": provider, "pointer": pointer, "kind": "unknown_member", "count": count });
    assert_eq!(
        serde_json::to_value(sample()).unwrap(),
        json!({
            "entries": [
                { "provider": "incs", "pointer": "/event", "kind": "unknown_kind", "value": "message_deleted", "count": 1 },
                entry("incs", "/message/mood", 12),
                entry("incs", "/…", 1),
                {
                    "provider": "exotel", "pointer": "/rcs/messages/*/content/type",
                    "kind": "unknown_kind", "value": "poll", "count": 1,
                },
                {
                    "provider": "exotel", "pointer": "/rcs/messages/*/to",
                    "kind": "other_type", "expected": ["string"], "found": "integer", "count": 1,
                },
            ],
            "overflow": 0,
            "observed": 15,
            "unread": 1,
        })
    );
}

#[test]
fn number_used_as_name_is_hidden() {
    let body = r#"{"event":"message_created","12025550143":1,"+12025550143":1,"30112_6281200045678":1,"Rina W":1}"#;
    let report = report(body);
    let shown = format!("{report} {report:?} {}", serde_json::to_string(&report).unwrap());
    assert!(!shown.contains("2025550143") && !shown.contains("6281200045678") && !shown.contains("Rina"), "{shown}");
    let [entry] = report.entries() else { panic!("{report}") };
    assert_eq!((entry.pointer.as_str(), entry.count), ("/…", 4));
}

#[test]
fn entries_past_the_limit_are_counted() {
    let letters = |mut number: usize| {
        let mut name = String::from("n");
        while number > 0 {
            name.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
            number /= 26;
        }
        name
    };
    let body = |names: std::ops::Range<usize>| {
        let members: serde_json::Map<_, _> = names.map(|number| (letters(number), json!(1))).collect();
        json!({ "event": "message_created", "more": members, "message": { "id": 1 } })
    };
    let flat = |names| {
        let mut body = body(names);
        let more = body.as_object_mut().unwrap().remove("more").unwrap();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    let mut drift = report(flat(1..Drift::MAX_ENTRIES + 1));
    assert_eq!((drift.entries().len(), drift.overflow()), (256, 0));
    observe(&mut drift, flat(255..260));
    assert_eq!((drift.entries().len(), drift.overflow()), (256, 3));
    assert_eq!(drift.entries().iter().map(|entry| entry.count).sum::<u64>(), 258);
    assert!(drift.to_string().ends_with("\n3 more beyond the 256 entries"));

    let other = report(flat(257..300));
    drift.merge(&other);
    assert_eq!((drift.entries().len(), drift.overflow(), drift.observed()), (256, 46, 3));
    let mut both = Drift::new();
    both.merge(&drift);
    both.merge(&drift);
    assert_eq!((both.entries().len(), both.overflow(), both.observed()), (256, 92, 6));
}

#[test]
fn merge_equals_observing_all_bodies() {
    let bodies = [
        r#"{"event":"message_created","mood":1}"#,
        r#"{"event":"message_deleted","mood":1}"#,
        r#"{"rcs":{"messages":7},"mood":2}"#,
        "{",
    ];
    let mut whole = Drift::new();
    observe_all(&mut whole, &bodies);
    for cut in 0..=bodies.len() {
        let (mut one, mut other) = (Drift::new(), Drift::new());
        observe_all(&mut one, &bodies[..cut]);
        observe_all(&mut other, &bodies[cut..]);
        one.merge(&other);
        assert_eq!(one, whole);
    }
}

#[test]
fn batch_is_observed_like_its_delivery() {
    let body = b"\xEF\xBB\xBF{\"event\": \"new_message\", \"mood\": 1}";
    let headers: [(&str, &str); 0] = [];
    let verified = incs_webhook::Delivery::new(&headers, body).dangerously_skip_verification().unwrap();
    let (mut first, mut second) = (Drift::new(), Drift::new());
    first.observe(&verified);
    second.observe_batch(&verified.parse());
    assert_eq!(first, second);
    assert_eq!((first.entries().len(), first.unread()), (1, 0));
}
