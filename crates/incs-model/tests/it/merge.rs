//! `merge` gives the same end state for every order of the same facts, goes never back, and says what changed.

mod sources;

use incs_model::delivery::{Delivery, Fact, Failure, Moment, Stage, Witness};
use incs_model::{Timestamp, decode, encode};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

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
    fn failure()(
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
        failure in option::weighted(0.3, failure()),
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
