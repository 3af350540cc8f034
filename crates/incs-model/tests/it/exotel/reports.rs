//! Delivery reports: rules 12 to 15 and 19.

use incs_model::decode;
use incs_model::exotel::{Callback, Item, Nullable, Report, ReportState, StatusCode, StatusName};
use incs_model::id::MessageId;
use serde_json::{Value, json};

use super::{callback, fixture, incoming, item, report, sms};

#[test]
fn code_is_number_or_string() {
    for code in [json!(40002), json!("40002")] {
        let report = report(&json!({ "to": "1", "exo_status_code": code }));
        assert_eq!(report.code, Some(StatusCode::MESSAGE_DELIVERED));
        assert_eq!(report.state(), ReportState::Delivered);
    }
    let Item::Malformed(malformed) = item(&json!({ "to": "1", "exo_status_code": "soon" })) else { panic!("read") };
    assert_eq!(malformed.error().pointer(), "/exo_status_code");
}

#[test]
fn status_name_has_two_members() {
    for key in ["exo_detailed_status", "status"] {
        let report = report(&json!({ "to": "1", "exo_status_code": 1, key: "EX_MESSAGE_SEEN" }));
        assert_eq!(report.name, Some(StatusName::MessageSeen));
        let sms = sms(&json!({ "to": "1", "exo_status_code": 1, key: "EX_MESSAGE_SEEN" }));
        assert_eq!(sms.name, Some(StatusName::MessageSeen));
    }
    let both = json!({ "to": "1", "status": "x", "exo_detailed_status": "EX_MESSAGE_SENT" });
    assert_eq!(serde_json::from_value::<Report>(both).unwrap().name, Some(StatusName::MessageSent));
}

#[test]
fn status_name_outranks_code() {
    let state = |element: Value| report(&element).state();
    for (name, code, expected) in [
        ("EX_MESSAGE_SENT", 40001, ReportState::Sent),
        ("EX_MESSAGE_DELIVERED", 1, ReportState::Delivered),
        ("EX_MESSAGE_SEEN", 30003, ReportState::Seen),
        ("EX_SYSTEM_ERROR", 40004, ReportState::Failed),
        // Codes are ambiguous, names are not.
        ("EX_SOMETHING_NEW", 40002, ReportState::Failed),
        ("READ", 40003, ReportState::Seen),
        ("READ", 30003, ReportState::Unknown),
    ] {
        let element = json!({ "to": "1", "exo_status_code": code, "exo_detailed_status": name });
        assert_eq!(state(element), expected, "{name} {code}");
    }
    assert_eq!(state(json!({ "to": "1", "exo_status_code": 40004 })), ReportState::Failed);
    assert_eq!(state(json!({ "to": "1", "exo_status_code": 99 })), ReportState::Unknown);
    // RCS codes have no meaning for SMS.
    assert_eq!(sms(&json!({ "to": "1", "exo_status_code": 40002 })).state(), ReportState::Unknown);
    let named = json!({ "to": "1", "exo_status_code": 1, "exo_detailed_status": "EX_MESSAGE_DELIVERED" });
    assert_eq!(sms(&named).state(), ReportState::Delivered);
}

#[test]
fn report_is_nested_or_flat() {
    let Callback::Flat(Item::Report(flat)) = callback(&fixture("dlr-rcs-flat")) else { panic!("not flat") };
    assert_eq!((flat.state(), flat.callback_type), (ReportState::Seen, None));
    assert_eq!(flat.custom_data.as_deref(), Some("ticket-8841"));
    let nested = report(&fixture("dlr-rcs")["rcs"]["messages"][0]);
    assert_eq!((nested.state(), nested.sid, nested.user.key()), (ReportState::Delivered, flat.sid, flat.user.key()));
    assert!(matches!(callback(&json!({ "hello": "world" })), Callback::Flat(Item::Unknown(_))));
    assert!(matches!(callback(&json!({ "rcs": null, "x": 1 })), Callback::Flat(Item::Unknown(_))));
    assert!(matches!(callback(&json!([1, 2])), Callback::Flat(Item::Malformed(_))));
    assert!(decode::<Callback>(b"sid=e90b77f1c4&status=sent").unwrap_err().is_syntax());
}

#[test]
fn message_sid_replaces_missing_sid() {
    let id = Some(MessageId::from("m1"));
    let text = json!({ "type": "text", "text": "Hi" });
    assert_eq!(report(&json!({ "message_sid": "m1", "to": "1", "exo_status_code": 1 })).sid, id);
    assert_eq!(incoming(&json!({ "message_sid": "m1", "from": "1", "to": "2", "content": text })).sid, id);
    assert_eq!(sms(&json!({ "message_sid": "m1", "to": "1", "exo_status_code": 1 })).id(), id.as_ref());
    for element in [
        json!({ "sid": null, "message_sid": "m1", "to": "1", "exo_status_code": 1, "description": null }),
        json!({ "sid": "m1", "message_sid": null, "to": "1", "exo_status_code": 1, "timestamp": null }),
        json!({ "sid": "m1", "message_sid": "m2", "to": "1", "exo_status_code": 1 }),
    ] {
        let report: Report = serde_json::from_value(element).unwrap();
        assert_eq!((report.sid, report.description, report.timestamp), (id.clone(), None, None));
    }
    // Null says that the SMS could not be triggered; a missing member does not.
    let untriggered = sms(&fixture("dlr-sms-fallback-failed-partial")["sms"]["messages"][0]);
    assert!(untriggered.never_triggered());
    assert_eq!((untriggered.message_sid, untriggered.sms_units), (Nullable::Null, Nullable::Null));
    let triggered = sms(&json!({ "sid": "m1", "to": "1", "exo_status_code": 1 }));
    assert!(!triggered.never_triggered());
    assert_eq!((&triggered.message_sid, triggered.units()), (&Nullable::Absent, None));
    let half = json!({ "to": "1", "exo_status_code": 1, "sms_units": null });
    assert!(!sms(&half).never_triggered());
    for units in [json!(2), json!("2")] {
        assert_eq!(sms(&json!({ "to": "1", "exo_status_code": 1, "sms_units": units })).units(), Some(2));
    }
}

#[test]
fn of_several_reports_the_furthest_counts() {
    let body = json!({ "rcs": { "messages": [
        { "sid": "s1", "to": "1", "exo_status_code": 40003 },
        { "sid": "s1", "to": "1", "exo_status_code": 40001 },
        { "sid": "s1", "to": "1", "exo_status_code": 40002 },
        { "sid": "s1", "to": "1", "exo_status_code": 77777 },
        { "sid": "s1", "to": "1", "exo_status_code": 40004 },
    ] } });
    let callback = callback(&body);
    let states: Vec<ReportState> = callback.entries().filter_map(|(_, entry)| entry.state()).collect();
    assert_eq!(states.iter().max(), Some(&ReportState::Seen));
    assert_eq!(states[1..].iter().max(), Some(&ReportState::Delivered));
    assert_eq!(states[3..].iter().max(), Some(&ReportState::Failed));
    // One message with five distinct reports.
    let mut codes: Vec<_> = callback.entries().map(|(_, entry)| (entry.message_id().cloned(), entry.code())).collect();
    codes.dedup();
    assert_eq!(codes.len(), 5);
}
