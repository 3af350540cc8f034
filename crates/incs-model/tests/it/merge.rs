//! `merge` gives the same end state for every order of the same facts, goes never back, and says what changed; everything that
//! speaks of a sent message gives its fact.

use incs_model::delivery::{Delivery, Fact, Failure, Moment, Stage, Witness};
use incs_model::event::{Event, whatsapp};
use incs_model::exotel::{Callback, Report, SmsReport};
use incs_model::status::MessageStatus;
use incs_model::{Party, Timestamp, decode, encode};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures::text;

const STAGES: [Stage; 5] = [Stage::Created, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Read];

/// Few values, so that facts agree, differ and repeat.
fn moment() -> impl Strategy<Value = Option<Moment>> {
    let moment = (select(vec![Witness::Query, Witness::Webhook]), 0_i64..4);
    option::of(moment.prop_map(|(witness, second)| Moment::new(witness, at(second))))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_775_540_100 + second).unwrap()
}

prop_compose! {
    fn some_failure()(
        code in option::of(0_i64..3),
        name in option::of(select(vec!["EX_SYSTEM_ERROR", "EX_NUMBER_ERROR"])),
        text in option::of(select(vec!["", "out of reach", "blocked"])),
    ) -> Failure {
        let mut failure = Failure::new();
        failure.code = code;
        failure.name = name.map(str::to_owned);
        failure.text = text.map(str::to_owned);
        failure
    }
}

prop_compose! {
    fn fact()(
        stage in option::weighted(0.8, select(STAGES.to_vec())),
        times in [moment(), moment(), moment(), moment(), moment()],
        failure in option::weighted(0.3, some_failure()),
    ) -> Fact {
        let mut fact = Fact::new().with_message_id("wamid.HBgN");
        fact.stage = stage;
        [fact.created, fact.sent, fact.failed, fact.delivered, fact.read] = times;
        fact.failure = failure;
        fact
    }
}

/// Facts, some of them twice, and the same facts in another order.
fn shuffled() -> impl Strategy<Value = (Vec<Fact>, Vec<Fact>)> {
    prop::collection::vec((fact(), any::<bool>()), 0..8).prop_flat_map(|facts| {
        let facts: Vec<_> = facts.into_iter().flat_map(|(fact, twice)| vec![fact; if twice { 2 } else { 1 }]).collect();
        (Just(facts.clone()), Just(facts).prop_shuffle())
    })
}

fn merged(facts: &[Fact]) -> Delivery {
    let mut delivery = Delivery::default();
    for fact in facts {
        delivery.merge(fact);
    }
    delivery
}

fn times(delivery: &Delivery) -> [Option<Moment>; 5] {
    [delivery.created, delivery.sent, delivery.failed, delivery.delivered, delivery.read]
}

fn told(fact: &Fact) -> [Option<Moment>; 5] {
    [fact.created, fact.sent, fact.failed, fact.delivered, fact.read]
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_order_of_facts_does_not_matter((facts, shuffled) in shuffled()) {
        prop_assert_eq!(merged(&facts), merged(&shuffled));
    }

    #[test]
    fn facts_that_are_known_change_nothing((facts, again) in shuffled()) {
        let mut delivery = merged(&facts);
        let before = delivery.clone();
        for fact in &again {
            prop_assert!(delivery.merge(fact).is_empty());
        }
        prop_assert_eq!(delivery, before);
    }

    #[test]
    fn nothing_goes_back_and_each_change_is_named(facts in prop::collection::vec(fact(), 0..8)) {
        let mut delivery = Delivery::default();
        for fact in &facts {
            let before = delivery.clone();
            let change = delivery.merge(fact);
            prop_assert!(delivery.stage() >= before.stage());
            for (before, after) in times(&before).into_iter().zip(times(&delivery)) {
                prop_assert!(before.is_none() || after.is_some_and(|after| Some(after) <= before));
            }
            prop_assert!(before.failure.is_none() || delivery.failure.is_some());
            let moved = (delivery.stage != before.stage).then(|| (before.stage, delivery.stage.unwrap()));
            prop_assert_eq!(change.stage, moved);
            prop_assert_eq!(change.stage_changed(), moved.is_some());
            prop_assert_eq!(change.times, times(&delivery) != times(&before));
            prop_assert_eq!(change.failure, delivery.failure != before.failure);
            prop_assert_eq!(change.is_empty(), delivery == before);
        }
    }

    #[test]
    fn the_end_state_holds_the_best_of_all_facts(facts in prop::collection::vec(fact(), 0..8)) {
        let delivery = merged(&facts);
        prop_assert_eq!(delivery.stage, facts.iter().filter_map(|fact| fact.stage).max());
        for (place, kept) in times(&delivery).into_iter().enumerate() {
            let all = || facts.iter().filter_map(|fact| told(fact)[place]);
            let best = all().min_by_key(|moment| (moment.witness != Witness::Query, moment.at));
            prop_assert_eq!(kept, best);
        }
        let reasons = || facts.iter().filter_map(|fact| fact.failure.as_ref());
        match &delivery.failure {
            None => prop_assert_eq!(reasons().count(), 0),
            Some(kept) => {
                prop_assert!(reasons().any(|reason| reason == kept));
                prop_assert_eq!(kept.code.is_some(), reasons().any(|reason| reason.code.is_some()));
            }
        }
        prop_assert_eq!(delivery.is_delivered(), matches!(delivery.stage, Some(Stage::Delivered | Stage::Read)));
        prop_assert_eq!(delivery.is_read(), delivery.stage == Some(Stage::Read));
        prop_assert_eq!(delivery.is_failed(), delivery.stage == Some(Stage::Failed));
    }

    #[test]
    fn a_delivery_that_was_stored_goes_on_where_it_was(
        facts in prop::collection::vec(fact(), 0..8),
        split in 0_usize..8,
    ) {
        let (early, late) = facts.split_at(split.min(facts.len()));
        let stored = encode(&merged(early)).unwrap();
        let mut delivery: Delivery = decode(&stored).unwrap();
        prop_assert_eq!(&delivery, &merged(early));
        prop_assert_eq!(encode(&delivery).unwrap(), stored);
        for fact in late {
            delivery.merge(fact);
        }
        prop_assert_eq!(delivery, merged(&facts));
        for fact in &facts {
            prop_assert_eq!(&decode::<Fact>(&encode(fact).unwrap()).unwrap(), fact);
        }
    }
}

#[test]
fn what_was_read_was_delivered_at_a_time_unknown() {
    let read = Fact::new().with_stage(Stage::Read).with_read(Moment::new(Witness::Webhook, at(5)));
    let mut delivery = merged(&[read]);
    assert!(delivery.is_read() && delivery.is_delivered() && !delivery.is_failed());
    assert_eq!(delivery.delivered, None);

    let late = Fact::new().with_stage(Stage::Delivered).with_delivered(Moment::new(Witness::Webhook, at(3)));
    let change = delivery.merge(&late);
    assert!(change.times && !change.stage_changed() && !change.failure);
    assert_eq!((delivery.stage(), delivery.delivered.map(|moment| moment.at)), (Some(Stage::Read), Some(at(3))));
}

#[test]
fn proof_of_arrival_outweighs_a_failure_whose_reason_is_kept() {
    let failed = Fact::new().with_stage(Stage::Failed).with_failure(Failure::new().with_code(131_026));
    let delivered = Fact::new().with_stage(Stage::Delivered);
    for facts in [[failed.clone(), delivered.clone()], [delivered, failed]] {
        let delivery = merged(&facts);
        assert!(delivery.is_delivered() && !delivery.is_failed());
        assert_eq!(delivery.failure.unwrap().code, Some(131_026));
    }
}

#[test]
fn a_fact_without_a_stage_and_a_time_says_nothing() {
    let mut delivery = Delivery::default();
    assert!(delivery.merge(&Fact::new().with_message_id("wamid.HBgN").with_incs_id(7_u64)).is_empty());
    assert_eq!((delivery.stage(), delivery.is_delivered()), (None, false));
}

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

const WORDS: [(&str, Stage); 5] = [
    ("sent", Stage::Sent),
    ("failed", Stage::Failed),
    ("delivered", Stage::Delivered),
    ("read", Stage::Read),
    ("played", Stage::Read),
];

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
        told.recipient = Some(Party::of_phone("6281200045678"));
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
    assert_eq!(Fact::of_status(&failed).unwrap(), staged("m1", Stage::Failed, None).with_failure(reason));
}

fn to_user(fact: Fact) -> Fact {
    fact.with_recipient(Party::of_phone("12025550143"))
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
        let mut told = to_user(staged("m1", stage, Some(time)));
        told.failure = (stage == Stage::Failed).then(|| failure(Some(code), Some(name), Some("words")));
        assert_eq!(Fact::from(&read::<Report>(&report)), told);
        assert_eq!(Fact::from(&read::<SmsReport>(&report)), told);
    }
    let flat: Report = read(&json!({ "to": "12025550143", "sid": "m1", "exo_status_code": "40003" }));
    assert_eq!(Fact::from(&flat), to_user(staged("m1", Stage::Read, None)));
    let other: SmsReport = read(&json!({ "to": "12025550143", "message_sid": "m2", "exo_status_code": 40003 }));
    assert_eq!(Fact::from(&other), to_user(Fact::new().with_message_id("m2")));
}

#[test]
fn a_callback_of_exotel_has_a_fact_for_each_report() {
    let report = |sid: &str| json!({ "callback_type": "dlr", "to": "12025550143", "sid": sid, "exo_detailed_status": "EX_MESSAGE_SENT" });
    let incoming = json!({ "from": "12025550143", "to": "12025550100", "content": { "type": "text", "text": "Hi" } });
    let body = json!({ "rcs": { "messages": [report("m1"), incoming, 7] }, "sms": { "messages": [report("m2")] } });
    let told = ["m1", "m2"].map(|sid| to_user(staged(sid, Stage::Sent, None)));
    assert_eq!(Fact::of_callback(&read::<Callback>(&body)), told);
    assert_eq!(Fact::of_callback(&read::<Callback>(&report("m3"))), [to_user(staged("m3", Stage::Sent, None))]);
}

#[test]
fn receipts_of_a_group_name_their_members() {
    let receipt = |member: &str| {
        json!({
            "id": "wamid.HBgN", "status": "read", "recipient_type": "group", "recipient_id": "Y2Fw",
            "recipient_participant_id": member,
        })
    };
    let statuses = [receipt("6281200045678"), receipt("US.134912")];
    let event = json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", "statuses": statuses } });
    let group = Party::new().with_group_id("Y2Fw");
    let members = [group.clone().with_phone("6281200045678"), group.with_user_id("US.134912")];
    assert_eq!(facts(&event), members.map(|member| staged("wamid.HBgN", Stage::Read, None).with_recipient(member)));
}

#[test]
fn calls_and_payments_are_no_receipts() {
    let status = |kind: &str| json!({ "id": "wacid.A", "status": "failed", "type": kind, "recipient_id": "1" });
    let of = |kinds: &[&str]| {
        let statuses: Vec<_> = kinds.iter().map(|kind| status(kind)).collect();
        facts(&json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", "statuses": statuses } }))
    };
    assert_eq!(of(&["call", "payment", "of_tomorrow"]), []);
    assert_eq!(of(&["message"]).len(), 1);
}

#[test]
fn receipts_of_rcs_users_are_facts() {
    let event = |kind: &str| {
        let message = json!({
            "senderPhoneNumber": "+12025550143", "eventType": kind, "eventId": "e1", "messageId": "m1",
            "sendTime": "2026-04-07T05:35:17.000000Z", "agentId": "a@rbm.goog",
        });
        facts(&json!({ "event": "new_message", "business_phone": "", "message": message }))
    };
    let time = webhook("2026-04-07T05:35:17Z");
    let user = Party::of_phone("+12025550143");
    for (kind, stage) in [("DELIVERED", Stage::Delivered), ("READ", Stage::Read)] {
        assert_eq!(event(kind), [staged("m1", stage, Some(time)).with_recipient(user.clone())]);
    }
    for kind in ["IS_TYPING", "SUBSCRIBE", "UNSUBSCRIBE", "OF_TOMORROW"] {
        assert_eq!(event(kind), []);
    }
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
    let held = read::<whatsapp::Status>(&json!({ "id": "m1", "status": "held", "timestamp": "1775540117" }));
    all.extend(Fact::of_status(&held));
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
