//! `merge` gives the same state for every order of the same updates, never goes back, and returns the changes; every type that
//! reports on a sent message gives its update.

use incs_model::delivery::{DeliveryFailure, DeliveryState, DeliveryUpdate, Moment, Stage, Witness};
use incs_model::errors::Family;
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

/// Has few values, so that updates agree, differ and repeat.
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
        family in option::of(select(vec![Family::ExotelRcs, Family::ExotelSms])),
    ) -> DeliveryFailure {
        let mut failure = DeliveryFailure::new();
        failure.code = code;
        failure.name = name.map(str::to_owned);
        failure.text = text.map(str::to_owned);
        failure.family = family;
        failure
    }
}

prop_compose! {
    fn update()(
        stage in option::weighted(0.8, select(STAGES.to_vec())),
        times in [moment(), moment(), moment(), moment(), moment()],
        failure in option::weighted(0.3, some_failure()),
    ) -> DeliveryUpdate {
        let mut update = DeliveryUpdate::new().with_message_id("wamid.HBgN");
        update.stage = stage;
        [update.created, update.sent, update.failed, update.delivered, update.read] = times;
        update.failure = failure;
        update
    }
}

/// Updates, some of them twice, and the same updates in another order.
fn shuffled() -> impl Strategy<Value = (Vec<DeliveryUpdate>, Vec<DeliveryUpdate>)> {
    prop::collection::vec((update(), any::<bool>()), 0..8).prop_flat_map(|updates| {
        let updates: Vec<_> =
            updates.into_iter().flat_map(|(update, twice)| vec![update; if twice { 2 } else { 1 }]).collect();
        (Just(updates.clone()), Just(updates).prop_shuffle())
    })
}

fn merged(updates: &[DeliveryUpdate]) -> DeliveryState {
    let mut delivery = DeliveryState::default();
    for update in updates {
        delivery.merge(update);
    }
    delivery
}

fn times(delivery: &DeliveryState) -> [Option<Moment>; 5] {
    [delivery.created, delivery.sent, delivery.failed, delivery.delivered, delivery.read]
}

fn times_of(update: &DeliveryUpdate) -> [Option<Moment>; 5] {
    [update.created, update.sent, update.failed, update.delivered, update.read]
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn order_of_updates_does_not_matter((updates, shuffled) in shuffled()) {
        prop_assert_eq!(merged(&updates), merged(&shuffled));
    }

    #[test]
    fn known_updates_change_nothing((updates, again) in shuffled()) {
        let mut delivery = merged(&updates);
        let before = delivery.clone();
        for update in &again {
            prop_assert!(delivery.merge(update).is_empty());
        }
        prop_assert_eq!(delivery, before);
    }

    #[test]
    fn stage_only_advances_and_changes_show(updates in prop::collection::vec(update(), 0..8)) {
        let mut delivery = DeliveryState::default();
        for update in &updates {
            let before = delivery.clone();
            let change = delivery.merge(update);
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
    fn state_keeps_best_of_all_updates(updates in prop::collection::vec(update(), 0..8)) {
        let delivery = merged(&updates);
        prop_assert_eq!(delivery.stage, updates.iter().filter_map(|update| update.stage).max());
        for (place, kept) in times(&delivery).into_iter().enumerate() {
            let all = || updates.iter().filter_map(|update| times_of(update)[place]);
            let best = all().min_by_key(|moment| (moment.witness != Witness::Query, moment.at));
            prop_assert_eq!(kept, best);
        }
        let reasons = || updates.iter().filter_map(|update| update.failure.as_ref());
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
    fn stored_state_continues_merging(
        updates in prop::collection::vec(update(), 0..8),
        split in 0_usize..8,
    ) {
        let (early, late) = updates.split_at(split.min(updates.len()));
        let stored = encode(&merged(early)).unwrap();
        let mut delivery: DeliveryState = decode(&stored).unwrap();
        prop_assert_eq!(&delivery, &merged(early));
        prop_assert_eq!(encode(&delivery).unwrap(), stored);
        for update in late {
            delivery.merge(update);
        }
        prop_assert_eq!(delivery, merged(&updates));
        for update in &updates {
            prop_assert_eq!(&decode::<DeliveryUpdate>(&encode(update).unwrap()).unwrap(), update);
        }
    }
}

#[test]
fn read_message_was_delivered_without_time() {
    let read = DeliveryUpdate::new().with_stage(Stage::Read).with_read(Moment::new(Witness::Webhook, at(5)));
    let mut delivery = merged(&[read]);
    assert!(delivery.is_read() && delivery.is_delivered() && !delivery.is_failed());
    assert_eq!(delivery.delivered, None);

    let late = DeliveryUpdate::new().with_stage(Stage::Delivered).with_delivered(Moment::new(Witness::Webhook, at(3)));
    let change = delivery.merge(&late);
    assert!(change.times && !change.stage_changed() && !change.failure);
    assert_eq!((delivery.stage(), delivery.delivered.map(|moment| moment.at)), (Some(Stage::Read), Some(at(3))));
}

#[test]
fn delivery_outranks_failure_and_keeps_reason() {
    let failed =
        DeliveryUpdate::new().with_stage(Stage::Failed).with_failure(DeliveryFailure::new().with_code(131_026));
    let delivered = DeliveryUpdate::new().with_stage(Stage::Delivered);
    for updates in [[failed.clone(), delivered.clone()], [delivered, failed]] {
        let delivery = merged(&updates);
        assert!(delivery.is_delivered() && !delivery.is_failed());
        assert_eq!(delivery.failure.unwrap().code, Some(131_026));
    }
}

#[test]
fn empty_update_changes_nothing() {
    let mut delivery = DeliveryState::default();
    assert!(delivery.merge(&DeliveryUpdate::new().with_message_id("wamid.HBgN").with_incs_id(7)).is_empty());
    assert_eq!((delivery.stage(), delivery.is_delivered()), (None, false));
}

fn read<T: DeserializeOwned>(json: &Value) -> T {
    decode(json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn updates(event: &Value) -> Vec<DeliveryUpdate> {
    DeliveryUpdate::of_event(&read::<Event>(event))
}

fn webhook(time: &str) -> Moment {
    Moment::new(Witness::Webhook, time.parse::<Timestamp>().unwrap())
}

fn query(second: i64) -> Moment {
    Moment::new(Witness::Query, Timestamp::from_second(second).unwrap())
}

fn failure(code: Option<i64>, name: Option<&str>, text: Option<&str>) -> DeliveryFailure {
    let mut failure = DeliveryFailure::new();
    (failure.code, failure.name, failure.text) = (code, name.map(str::to_owned), text.map(str::to_owned));
    failure
}

/// Returns an update with its stage and time.
fn staged(id: &str, stage: Stage, time: Option<Moment>) -> DeliveryUpdate {
    let mut update = DeliveryUpdate::new().with_message_id(id).with_stage(stage);
    match stage {
        Stage::Created => update.created = time,
        Stage::Sent => update.sent = time,
        Stage::Failed => update.failed = time,
        Stage::Delivered => update.delivered = time,
        Stage::Read => update.read = time,
    }
    update
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
        assert_eq!(updates(&event), [staged("wamid.HBgN", stage, Some(time))]);
        event["received_at"] = json!("soon");
        event["error"] = json!({ "code": 131_049, "title": "not now" });
        let reason = failure(Some(131_049), None, Some("not now")).with_family(Family::Meta);
        assert_eq!(updates(&event), [staged("wamid.HBgN", stage, None).with_failure(reason)]);
    }
}

#[test]
fn zero_in_status_row_means_unrecorded() {
    for (word, stage) in WORDS {
        let row =
            json!({ "message_id": "m1", "message_status": word, "created_at": 100, "delivered_at": 0, "read_at": 300 });
        let mut expected = DeliveryUpdate::new().with_message_id("m1").with_stage(stage).with_created(query(100));
        expected.read = Some(query(300));
        assert_eq!(DeliveryUpdate::from(&read::<MessageStatus>(&row)), expected);
    }
    let none: MessageStatus =
        read(&json!({ "message_id": "m1", "message_status": "sent", "created_at": 0, "read_at": null }));
    assert_eq!(DeliveryUpdate::from(&none), DeliveryUpdate::new().with_message_id("m1").with_stage(Stage::Sent));
}

#[test]
fn sent_workbench_message_is_an_update() {
    let stages = [Stage::Created, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Read];
    for (state, stage) in stages.into_iter().enumerate() {
        let mut event: Value = serde_json::from_str(&text("incs/webhook-message-created-102-image.json")).unwrap();
        event["message"]["channel_status"] = json!(state);
        event["message"]["error"] = json!(if stage == Stage::Failed { "blocked" } else { "" });
        let id = event["message"]["channel_msg_id"].as_str().unwrap().to_owned();
        let mut expected = staged(&id, stage, Some(webhook("2026-05-04T02:12:41Z"))).with_incs_id(260_500_000_312);
        expected.created = Some(webhook("2026-05-04T02:12:40Z"));
        expected.recipient = Some(Party::of_phone("6281200045678"));
        expected.failure = (stage == Stage::Failed).then(|| failure(None, None, Some("blocked")));
        assert_eq!(updates(&event), [expected]);

        event["message"]["channel_msg_id"] = json!("");
        assert_eq!(updates(&event)[0].message_id, None);
        event["message"]["send_id"] = json!("30112_6281200045678");
        event["message"]["recv_id"] = json!("staff_2044");
        assert_eq!(updates(&event), []);
    }
}

#[test]
fn unnamed_workbench_status_is_an_update() {
    for (state, stage) in
        [Stage::Created, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Read].into_iter().enumerate()
    {
        for name in ["message_updated", "x"] {
            let message = json!({ "id": 7, "channel_status": state, "channel_msg_id": "m1", "error": "" });
            let event = json!({ "event": name, "message": message });
            assert_eq!(updates(&event), [staged("m1", stage, None).with_incs_id(7)]);
        }
    }
    let event =
        json!({ "event": "x", "message": { "id": 7, "channel_status": 2, "channel_msg_id": "", "error": "blocked" } });
    let expected = DeliveryUpdate::new().with_incs_id(7).with_stage(Stage::Failed);
    assert_eq!(updates(&event), [expected.with_failure(failure(None, None, Some("blocked")))]);
}

#[test]
fn the_receipts_of_meta() {
    let time = webhook("2026-04-07T05:35:17Z");
    let receipts: Vec<_> = WORDS
        .iter()
        .map(|(word, _)| json!({ "id": format!("wamid.{word}"), "status": word, "timestamp": "1775540117" }))
        .collect();
    let event = json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", "statuses": receipts } });
    let expected = WORDS.map(|(word, stage)| staged(&format!("wamid.{word}"), stage, Some(time)));
    assert_eq!(updates(&event), expected);

    let failed: whatsapp::Status = read(&json!({
        "id": "m1", "status": "failed",
        "errors": [{ "code": 131_026, "title": "Undeliverable", "message": "no phone" }, { "code": 1 }],
    }));
    let reason = failure(Some(131_026), Some("Undeliverable"), Some("no phone")).with_family(Family::Meta);
    assert_eq!(DeliveryUpdate::of_status(&failed).unwrap(), staged("m1", Stage::Failed, None).with_failure(reason));
}

fn to_user(update: DeliveryUpdate) -> DeliveryUpdate {
    update.with_recipient(Party::of_phone("12025550143"))
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
        let mut expected = to_user(staged("m1", stage, Some(time)));
        let of = |family| {
            (stage == Stage::Failed).then(|| failure(Some(code), Some(name), Some("words")).with_family(family))
        };
        expected.failure = of(Family::ExotelRcs);
        assert_eq!(DeliveryUpdate::from(&read::<Report>(&report)), expected);
        expected.failure = of(Family::ExotelSms);
        assert_eq!(DeliveryUpdate::from(&read::<SmsReport>(&report)), expected);
    }
    let flat: Report = read(&json!({ "to": "12025550143", "sid": "m1", "exo_status_code": "40003" }));
    assert_eq!(DeliveryUpdate::from(&flat), to_user(staged("m1", Stage::Read, None)));
    let other: SmsReport = read(&json!({ "to": "12025550143", "message_sid": "m2", "exo_status_code": 40003 }));
    assert_eq!(DeliveryUpdate::from(&other), to_user(DeliveryUpdate::new().with_message_id("m2")));
}

#[test]
fn each_exotel_report_is_an_update() {
    let report = |sid: &str| json!({ "callback_type": "dlr", "to": "12025550143", "sid": sid, "exo_detailed_status": "EX_MESSAGE_SENT" });
    let incoming = json!({ "from": "12025550143", "to": "12025550100", "content": { "type": "text", "text": "Hi" } });
    let body = json!({ "rcs": { "messages": [report("m1"), incoming, 7] }, "sms": { "messages": [report("m2")] } });
    let expected = ["m1", "m2"].map(|sid| to_user(staged(sid, Stage::Sent, None)));
    assert_eq!(DeliveryUpdate::of_callback(&read::<Callback>(&body)), expected);
    assert_eq!(
        DeliveryUpdate::of_callback(&read::<Callback>(&report("m3"))),
        [to_user(staged("m3", Stage::Sent, None))]
    );
}

#[test]
fn group_receipts_name_their_member() {
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
    assert_eq!(updates(&event), members.map(|member| staged("wamid.HBgN", Stage::Read, None).with_recipient(member)));
}

#[test]
fn calls_and_payments_are_no_receipts() {
    let status = |kind: &str| json!({ "id": "wacid.A", "status": "failed", "type": kind, "recipient_id": "1" });
    let of = |kinds: &[&str]| {
        let statuses: Vec<_> = kinds.iter().map(|kind| status(kind)).collect();
        updates(
            &json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", "statuses": statuses } }),
        )
    };
    assert_eq!(of(&["call", "payment", "of_tomorrow"]), []);
    assert_eq!(of(&["message"]).len(), 1);
}

#[test]
fn rcs_receipts_are_updates() {
    let event = |kind: &str| {
        let message = json!({
            "senderPhoneNumber": "+12025550143", "eventType": kind, "eventId": "e1", "messageId": "m1",
            "sendTime": "2026-04-07T05:35:17.000000Z", "agentId": "a@rbm.goog",
        });
        updates(&json!({ "event": "new_message", "business_phone": "", "message": message }))
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
fn unknown_state_changes_no_stage() {
    let time = 1_775_540_117;
    let mut all = updates(&json!({
        "event": "message_status_update", "message_id": "m1", "message_status": "held", "error": null,
        "received_at": time,
    }));
    all.extend(updates(&json!({ "event": "x", "message": { "id": 7, "channel_status": 9 } })));
    all.push((&read::<MessageStatus>(&json!({ "message_id": "m1", "message_status": "held" }))).into());
    let held = read::<whatsapp::Status>(&json!({ "id": "m1", "status": "held", "timestamp": "1775540117" }));
    all.extend(DeliveryUpdate::of_status(&held));
    all.push((&read::<Report>(&json!({ "to": "1", "exo_status_code": 1, "timestamp": time }))).into());
    assert_eq!(all.len(), 5);
    for update in all {
        let mut delivery = DeliveryState::default();
        delivery.merge(&DeliveryUpdate::new().with_stage(Stage::Sent));
        assert!(delivery.merge(&update).is_empty(), "{update:?}");
    }
}

#[test]
fn other_events_have_no_update() {
    for name in [
        "incs/webhook-new-message-rcs-text.json",
        "incs/webhook-new-message-whatsapp-text.json",
        "incs/webhook-template-status-update.json",
    ] {
        assert_eq!(updates(&serde_json::from_str(&text(name)).unwrap()), [], "{name}");
    }
    assert_eq!(updates(&json!({ "event": "added_tomorrow", "message": {} })), []);
}
