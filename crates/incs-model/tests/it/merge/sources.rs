//! The fact in everything that speaks of a sent message.

use incs_model::delivery::{Delivery, Fact, Failure, Moment, Stage, Witness};
use incs_model::event::{Event, whatsapp};
use incs_model::exotel::{Callback, Report, SmsReport};
use incs_model::status::MessageStatus;
use incs_model::{Timestamp, decode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures::text;

fn read<T: DeserializeOwned>(json: &Value) -> T {
    decode(json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn facts(event: &Value) -> Vec<Fact> {
    Fact::of_event(&read::<Event>(event))
}

fn webhook(time: &str) -> Moment {
    Moment::new(Witness::Webhook, time.parse::<Timestamp>().unwrap())
}

fn query(second: i64) -> Moment {
    Moment::new(Witness::Query, Timestamp::from_second(second).unwrap())
}

fn failure(code: Option<i64>, name: Option<&str>, text: Option<&str>) -> Failure {
    let mut failure = Failure::new();
    (failure.code, failure.name, failure.text) = (code, name.map(str::to_owned), text.map(str::to_owned));
    failure
}

/// A fact with its stage, and the time of it.
fn staged(id: &str, stage: Stage, time: Option<Moment>) -> Fact {
    let mut fact = Fact::new().with_message_id(id).with_stage(stage);
    match stage {
        Stage::Created => fact.created = time,
        Stage::Sent => fact.sent = time,
        Stage::Failed => fact.failed = time,
        Stage::Delivered => fact.delivered = time,
        Stage::Read => fact.read = time,
        other => panic!("{other:?}"),
    }
    fact
}

const WORDS: [(&str, Stage); 4] =
    [("sent", Stage::Sent), ("failed", Stage::Failed), ("delivered", Stage::Delivered), ("read", Stage::Read)];

#[test]
fn a_status_update_of_incs() {
    let time = webhook("2026-04-07T05:35:17Z");
    for (word, stage) in WORDS {
        let mut event = json!({
            "event": "message_status_update", "message_id": "wamid.HBgN", "message_status": word, "error": null,
            "received_at": 1_775_540_117,
        });
        assert_eq!(facts(&event), [staged("wamid.HBgN", stage, Some(time))]);
        event["received_at"] = json!("soon");
        event["error"] = json!({ "code": 131_049, "title": "not now" });
        let told = staged("wamid.HBgN", stage, None).with_failure(failure(Some(131_049), None, Some("not now")));
        assert_eq!(facts(&event), [told]);
    }
}

#[test]
fn a_row_of_the_status_query_whose_zeros_say_not_recorded() {
    for (word, stage) in WORDS {
        let row =
            json!({ "message_id": "m1", "message_status": word, "created_at": 100, "delivered_at": 0, "read_at": 300 });
        let mut told = Fact::new().with_message_id("m1").with_stage(stage).with_created(query(100));
        told.read = Some(query(300));
        assert_eq!(Fact::from(&read::<MessageStatus>(&row)), told);
    }
    let none: MessageStatus =
        read(&json!({ "message_id": "m1", "message_status": "sent", "created_at": 0, "read_at": null }));
    assert_eq!(Fact::from(&none), Fact::new().with_message_id("m1").with_stage(Stage::Sent));
}

#[test]
fn a_message_of_the_workbench_speaks_of_itself_when_it_was_sent() {
    let stages = [Stage::Created, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Read];
    for (state, stage) in stages.into_iter().enumerate() {
        let mut event: Value = serde_json::from_str(&text("incs/webhook-message-created-102-image.json")).unwrap();
        event["message"]["channel_status"] = json!(state);
        event["message"]["error"] = json!(if stage == Stage::Failed { "blocked" } else { "" });
        let id = event["message"]["channel_msg_id"].as_str().unwrap().to_owned();
        let mut told = staged(&id, stage, Some(webhook("2026-05-04T02:12:41Z"))).with_incs_id(260_500_000_312_u64);
        told.created = Some(webhook("2026-05-04T02:12:40Z"));
        told.failure = (stage == Stage::Failed).then(|| failure(None, None, Some("blocked")));
        assert_eq!(facts(&event), [told]);

        event["message"]["channel_msg_id"] = json!("");
        assert_eq!(facts(&event)[0].message_id, None);
        event["message"]["send_id"] = json!("30112_6281200045678");
        event["message"]["recv_id"] = json!("staff_2044");
        assert_eq!(facts(&event), []);
    }
}

#[test]
fn the_status_update_of_the_workbench_whose_name_is_not_known() {
    for (state, stage) in
        [Stage::Created, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Read].into_iter().enumerate()
    {
        for name in ["message_updated", "x"] {
            let message = json!({ "id": 7, "channel_status": state, "channel_msg_id": "m1", "error": "" });
            let event = json!({ "event": name, "message": message });
            assert_eq!(facts(&event), [staged("m1", stage, None).with_incs_id(7_u64)]);
        }
    }
    let event =
        json!({ "event": "x", "message": { "id": 7, "channel_status": 2, "channel_msg_id": "", "error": "blocked" } });
    let told = Fact::new().with_incs_id(7_u64).with_stage(Stage::Failed);
    assert_eq!(facts(&event), [told.with_failure(failure(None, None, Some("blocked")))]);
}

#[test]
fn the_receipts_of_meta() {
    let time = webhook("2026-04-07T05:35:17Z");
    let receipts: Vec<_> = WORDS
        .iter()
        .map(|(word, _)| json!({ "id": format!("wamid.{word}"), "status": word, "timestamp": "1775540117" }))
        .collect();
    let event = json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", "statuses": receipts } });
    let told = WORDS.map(|(word, stage)| staged(&format!("wamid.{word}"), stage, Some(time)));
    assert_eq!(facts(&event), told);

    let failed: whatsapp::Status = read(&json!({
        "id": "m1", "status": "failed",
        "errors": [{ "code": 131_026, "title": "Undeliverable", "message": "no phone" }, { "code": 1 }],
    }));
    let reason = failure(Some(131_026), Some("Undeliverable"), Some("no phone"));
    assert_eq!(Fact::from(&failed), staged("m1", Stage::Failed, None).with_failure(reason));
}

#[test]
fn the_reports_of_exotel() {
    let time = webhook("2025-03-18T04:37:09Z");
    for (name, code, stage) in [
        ("EX_MESSAGE_SENT", 40001, Stage::Sent),
        ("EX_MESSAGE_DELIVERED", 40002, Stage::Delivered),
        ("EX_MESSAGE_SEEN", 40003, Stage::Read),
        ("EX_SYSTEM_ERROR", 40004, Stage::Failed),
        ("EX_ADDED_TOMORROW", 49999, Stage::Failed),
    ] {
        let report = json!({
            "callback_type": "dlr", "to": "12025550143", "sid": "m1", "exo_status_code": code,
            "exo_detailed_status": name, "description": "words", "timestamp": "2025-03-18T04:37:09.000Z",
        });
        let mut told = staged("m1", stage, Some(time));
        told.failure = (stage == Stage::Failed).then(|| failure(Some(code), Some(name), Some("words")));
        assert_eq!(Fact::from(&read::<Report>(&report)), told);
        assert_eq!(Fact::from(&read::<SmsReport>(&report)), told);
    }
    let flat: Report = read(&json!({ "to": "12025550143", "sid": "m1", "exo_status_code": "40003" }));
    assert_eq!(Fact::from(&flat), staged("m1", Stage::Read, None));
    let other: SmsReport = read(&json!({ "to": "12025550143", "message_sid": "m2", "exo_status_code": 40003 }));
    assert_eq!(Fact::from(&other), Fact::new().with_message_id("m2"));
}

#[test]
fn a_callback_of_exotel_has_a_fact_for_each_report() {
    let report = |sid: &str| json!({ "callback_type": "dlr", "to": "12025550143", "sid": sid, "exo_detailed_status": "EX_MESSAGE_SENT" });
    let incoming = json!({ "from": "12025550143", "to": "12025550100", "content": { "type": "text", "text": "Hi" } });
    let body = json!({ "rcs": { "messages": [report("m1"), incoming, 7] }, "sms": { "messages": [report("m2")] } });
    let told = ["m1", "m2"].map(|sid| staged(sid, Stage::Sent, None));
    assert_eq!(Fact::of_callback(&read::<Callback>(&body)), told);
    assert_eq!(Fact::of_callback(&read::<Callback>(&report("m3"))), [staged("m3", Stage::Sent, None)]);
}

#[test]
fn a_state_that_is_not_known_moves_nothing() {
    let time = 1_775_540_117;
    let mut all = facts(&json!({
        "event": "message_status_update", "message_id": "m1", "message_status": "held", "error": null,
        "received_at": time,
    }));
    all.extend(facts(&json!({ "event": "x", "message": { "id": 7, "channel_status": 9 } })));
    all.push((&read::<MessageStatus>(&json!({ "message_id": "m1", "message_status": "held" }))).into());
    all.push((&read::<whatsapp::Status>(&json!({ "id": "m1", "status": "held", "timestamp": "1775540117" }))).into());
    all.push((&read::<Report>(&json!({ "to": "1", "exo_status_code": 1, "timestamp": time }))).into());
    assert_eq!(all.len(), 5);
    for fact in all {
        let mut delivery = Delivery::default();
        delivery.merge(&Fact::new().with_stage(Stage::Sent));
        assert!(delivery.merge(&fact).is_empty(), "{fact:?}");
    }
}

#[test]
fn events_that_speak_of_no_sent_message_hold_no_fact() {
    for name in [
        "incs/webhook-new-message-rcs-text.json",
        "incs/webhook-new-message-whatsapp-text.json",
        "incs/webhook-template-status-update.json",
    ] {
        assert_eq!(facts(&serde_json::from_str(&text(name)).unwrap()), [], "{name}");
    }
    assert_eq!(facts(&json!({ "event": "added_tomorrow", "message": {} })), []);
}
