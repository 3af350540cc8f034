//! Seeded schedules of the outbox: kills, lost replies, stalls, refusals and lost webhooks, in virtual time and over the store in memory.
//!
//! The truth is the log of a platform that the test plays. After each schedule:
//!
//! - no message is in the log twice, unless a person had it sent again;
//! - every message has a final state or is unknown, and unknown ones are no more than kills and lost replies explain;
//! - a message that is accepted is in the log under its id, also if evidence showed it;
//! - a message that was certainly not sent is not in the log;
//! - messages to one recipient are in the order in which they were enqueued.
//!
//! `INCS_SCHEDULES` sets the number of schedules, and `INCS_SCHEDULE_SEED` the first seed. A failure names its seed.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends at the first surprise, and shows how far it is"
)]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use fastrand::Rng;
use incs_client::Client;
use incs_client::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};
use incs_model::event::MessageStatusUpdate;
use incs_model::event::created::{self, ChannelState, Origin};
use incs_model::status::State;
use incs_model::{Channel, Document, Timestamp, WireTime};
use incs_relay::Relay;
use incs_relay::clock::Clock;
use incs_relay::store::{
    Decision, DecisionResult, MemoryStore, OutboxEntry, OutboxFilter, OutboxMessage, OutboxState, Proof, Store as _,
};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::testing::bodies::{self, Body};
use incs_webhook::{Receiver, Secrets};
use tokio::time::{Instant, sleep};

/// The number of messages that one relay sends at once.
const PERMITS: usize = 4;
const LEASE: Duration = Duration::from_secs(5);
const HOLD: Duration = Duration::from_secs(20);
/// The time for which the client waits for a reply.
const REPLY_TIMEOUT: Duration = Duration::from_secs(3);

#[test]
fn no_schedule_sends_twice_or_loses_a_message() {
    let number = |name: &str, usual: u64| std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap());
    let (count, first) = (number("INCS_SCHEDULES", 2000), number("INCS_SCHEDULE_SEED", 1));
    let mut totals = BTreeMap::new();
    for seed in first..first + count {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().unwrap();
        let found = runtime.block_on(schedule(seed));
        let counts = found.unwrap_or_else(|what| panic!("seed {seed}: {what}"));
        for (name, count) in counts {
            *totals.entry(name).or_insert(0_u64) += count;
        }
        if (seed - first + 1) % 50_000 == 0 {
            println!("{} schedules: {totals:?}", seed - first + 1);
        }
    }
    println!("{count} schedules: {totals:?}");
    for name in
        ["accepted", "rejected", "unknown", "dead", "confirmed", "kills", "lost replies", "sent again", "abandoned"]
    {
        assert!(totals.get(name).is_some_and(|count| *count > 0), "no schedule had any of: {name}");
    }
}

/// A message that the platform has accepted.
#[derive(Clone)]
struct Accepted {
    reference: u64,
    id: String,
}

/// The platform: it decides about each request, keeps the log and sends webhooks.
struct Platform {
    rng: Mutex<Rng>,
    is_healthy: Mutex<bool>,
    log: Mutex<Vec<Accepted>>,
    /// The relay that gets webhooks, unless it was killed.
    relay: Mutex<Option<Relay>>,
    lost_replies: Mutex<u64>,
    start: Instant,
    base: Timestamp,
}

impl Platform {
    fn now(&self) -> Timestamp {
        self.base + self.start.elapsed()
    }

    fn below(&self, limit: u64) -> u64 {
        self.rng.lock().unwrap().u64(..limit)
    }

    /// Accepts a message, and sends its webhooks after a while, early ones before the reply.
    fn accept(self: &Arc<Self>, body: &[u8]) -> String {
        let json: serde_json::Value = serde_json::from_slice(body).unwrap();
        let reference = json["ref"].as_u64().unwrap();
        let mut log = self.log.lock().unwrap();
        let id = format!("wamid.{}", log.len() + 1);
        log.push(Accepted { reference, id: id.clone() });
        let number = log.len() as u64;
        drop(log);
        let (to, text) = (json["to"].as_str().unwrap().to_owned(), json["text"].as_str().unwrap().to_owned());
        if self.below(10) < 7 {
            let message = created::Message::new(number, created::Content::Text(created::content::Text::new(text)))
                .with_auth_id(30112)
                .with_send_id("staff_1")
                .with_recv_id(format!("30112_{to}"))
                .with_channel_msg_id(id.as_str())
                .with_channel_status(ChannelState::Created)
                .with_source(Origin::Api)
                .with_created_at(WireTime::from_rfc3339(self.now(), 6));
            self.webhook(bodies::message_created(message));
        }
        if self.below(10) < 6 {
            let states = [State::Sent, State::Delivered, State::Failed, State::Read];
            let state = states[usize::try_from(self.below(4)).unwrap()].clone();
            self.webhook(Body::incs(MessageStatusUpdate::new(id.as_str(), state)));
        }
        id
    }

    fn webhook(self: &Arc<Self>, body: Body) {
        let delay = Duration::from_millis(self.below(4000));
        let copies = 1 + u64::from(self.below(8) == 0);
        let platform = Arc::clone(self);
        tokio::spawn(async move {
            for _ in 0..copies {
                sleep(delay).await;
                let relay = platform.relay.lock().unwrap().clone();
                let Some(relay) = relay else { continue };
                let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("s3cret").unwrap()));
                let headers = [("content-type", "application/json")];
                let reply = relay.receive(&receiver, &headers, "/incs/s3cret", body.as_bytes()).await;
                assert_eq!(reply.status(), 200);
            }
        });
    }
}

/// The connection of one process. Ids of late replies come from its own earlier sends.
struct Connection {
    platform: Arc<Platform>,
    replied: Mutex<Vec<String>>,
}

fn reply(status: u16, body: String) -> Response {
    http::Response::builder().status(status).body(body.into()).unwrap()
}

#[async_trait]
impl Transport for Connection {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let platform = &self.platform;
        let gate = CallInfo::of(&request).send_gate().clone();
        gate.arm();
        let is_healthy = *platform.is_healthy.lock().unwrap();
        let json: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        // Some messages get no connection.
        let is_refused = json["ref"].as_u64().unwrap() % 8 == 7;
        let case = match () {
            () if is_healthy => 0,
            () if is_refused => 11,
            () => platform.below(22),
        };
        sleep(Duration::from_millis(platform.below(30))).await;
        if case == 11 || !gate.commit() {
            return Err(TransportErrorKind::Connect.into());
        }
        // From here on, the request has left: what the platform does with it no longer depends on this process.
        let (latency, body) = (Duration::from_millis(1 + platform.below(200)), request.into_body());
        let is_taken = !matches!(case, 12..=16);
        let is_late = case == 17;
        let (answer, answered) = tokio::sync::oneshot::channel();
        let taker = Arc::clone(platform);
        tokio::spawn(async move {
            sleep(if is_late { REPLY_TIMEOUT * 2 } else { latency }).await;
            let id = is_taken.then(|| taker.accept(&body));
            drop(answer.send(id));
        });
        let is_lost = matches!(case, 12 | 13 | 16..=21);
        *platform.lost_replies.lock().unwrap() += u64::from(is_lost);
        let id = answered.await.ok().flatten();
        sleep(Duration::from_millis(platform.below(50))).await;
        let response = match case {
            12 | 18 => return Err(TransportErrorKind::Interrupted.into()),
            13 => reply(503, "busy".to_owned()),
            14 => reply(429, r#"{"status":"error","code":429,"message":"slow down"}"#.to_owned()),
            15 => reply(200, r#"{"status":"error","code":400,"message":"no"}"#.to_owned()),
            16 | 19 => std::future::pending().await,
            20 => reply(500, "failed".to_owned()),
            21 => {
                // A late reply to an earlier request of this process.
                let other = self.replied.lock().unwrap().last().cloned();
                let id = other.or(id).unwrap_or_default();
                reply(200, format!(r#"{{"status":"success","code":200,"data":{{"msg_id":"{id}"}}}}"#))
            }
            _ => {
                let id = id.unwrap_or_default();
                self.replied.lock().unwrap().push(id.clone());
                reply(200, format!(r#"{{"status":"success","code":200,"data":{{"msg_id":"{id}"}}}}"#))
            }
        };
        Ok(response)
    }
}

fn start(
    platform: &Arc<Platform>,
    store: &MemoryStore,
) -> (Relay, tokio::task::JoinHandle<()>, Arc<tokio::sync::Notify>) {
    let connection = Connection { platform: Arc::clone(platform), replied: Mutex::default() };
    let client = Client::builder(connection)
        .certification_code("5d1f")
        .validate(false)
        .attempt_timeout(REPLY_TIMEOUT)
        .build()
        .unwrap();
    let relay = Relay::builder(store.clone())
        .lease(LEASE)
        .retention(None)
        .client(client)
        .max_sends(PERMITS)
        .hold(HOLD)
        .send_retry_schedule([Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(4)])
        .evidence_pause(Duration::from_secs(1))
        .ask_without_receipt_after(None)
        .build();
    let stop = Arc::new(tokio::sync::Notify::new());
    let (running, stopped) = (relay.clone(), Arc::clone(&stop));
    let task = tokio::spawn(async move { running.run_until(stopped.notified()).await });
    *platform.relay.lock().unwrap() = Some(relay.clone());
    (relay, task, stop)
}

/// Runs one schedule. Returns numbers of what has happened, or what is wrong.
async fn schedule(seed: u64) -> Result<BTreeMap<&'static str, u64>, String> {
    fastrand::seed(seed);
    let mut rng = Rng::with_seed(seed);
    let (base, start_of_time) = (Timestamp::now(), Instant::now());
    let store = MemoryStore::with_clock(Clock::of(move || base + start_of_time.elapsed()));
    let platform = Arc::new(Platform {
        rng: Mutex::new(Rng::with_seed(seed ^ 0x5DEE_CE66)),
        is_healthy: Mutex::new(false),
        log: Mutex::default(),
        relay: Mutex::default(),
        lost_replies: Mutex::default(),
        start: start_of_time,
        base,
    });
    let (mut relay, mut task, mut stop) = start(&platform, &store);
    let count = rng.u64(1..14);
    let mut kills = 0;
    let mut sent_again = HashMap::new();
    for reference in 0..count {
        let (to, text) = (rng.u64(0..3), rng.u64(0..2));
        let body = format!(r#"{{"to":"8525123000{to}","type":"text","text":"text {text}","ref":{reference}}}"#);
        let document = Document::read(&Channel::WhatsApp, body);
        let mut message = OutboxMessage::of_document(format!("message-{reference}"), &document);
        assert!(message.recipient.is_some() && message.content.is_some());
        if rng.u8(0..6) == 0 {
            message = message.unordered();
        }
        if rng.u8(0..10) == 0 {
            message = message.with_not_after(platform.now() + Duration::from_millis(rng.u64(0..3000)));
        }
        relay.outbox().enqueue(message).await.map_err(|error| error.to_string())?;
        sleep(Duration::from_millis(rng.u64(0..400))).await;
        if rng.u8(0..3) == 0 {
            decide(&store, &mut rng, &mut sent_again).await?;
        }
        if rng.u8(0..5) == 0 {
            // A kill: everything that the process does ends at once.
            *platform.relay.lock().unwrap() = None;
            task.abort();
            drop(task.await);
            kills += 1;
            sleep(Duration::from_millis(rng.u64(0..8000))).await;
            (relay, task, stop) = start(&platform, &store);
        } else if rng.u8(0..12) == 0 {
            stop.notify_one();
            task.await.map_err(|error| error.to_string())?;
            (relay, task, stop) = start(&platform, &store);
        }
    }
    sleep(Duration::from_secs(5)).await;
    *platform.is_healthy.lock().unwrap() = true;
    let deadline = Instant::now() + Duration::from_mins(10);
    loop {
        let stats = relay.stats().await.map_err(|error| error.to_string())?.outbox;
        if stats.count(OutboxState::Queued) + stats.count(OutboxState::Sending) == 0 {
            break;
        }
        if Instant::now() > deadline {
            return Err(format!("messages are left: {stats:?}"));
        }
        sleep(Duration::from_secs(1)).await;
    }
    // Late webhooks, and a look for evidence.
    sleep(Duration::from_secs(15)).await;
    stop.notify_one();
    task.await.map_err(|error| error.to_string())?;
    // The relay has the client, which has the platform.
    *platform.relay.lock().unwrap() = None;
    let mut counts = check(&platform, &store, kills, &sent_again).await?;
    counts.insert("kills", kills);
    counts.insert("lost replies", *platform.lost_replies.lock().unwrap());
    Ok(counts)
}

/// Plays a person who decides about some unknown messages. Counts the messages that they have sent again.
async fn decide(store: &MemoryStore, rng: &mut Rng, sent_again: &mut HashMap<u64, usize>) -> Result<(), String> {
    let filter = OutboxFilter { state: Some(OutboxState::Unknown), limit: 1000, ..OutboxFilter::default() };
    for entry in store.messages(filter).await.map_err(|error| error.to_string())? {
        let by = "a person".to_owned();
        let decision = match rng.u8(0..4) {
            0 => Decision::Abandon { by },
            1 => Decision::SendAgain { by },
            _ => continue,
        };
        let is_again = matches!(decision, Decision::SendAgain { .. });
        let results = store.decide(vec![(entry.id, decision)]).await.map_err(|error| error.to_string())?;
        if is_again && results == [DecisionResult::Done] {
            *sent_again.entry(reference_of(&entry)).or_default() += 1;
        }
    }
    Ok(())
}

fn reference_of(entry: &OutboxEntry) -> u64 {
    entry.key.trim_start_matches("message-").parse().unwrap()
}

async fn check(
    platform: &Platform,
    store: &MemoryStore,
    kills: u64,
    sent_again: &HashMap<u64, usize>,
) -> Result<BTreeMap<&'static str, u64>, String> {
    let log = platform.log.lock().unwrap().clone();
    // The places and ids of each message in the log.
    let mut sends: HashMap<u64, Vec<(usize, &str)>> = HashMap::new();
    for (place, accepted) in log.iter().enumerate() {
        sends.entry(accepted.reference).or_default().push((place, &accepted.id));
    }
    for (reference, sends) in &sends {
        // Only a person sends a message again.
        if sends.len() > 1 + sent_again.get(reference).copied().unwrap_or_default() {
            return Err(format!("message {reference} was sent {} times", sends.len()));
        }
    }
    let filter = OutboxFilter { limit: 1000, ..OutboxFilter::default() };
    let entries = store.messages(filter).await.map_err(|error| error.to_string())?;
    let mut counts = BTreeMap::from([("sent again", sent_again.values().sum::<usize>() as u64)]);
    let mut last_of: HashMap<_, (u64, usize)> = HashMap::new();
    let mut unknown = 0;
    for entry in &entries {
        let reference = reference_of(entry);
        let sent = sends.get(&reference).map_or(&[][..], Vec::as_slice);
        *counts.entry(entry.state.as_str()).or_insert(0) += 1;
        if let Some(proof) = entry.proof.filter(|proof| *proof != Proof::Reply) {
            *counts.entry(proof.as_str()).or_insert(0) += 1;
        }
        unknown += u64::from(entry.state.is_unknown() || matches!(entry.proof, Some(Proof::Confirmed | Proof::Likely)));
        let has_id = sent.iter().any(|(_, id)| entry.message_id.as_deref() == Some(*id));
        match entry.state {
            OutboxState::Accepted if !has_id => {
                let (proof, id) = (entry.proof, &entry.message_id);
                return Err(format!("message {reference} counts as accepted by {proof:?}: {id:?}"));
            }
            state if entry.is_not_sent() && !sent.is_empty() => {
                return Err(format!("message {reference} is {}, but it was sent", state.as_str()));
            }
            state if state.is_final() || state.is_unknown() => {}
            state => return Err(format!("message {reference} is {}", state.as_str())),
        }
        // A person's decision lets later messages go.
        let is_decided = entry.state == OutboxState::Abandoned || sent_again.contains_key(&reference);
        if let (true, false, [(place, _)]) = (entry.is_ordered, is_decided, sent)
            && let Some((before, last)) = last_of.insert(entry.recipient, (reference, *place))
            && last > *place
        {
            return Err(format!("message {reference} was sent before {before}"));
        }
    }
    let most = kills * PERMITS as u64 + *platform.lost_replies.lock().unwrap();
    if unknown > most {
        return Err(format!("{unknown} messages were unknown, {most} are explained"));
    }
    Ok(counts)
}
