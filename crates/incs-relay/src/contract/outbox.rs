//! Random operations of the outbox, compared with the model.

use incs_model::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::check::{Maker, Time, millis, status_update, works};
use super::operation::{Delivery, Item, Receipt};
use super::{Checked, Suite, ensure, sequence};
use crate::clock::Clock;
use crate::store::{
    Candidates, ClaimLimits, Completion, ContentKey, CustomerContact, Decision, DecisionResult, Enqueued, Lease,
    LeaseState, MemoryStore, NextStep, OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, OutboxState, Proof,
    RecipientKey, Recorded, Reported, Retention, SendLimits, SendOutcome, SendResult, SenderId, Sighting, SightingKind,
    StatusUpdate, Store, StoreError,
};

/// An operation. Messages are named by a place in those that are known then, modulo their number.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    Enqueue(Vec<Message>),
    Advance { results: Vec<Outcome>, sender: u64, limit: usize, lease: u64, hold: u64, is_reported: bool },
    Renew { sender: u64, lease: u64 },
    Expire { hold: u64, unresolved_after: u64 },
    Decide(Vec<(usize, Choice)>),
    Receipts(Vec<Seen>),
    Statuses { asked: Vec<usize>, seen: Vec<(u8, usize)> },
    Contact { recipient: u8, channel: usize, age: u64 },
    ClaimReports { limit: usize, lease: u64 },
    CompleteReports { retry: Option<u64> },
    Erase(u8),
    Sweep { sent: u64, budget: usize },
    Time(u64),
}

#[derive(Debug, Clone)]
pub(super) struct Message {
    key: u8,
    body: u8,
    channel: usize,
    recipient: Option<u8>,
    is_ordered: bool,
    is_free_form: bool,
    not_after: Option<i64>,
}

/// An outcome of the last or an earlier attempt of a message.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    place: usize,
    attempts_ago: u32,
    kind: usize,
    message_id: Option<u8>,
    delay: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Choice {
    kind: usize,
    message_id: u8,
}

/// A webhook about a sent message.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    message_id: Option<u8>,
    incs_id: Option<u8>,
    stage: usize,
    recipient: Option<u8>,
    content: Option<u8>,
    is_created: bool,
    age: u64,
}

const CHANNELS: [&str; 3] = ["whatsapp", "viber", "rcs"];
/// A hold and a window are longer than any sum of steps of `Time`, or shorter than most.
const STEPS: [u64; 4] = [0, 50, 1000, 30_000];

fn operation() -> impl Strategy<Value = Operation> {
    let step = || select(STEPS.to_vec());
    prop_oneof![
        6 => vec(message(), 1..5).prop_map(Operation::Enqueue),
        10 => (vec(outcome(), 0..4), 0..3_u64, 0..5_usize, step(), step(), any::<bool>()).prop_map(
            |(results, sender, limit, lease, hold, is_reported)| Operation::Advance {
                results, sender, limit, lease, hold, is_reported
            }
        ),
        1 => (0..3_u64, step()).prop_map(|(sender, lease)| Operation::Renew { sender, lease }),
        2 => (step(), step()).prop_map(|(hold, unresolved_after)| Operation::Expire { hold, unresolved_after }),
        4 => vec((0..40_usize, choice()), 1..3).prop_map(Operation::Decide),
        4 => vec(seen(), 1..4).prop_map(Operation::Receipts),
        1 => (vec(0..40_usize, 0..3), vec((0..6_u8, 0..4_usize), 0..3))
            .prop_map(|(asked, seen)| Operation::Statuses { asked, seen }),
        2 => (0..3_u8, 0..3_usize, select(vec![0, 1000, 86_000_000, 86_395_000]))
            .prop_map(|(recipient, channel, age)| Operation::Contact { recipient, channel, age }),
        2 => (0..4_usize, step()).prop_map(|(limit, lease)| Operation::ClaimReports { limit, lease }),
        2 => option::of(step()).prop_map(|retry| Operation::CompleteReports { retry }),
        1 => (0..3_u8).prop_map(Operation::Erase),
        1 => (step(), 1..5_usize).prop_map(|(sent, budget)| Operation::Sweep { sent, budget }),
        6 => prop_oneof![1..20_u64, 50..200_u64, 900..2000_u64, Just(20_000_u64)].prop_map(Operation::Time),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let not_after = option::weighted(0.2, select(vec![-1, 0, 60, 1500, 40_000]));
    (0..30_u8, 0..2_u8, 0..3_usize, option::weighted(0.9, 0..3_u8), prop::bool::weighted(0.8), any::<bool>(), not_after)
        .prop_map(|(key, body, channel, recipient, is_ordered, is_free_form, not_after)| Message {
            key,
            body,
            channel,
            recipient,
            is_ordered,
            is_free_form,
            not_after,
        })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let attempts_ago = prop_oneof![6 => Just(0_u32), 1 => 1..3_u32];
    (0..40_usize, attempts_ago, 0..6_usize, option::weighted(0.8, 0..6_u8), select(STEPS.to_vec())).prop_map(
        |(place, attempts_ago, kind, message_id, delay)| Outcome { place, attempts_ago, kind, message_id, delay },
    )
}

fn choice() -> impl Strategy<Value = Choice> {
    (0..7_usize, 0..6_u8).prop_map(|(kind, message_id)| Choice { kind, message_id })
}

fn seen() -> impl Strategy<Value = Seen> {
    let ids = (option::weighted(0.8, 0..6_u8), option::weighted(0.5, 0..3_u8));
    (ids, 0..4_usize, option::weighted(0.7, 0..3_u8), option::of(0..2_u8), any::<bool>(), select(vec![0, 3000, 7000]))
        .prop_map(|((message_id, incs_id), stage, recipient, content, is_created, age)| Seen {
            message_id,
            incs_id,
            stage,
            recipient,
            content,
            is_created,
            age,
        })
}

pub(super) async fn run<S, F>(suite: &Suite, open: &impl Fn(Clock) -> F) -> Checked
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    let strategy = vec(operation(), 1..=suite.operations);
    sequence::shortest_failure(suite, strategy, async |operations: &[Operation]| run_one(open, operations).await).await
}

async fn run_one<S, F>(open: &impl Fn(Clock) -> F, operations: &[Operation]) -> Checked
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    let time = Time::start();
    let store = works("opening", open(time.clock()).await)?;
    let model = MemoryStore::with_clock(time.clock());
    let mut world =
        World { lease: None, store, model, time, ids: Vec::new(), claimed: Vec::new(), entries: Vec::new() };
    for operation in operations {
        world.perform(operation).await?;
        world.compare(operation).await?;
    }
    Ok(())
}

struct World<S> {
    store: S,
    model: MemoryStore,
    time: Time,
    /// The numbers of the store and of the model.
    ids: Vec<(OutboxId, OutboxId)>,
    /// A lease of an item, by which receipts come.
    lease: Option<(Lease, Lease)>,
    /// Reports that were claimed and not completed.
    claimed: Vec<(OutboxEntry, OutboxEntry)>,
    /// All messages after the last operation.
    entries: Vec<OutboxEntry>,
}

impl<S: Store> World<S> {
    async fn perform(&mut self, operation: &Operation) -> Checked {
        match operation {
            Operation::Enqueue(messages) => self.enqueue(messages).await,
            Operation::Advance { results, sender, limit, lease, hold, is_reported } => {
                let limits = SendLimits {
                    sender: SenderId(*sender),
                    limit: *limit,
                    lease: millis(*lease),
                    hold: millis(*hold),
                    is_reported: *is_reported,
                };
                self.advance(results, limits).await
            }
            Operation::Renew { sender, lease } => {
                works("renew_sender", self.store.renew_sender(SenderId(*sender), millis(*lease)).await)?;
                works("renew_sender", self.model.renew_sender(SenderId(*sender), millis(*lease)).await)
            }
            Operation::Expire { hold, unresolved_after } => {
                let (hold, after) = (millis(*hold), millis(*unresolved_after));
                let expired = works("expire_sends", self.store.expire_sends(hold, after).await)?;
                let expected = works("expire_sends", self.model.expire_sends(hold, after).await)?;
                ensure!(expired == expected, "expire_sends answered {expired:?}, {expected:?} was expected");
                Ok(())
            }
            Operation::Decide(choices) => self.decide(choices).await,
            Operation::Receipts(seen) => self.receipts(seen).await,
            Operation::Statuses { asked, seen } => {
                let pairs: Vec<_> = asked.iter().filter_map(|place| self.at(*place)).collect();
                let receipt = |(id, stage): &(u8, usize)| Receipt { message: *id, is_to_member: false, stage: *stage };
                let updates: Vec<_> = seen.iter().map(|one| status_update(&receipt(one), self.time.now())).collect();
                let (of_store, of_model) = pairs.into_iter().unzip();
                works("record_statuses", self.store.record_statuses(of_store, updates.clone()).await)?;
                works("record_statuses", self.model.record_statuses(of_model, updates).await)
            }
            Operation::Contact { recipient, channel, age } => self.contact(*recipient, *channel, *age).await,
            Operation::ClaimReports { limit, lease } => {
                let reports = works("claim_reports", self.store.claim_reports(*limit, millis(*lease)).await)?;
                let expected = works("claim_reports", self.model.claim_reports(*limit, millis(*lease)).await)?;
                self.same_entries(&reports, &expected)?;
                self.claimed.extend(reports.into_iter().zip(expected));
                Ok(())
            }
            Operation::CompleteReports { retry } => {
                let report =
                    |entry: &OutboxEntry| Reported { id: entry.id, version: entry.version, retry: retry.map(millis) };
                let (of_store, of_model) =
                    self.claimed.drain(..).map(|(store, model)| (report(&store), report(&model))).unzip();
                works("complete_reports", self.store.complete_reports(of_store).await)?;
                works("complete_reports", self.model.complete_reports(of_model).await)
            }
            Operation::Erase(recipient) => {
                let recipients = vec![recipient_key(*recipient)];
                let erased = works("erase_messages", self.store.erase_messages(recipients.clone()).await)?;
                let expected = works("erase_messages", self.model.erase_messages(recipients).await)?;
                ensure!(erased == expected, "{erased} messages were erased, {expected} were expected");
                Ok(())
            }
            Operation::Sweep { sent, budget } => {
                let retention = Retention { sent: millis(*sent), ..Retention::default() };
                let swept = sweep(&self.store, retention, *budget).await?;
                let expected = sweep(&self.model, retention, *budget).await?;
                ensure!(swept == expected, "{swept} messages were swept, {expected} were expected");
                Ok(())
            }
            Operation::Time(millis) => {
                self.time.advance(*millis);
                Ok(())
            }
        }
    }

    fn at(&self, place: usize) -> Option<(OutboxId, OutboxId)> {
        self.ids.get(place.checked_rem(self.ids.len())?).copied()
    }

    fn model_of(&self, id: OutboxId) -> Checked<OutboxId> {
        let pair = self.ids.iter().find(|(store, _)| *store == id);
        pair.map(|(_, model)| *model).ok_or_else(|| format!("the store returned the unknown message {id}"))
    }

    async fn enqueue(&mut self, messages: &[Message]) -> Checked {
        let messages: Vec<_> = messages.iter().map(|message| outbox_message(message, &self.time)).collect();
        let answers = works("enqueue", self.store.enqueue(messages.clone()).await)?;
        let expected = works("enqueue", self.model.enqueue(messages).await)?;
        ensure!(answers.len() == expected.len(), "enqueue must answer each message");
        for (answer, expected) in answers.into_iter().zip(expected) {
            match (answer, expected) {
                (Enqueued::New(id), Enqueued::New(model)) => {
                    let last = self.ids.last().map_or(OutboxId(0), |(last, _)| *last);
                    ensure!(id > last, "the number {id} follows {last}, but numbers must grow");
                    self.ids.push((id, model));
                }
                (Enqueued::Seen(id), Enqueued::Seen(model)) | (Enqueued::KeyReused(id), Enqueued::KeyReused(model)) => {
                    ensure!(self.model_of(id)? == model, "{id} was answered, {model} of the model was expected");
                }
                _ => return Err(format!("enqueue answered {answer:?}, {expected:?} was expected")),
            }
        }
        Ok(())
    }

    async fn advance(&mut self, outcomes: &[Outcome], limits: SendLimits) -> Checked {
        let result = |id: OutboxId, outcome: &Outcome| {
            let attempts = self.entries.iter().find(|entry| entry.id == id).map_or(0, |entry| entry.attempts);
            SendResult { id, attempt: attempts.saturating_sub(outcome.attempts_ago), outcome: send_outcome(outcome) }
        };
        let (mut of_store, mut of_model) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            let Some((store, model)) = self.at(outcome.place) else { continue };
            let result = result(store, outcome);
            of_model.push(SendResult { id: model, ..result.clone() });
            of_store.push(result);
        }
        let advanced = works("advance", self.store.advance(of_store.clone(), limits).await)?;
        let expected = works("advance", self.model.advance(of_model, limits).await)?;
        let recorded: &[Recorded] = &advanced.recorded;
        ensure!(recorded == expected.recorded, "{of_store:?} were {recorded:?}, {:?} was expected", expected.recorded);
        let (got, number) = (advanced.sending.len(), expected.sending.len());
        ensure!(got <= limits.limit, "{got} messages were marked, at most {} were allowed", limits.limit);
        ensure!(got == number, "{got} messages were marked, {number} were expected");
        for (message, model) in advanced.sending.iter().zip(&expected.sending) {
            let id = self.model_of(message.id)?;
            ensure!(id == model.id, "message {id} of the model was marked, {} was expected", model.id);
            let is_same = message.attempt == model.attempt
                && message.key == model.key
                && message.channel == model.channel
                && message.body == model.body
                && message.retries == model.retries;
            ensure!(is_same, "{message:?} was marked, {model:?} was expected, or it has another body");
        }
        Ok(())
    }

    async fn decide(&mut self, choices: &[(usize, Choice)]) -> Checked {
        let (mut of_store, mut of_model) = (Vec::new(), Vec::new());
        for (place, choice) in choices {
            // Half of them are about a message whose outcome is unknown.
            let unknown = self.entries.iter().filter(|entry| entry.state.is_unknown()).map(|entry| entry.id);
            let unknown: Vec<_> = unknown.collect();
            let chosen = place.checked_rem(unknown.len()).filter(|_| place.is_multiple_of(2));
            let pair = match chosen.and_then(|place| unknown.get(place)) {
                Some(id) => Some((*id, self.model_of(*id)?)),
                None => self.at(*place),
            };
            let Some((store, model)) = pair else { continue };
            of_store.push((store, decision(choice)));
            of_model.push((model, decision(choice)));
        }
        let results = works("decide", self.store.decide(of_store.clone()).await)?;
        let expected = works("decide", self.model.decide(of_model).await)?;
        ensure!(results.len() == expected.len(), "decide must answer each decision");
        for ((result, expected), decision) in results.into_iter().zip(expected).zip(of_store) {
            let result = match result {
                DecisionResult::IdTaken(id) => DecisionResult::IdTaken(self.model_of(id)?),
                result => result,
            };
            ensure!(result == expected, "{decision:?} was {result:?}, {expected:?} was expected");
        }
        Ok(())
    }

    /// Returns a lease by which receipts can be completed.
    async fn lease(&mut self) -> Checked<(Lease, Lease)> {
        if let Some(lease) = self.lease {
            return Ok(lease);
        }
        let item = Item { key: 0, dedup_key: 0, message: None, class: 1, length: 5 };
        let spec = Delivery { items: vec![item], is_large: false, age: 0 };
        let (delivery, _) = Maker::default().delivery(&spec, self.time.now());
        works("append", self.store.append(vec![delivery.clone()]).await)?;
        works("append", self.model.append(vec![delivery]).await)?;
        let limits =
            ClaimLimits { keys: 1, items_per_key: 1, bytes: 100, lease: millis(1 << 40), max_attempts: u32::MAX };
        let store = works("claim", self.store.claim(limits).await)?;
        let model = works("claim", self.model.claim(limits).await)?;
        let (Some(store), Some(model)) = (store.first(), model.first()) else {
            return Err("an item cannot be claimed".to_owned());
        };
        Ok(*self.lease.insert((store.lease, model.lease)))
    }

    async fn receipts(&mut self, seen: &[Seen]) -> Checked {
        let (store, model) = self.lease().await?;
        let completion = |lease| Completion {
            next: NextStep::KeepLease,
            status_updates: seen.iter().map(|seen| receipt(seen, &self.time)).collect(),
            ..Completion::release(lease, Vec::new())
        };
        let states = works("complete", self.store.complete(vec![completion(store)]).await)?;
        works("complete", self.model.complete(vec![completion(model)]).await)?;
        ensure!(states == [LeaseState::Held], "a completion with a valid lease was {states:?}");
        Ok(())
    }

    async fn contact(&mut self, recipient: u8, channel: usize, age: u64) -> Checked {
        let number = u8::try_from(self.time.now().as_millisecond() % 200).unwrap_or(0);
        let item = Item { key: 1, dedup_key: number, message: None, class: 0, length: 5 };
        let spec = Delivery { items: vec![item], is_large: false, age: 0 };
        let (mut delivery, _) = Maker::default().delivery(&spec, self.time.now());
        let at = self.time.before(i64::try_from(age).unwrap_or(0));
        let customers = vec![recipient_key(recipient), RecipientKey::from_i64(i64::from(recipient))];
        for item in &mut delivery.items {
            item.contact = Some(CustomerContact { channel: channel_name(channel), customers: customers.clone(), at });
        }
        works("append", self.store.append(vec![delivery.clone()]).await)?;
        works("append", self.model.append(vec![delivery]).await)?;
        for channel in CHANNELS {
            let keys = vec![RecipientKey::from_i64(99), RecipientKey::from_i64(i64::from(recipient))];
            let last = works("last_contact", self.store.last_contact(channel, keys.clone()).await)?;
            let expected = works("last_contact", self.model.last_contact(channel, keys).await)?;
            ensure!(last == expected, "the last contact on {channel} is {last:?}, {expected:?} was expected");
        }
        Ok(())
    }

    /// Compares everything, and checks the invariants of a single step.
    async fn compare(&mut self, operation: &Operation) -> Checked {
        let all = || OutboxFilter { limit: usize::MAX, ..OutboxFilter::default() };
        let entries = works("messages", self.store.messages(all()).await)?;
        let expected = works("messages", self.model.messages(all()).await)?;
        self.same_entries(&entries, &expected)?;
        let mut stats = works("stats", self.store.stats().await)?;
        stats.bytes = None;
        let of_model = works("stats", self.model.stats().await)?;
        ensure!(stats == of_model, "the store counts {stats:?}, the model {of_model:?}");
        self.check_step(&entries, operation)?;
        for (entry, model) in entries.iter().zip(&expected) {
            let body = works("message_body", self.store.message_body(entry.id).await)?;
            let of_model = works("message_body", self.model.message_body(model.id).await)?;
            ensure!(body == of_model, "message {} has another body than it was enqueued with", entry.id);
            if entry.state.is_unknown() || (entry.state == OutboxState::Accepted && entry.message_id.is_none()) {
                let found = works("candidates", self.store.candidates(entry.id).await)?;
                let of_model = works("candidates", self.model.candidates(model.id).await)?;
                self.same_candidates(found, of_model)?;
            }
        }
        self.check_filters(&entries, expected.last()).await?;
        self.entries = entries;
        Ok(())
    }

    /// Checks without the model that no message goes back to the queue by itself, and that an id belongs to one message.
    fn check_step(&self, entries: &[OutboxEntry], operation: &Operation) -> Checked {
        for old in &self.entries {
            let Some(new) = entries.iter().find(|new| new.id == old.id) else {
                let is_swept = matches!(operation, Operation::Sweep { .. }) && old.state.is_final();
                ensure!(is_swept, "message {} was lost, it was {}", old.id, old.state.as_str());
                continue;
            };
            let is_queued_again = old.state != OutboxState::Queued && new.state == OutboxState::Queued;
            let is_allowed = matches!(operation, Operation::Advance { .. } | Operation::Decide(_));
            ensure!(!is_queued_again || is_allowed, "message {} was queued again by {operation:?}", new.id);
            ensure!(new.attempts <= old.attempts + 1, "message {} was marked twice at once", new.id);
            let is_marked = new.attempts > old.attempts;
            let is_advance = matches!(operation, Operation::Advance { .. });
            ensure!(!is_marked || is_advance, "message {} was marked by {operation:?}", new.id);
        }
        let mut ids: Vec<_> = entries.iter().filter_map(|entry| entry.message_id.as_deref()).collect();
        ids.sort_unstable();
        ensure!(ids.windows(2).all(|pair| pair.first() != pair.last()), "two messages have the same id: {ids:?}");
        Ok(())
    }

    async fn check_filters(&self, entries: &[OutboxEntry], model: Option<&OutboxEntry>) -> Checked {
        let Some(last) = entries.last() else { return Ok(()) };
        for state in OutboxState::ALL {
            let filter = OutboxFilter { state: Some(state), limit: usize::MAX, ..OutboxFilter::default() };
            let found = works("messages", self.store.messages(filter).await)?;
            let expected = entries.iter().filter(|entry| entry.state == state);
            ensure!(found.iter().eq(expected), "the list of messages that are {} is wrong", state.as_str());
        }
        for filter in [
            OutboxFilter { id: Some(last.id), limit: 1, ..OutboxFilter::default() },
            OutboxFilter { key: Some(last.key.clone()), limit: 1, ..OutboxFilter::default() },
        ] {
            let found = works("messages", self.store.messages(filter).await)?;
            ensure!(found == std::slice::from_ref(last), "message {} was not found by its number or key", last.id);
        }
        let since = self.time.before(1000);
        for (from, asked) in [(Timestamp::MIN, None), (since, None), (Timestamp::MIN, Some(since))] {
            let filter = OutboxFilter {
                without_receipt: Some(from..self.time.now()),
                not_asked_since: asked,
                after: entries.first().map(|first| first.id).filter(|_| asked.is_some()),
                limit: 3,
                ..OutboxFilter::default()
            };
            let first = self.ids.iter().find(|(store, _)| filter.after == Some(*store)).map(|(_, model)| *model);
            let of_model = OutboxFilter { after: first, ..filter.clone() };
            let found = works("messages", self.store.messages(filter).await)?;
            let expected = works("messages", self.model.messages(of_model).await)?;
            self.same_entries(&found, &expected).map_err(|what| format!("messages without a receipt: {what}"))?;
        }
        ensure!(model.is_some(), "the model has no message");
        Ok(())
    }

    fn same_entries(&self, entries: &[OutboxEntry], model: &[OutboxEntry]) -> Checked {
        for (entry, model) in entries.iter().zip(model) {
            let mapped = OutboxEntry { id: self.model_of(entry.id)?, ..entry.clone() };
            ensure!(mapped == *model, "message {} is\n  {mapped:?}\nand the model has\n  {model:?}", entry.id);
        }
        let (got, expected) = (entries.len(), model.len());
        ensure!(got == expected, "{got} messages were returned, {expected} were expected");
        Ok(())
    }

    fn same_candidates(&self, found: Option<Candidates>, expected: Option<Candidates>) -> Checked {
        let (Some(found), Some(expected)) = (found, expected) else {
            return Err("a message has no candidates".to_owned());
        };
        self.same_entries(&[found.entry], &[expected.entry])?;
        self.same_entries(&found.rivals, &expected.rivals).map_err(|what| format!("rivals: {what}"))?;
        let is_same = found.sightings == expected.sightings;
        let describe = |sightings: &[Sighting]| {
            let one = |seen: &Sighting| format!("{:?} {:?} {:?} {}", seen.kind, seen.message_id, seen.incs_id, seen.at);
            sightings.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let (got, expected) = (describe(&found.sightings), describe(&expected.sightings));
        ensure!(is_same, "the evidence is [{got}], [{expected}] was expected, or differs in other members");
        Ok(())
    }
}

fn channel_name(channel: usize) -> String {
    CHANNELS.get(channel).copied().unwrap_or("whatsapp").to_owned()
}

fn recipient_key(recipient: u8) -> RecipientKey {
    RecipientKey::from_i64(-1000 - i64::from(recipient))
}

pub(super) fn outbox_message(message: &Message, time: &Time) -> OutboxMessage {
    OutboxMessage {
        key: format!("key {}", message.key),
        channel: channel_name(message.channel),
        body: vec![message.body; 40].into(),
        recipient: message.recipient.map(recipient_key),
        content: (message.body == 0).then(|| ContentKey::from_bytes([message.key % 2; 16])),
        is_ordered: message.is_ordered,
        is_free_form: message.is_free_form,
        not_after: message.not_after.map(|millis| time.before(-millis)),
    }
}

fn send_outcome(outcome: &Outcome) -> SendOutcome {
    let error = "failed".to_owned();
    match outcome.kind {
        0 => SendOutcome::Accepted { message_id: outcome.message_id.map(super::check::sent_id), error: None },
        1 => SendOutcome::Rejected { error },
        2 => SendOutcome::Retry { delay: millis(outcome.delay), error, is_counted: outcome.message_id.is_some() },
        3 => SendOutcome::Dead { reason: "attempts_used_up", error },
        4 => SendOutcome::Accepted { message_id: None, error: Some(error) },
        _ => SendOutcome::Unknown { error },
    }
}

fn decision(choice: &Choice) -> Decision {
    let (message_id, by) = (super::check::sent_id(choice.message_id), "a person".to_owned());
    match choice.kind {
        0 => Decision::Found { message_id, proof: Proof::Confirmed },
        1 => Decision::Accept { message_id: Some(message_id).filter(|_| choice.message_id.is_multiple_of(2)), by },
        2 => Decision::SendAgain { by },
        3 => Decision::Abandon { by },
        4 => Decision::Cancel { by: Some(by) },
        5 => Decision::Found { message_id, proof: Proof::Likely },
        _ => Decision::Refuse { error: "invalid".to_owned() },
    }
}

fn receipt(seen: &Seen, time: &Time) -> StatusUpdate {
    let base = Receipt { message: seen.message_id.unwrap_or(0), is_to_member: false, stage: seen.stage };
    let mut update = status_update(&base, time.now());
    let kind = if seen.is_created { SightingKind::Created } else { SightingKind::Receipt };
    let mut sighting = Sighting::new(kind, time.before(i64::try_from(seen.age).unwrap_or(0)));
    sighting.message_id = seen.message_id.map(super::check::sent_id);
    sighting.incs_id = seen.incs_id.map(u64::from);
    sighting.channel = seen.message_id.filter(|id| id.is_multiple_of(2)).map(|_| "whatsapp".to_owned());
    sighting.recipient = seen.recipient.map(recipient_key);
    sighting.content = seen.content.filter(|_| seen.is_created).map(|content| ContentKey::from_bytes([content; 16]));
    sighting.is_exact = seen.stage.is_multiple_of(2);
    if sighting.message_id.is_none() {
        // As for a webhook without an id of the provider.
        update.message_id = format!("incs:{}", seen.incs_id.unwrap_or(9));
        sighting.incs_id = sighting.incs_id.or(Some(9));
    }
    StatusUpdate { sighting: Some(sighting), ..update }
}

/// Sweeps until nothing is left to sweep. Returns the number of messages.
async fn sweep(store: &impl Store, retention: Retention, budget: usize) -> Checked<u64> {
    let mut removed = 0;
    for _ in 0..10_000 {
        let swept = works("sweep", store.sweep(retention, budget).await)?;
        let number = swept.messages;
        ensure!(number <= budget as u64, "{number} messages were swept with a budget of {budget}");
        removed += number;
        if swept.is_finished {
            return Ok(removed);
        }
    }
    Err("the sweep does not finish".to_owned())
}
