//! The cases of the outbox. The log of a sandbox shows what was sent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use incs_model::Timestamp;
use incs_relay::store::{
    Decision, DecisionResult, OutboxEntry, OutboxFilter, OutboxId, OutboxState, Proof, Store, StoreError,
};
use incs_sandbox::SentMessage;
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::Value;

use crate::cases::{PATIENCE, Random};
use crate::child::LEASE;
use crate::platform::{OTHER, Platform, all_faults, slow, some_faults};
use crate::process::{Ports, Relay, request};
use crate::sender::{ENQUEUE, HOLD, HYPER, Order, PERMITS, PLAIN, reply_name};
use crate::store::{self, Case, Kind, sqlite_file};

/// The recipients of a load.
const RECIPIENTS: u64 = 10;
/// The pause after each enqueue of a recipient's messages.
const PAUSE: Duration = Duration::from_millis(80);

/// The error of a message whose sender was killed.
const KILLED: &str = "the sender ended before it recorded the outcome";

/// The messages of a load.
#[derive(Default)]
pub(crate) struct Accepted {
    /// The keys of messages whose enqueue was acknowledged.
    keys: Vec<String>,
    /// The names of the replies to customers' messages.
    replies: Vec<String>,
}

/// Runs a load while `work` runs. Each recipient's messages are enqueued one after the other, and each again until it is acknowledged.
pub(crate) fn under_load(platform: &Platform, work: impl FnOnce() -> Result<()>) -> Result<Accepted> {
    let is_over = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load: Vec<_> =
            (0..RECIPIENTS).map(|recipient| scope.spawn(move || load_one(platform, is_over, recipient))).collect();
        let result = work();
        is_over.store(true, Ordering::Relaxed);
        let mut all = Accepted::default();
        for one in load {
            let one = one.join().ok().context("the load panicked")??;
            all.keys.extend(one.keys);
            all.replies.extend(one.replies);
        }
        result.map(|()| all)
    })
}

fn load_one(platform: &Platform, is_over: &AtomicBool, recipient: u64) -> Result<Accepted> {
    let to = format!("6281300{recipient:06}");
    let mut accepted = Accepted::default();
    let mut number = 0;
    for round in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        if round % 4 == 1 {
            platform.send_other(&to)?;
        }
        if round % 4 == 0 {
            let text = round.to_string();
            platform.says(&to, &text)?;
            accepted.replies.push(reply_name(&to, &text));
        }
        let orders: Vec<_> = (0..=round % 3).map(|place| order(&to, number + place)).collect();
        let body = serde_json::to_string(&orders)?;
        while !is_over.load(Ordering::Relaxed) {
            match enqueue(&platform.children, &body) {
                Some(200) => {
                    number += orders.len() as u64;
                    accepted.keys.extend(orders.into_iter().map(|(key, ..)| key));
                    break;
                }
                None | Some(503) => std::thread::sleep(Duration::from_millis(3)),
                Some(429) => std::thread::sleep(PAUSE),
                Some(status) => anyhow::bail!("status {status}"),
            }
        }
        std::thread::sleep(PAUSE);
    }
    Ok(accepted)
}

/// Returns a message. Some have the same text as others to the same recipient, some are not ordered, and some end soon.
fn order(to: &str, number: u64) -> Order {
    let text = if number % 5 < 2 { "Hello.".to_owned() } else { format!("Message {number}.") };
    let end = (number % 11 == 5).then(|| Timestamp::now().as_millisecond() + 40);
    (format!("{to}/{number}"), to.to_owned(), text, number % 7 != 3, end)
}

fn enqueue(children: &Ports, body: &str) -> Option<u16> {
    request(children.next()?, "POST", ENQUEUE, body).ok().map(|(status, _)| status)
}

pub(crate) fn start(
    folder: &Path,
    platform: &Platform,
    transport: &str,
    crash: Option<(&str, usize)>,
) -> Result<Relay> {
    let relay = Relay::start_sender(folder, &platform.url()?, transport, HOLD, crash)?;
    platform.children.set(0, relay.port());
    Ok(relay)
}

/// Kills the child at a point, some times in a row, under load.
pub(crate) fn killed_at(kind: Kind, label: &str, kills: usize) -> Result<()> {
    let folder = Case::new(kind)?;
    let mut platform = Platform::start(some_faults())?;
    let is_within = ["send.first_byte", "send.whole_request", "send.reply_read"].contains(&label);
    let transport = if is_within { PLAIN } else { HYPER };
    let mut all = 0;
    let accepted = under_load(&platform, || {
        // So that there is something to expire.
        let before = label.starts_with("expire").then_some(("send.after", 9));
        let at = (0..kills).map(|kill| (label, passes(label, kill)));
        for (label, passes) in before.into_iter().chain(at) {
            let mut relay = start(folder.path(), &platform, transport, Some((label, passes)))?;
            let deadline = Instant::now() + PATIENCE;
            while !relay.has_ended()? {
                ensure!(Instant::now() < deadline, "{label} was not passed {passes} times");
                std::thread::sleep(Duration::from_millis(1));
            }
            platform.children.set(0, None);
            relay.wait_for_kill()?;
            all += 1;
        }
        Ok(())
    })?;
    drain_and_check(label, folder.path(), &mut platform, &accepted, all)
}

/// The pass at which a child is killed.
fn passes(label: &str, kill: usize) -> usize {
    match label.split_once('.').map_or(label, |(operation, _)| operation) {
        "expire" => 1,
        "decide" => 1 + kill % 2,
        _ => 12 + kill * 7 % 40,
    }
}

/// Kills the child at random moments for some time, with all faults, while a person cancels and abandons messages.
pub(crate) fn killed_at_random(kind: Kind, time: Duration) -> Result<()> {
    let folder = Case::new(kind)?;
    let mut platform = Platform::start(all_faults())?;
    let deadline = Instant::now() + time;
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut kills = 0;
    let accepted = under_load(&platform, || {
        while Instant::now() < deadline {
            let mut relay = start(folder.path(), &platform, HYPER, None)?;
            std::thread::sleep(Duration::from_millis(20 + random.next() % kind.life()));
            if kills % 3 == 0 {
                decide(folder.path())?;
            }
            relay.kill()?;
            platform.children.set(0, None);
            kills += 1;
        }
        Ok(())
    })?;
    ensure!(kills > 3 && accepted.keys.len() > 40, "{kills} kills, {} messages: too few", accepted.keys.len());
    drain_and_check("random kills of a sender", folder.path(), &mut platform, &accepted, kills)
}

/// Cancels a queued message and abandons a third of the unknown ones, beside the child.
#[tokio::main(flavor = "current_thread")]
async fn decide(folder: &Path) -> Result<()> {
    let store = store::attach(folder).await?;
    let by = || "a person".to_owned();
    let queued = list(&*store, Some(OutboxState::Queued)).await?;
    let unknown = list(&*store, Some(OutboxState::Unknown)).await?;
    let cancelled = queued.iter().take(1).map(|entry| (entry.id, Decision::Cancel { by: Some(by()) }));
    let abandoned = unknown.iter().filter(|entry| entry.id.0.is_multiple_of(3));
    let abandoned = abandoned.map(|entry| (entry.id, Decision::Abandon { by: by() }));
    match store.decide(cancelled.chain(abandoned).collect()).await {
        Ok(_) | Err(StoreError::Busy) => {}
        Err(error) => return Err(error.into()),
    }
    store.close().await;
    Ok(())
}

/// A sender that was stopped for longer than its lease records its late outcomes, and sends nothing that has become unknown.
pub(crate) fn stopped_past_its_lease(kind: Kind) -> Result<()> {
    const STOPS: u64 = 3;

    let folder = Case::new(kind)?;
    let mut platform = Platform::start(vec![slow(80)])?;
    let mut relay = start(folder.path(), &platform, HYPER, None)?;
    let mut lost = HashSet::new();
    let accepted = under_load(&platform, || {
        for _ in 0..STOPS {
            std::thread::sleep(Duration::from_millis(300));
            stop_unlocked(folder.path(), &relay)?;
            std::thread::sleep(LEASE * 2);
            lost.extend(expire(folder.path())?);
            relay.signal(Signal::CONT)?;
        }
        Ok(())
    })?;
    ensure!(lost.len() > 3, "{} messages became unknown: too few to show anything", lost.len());
    let entries = drain(folder.path(), &platform, &accepted, &mut relay)?;
    let sent = platform.sent()?;
    let sent = sent.iter().map(|sent| name_of(sent.body.as_bytes())).collect::<Result<HashSet<_>>>()?;
    let lost: Vec<_> = entries.iter().filter(|(one, name)| lost.contains(&one.id) && sent.contains(name)).collect();
    let late = lost.iter().filter(|(entry, _)| entry.proof == Some(Proof::Reply)).count();
    // Some may have waited for their reply for too long.
    ensure!(late > 0 && late * 2 > lost.len(), "the outcomes of {late} of {} messages were recorded late", lost.len());
    check("stopped sender", &mut platform, &entries, &accepted, STOPS)
}

/// Stops a child. With SQLite, at a moment at which it does not hold the write lock of the file; of a database, it never holds one.
fn stop_unlocked(folder: &Path, relay: &Relay) -> Result<()> {
    let Some(file) = sqlite_file(folder) else { return relay.signal(Signal::STOP) };
    let other = Connection::open(file)?;
    other.busy_timeout(Duration::from_millis(10))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        relay.signal(Signal::STOP)?;
        // The signal ends what a thread does only after a moment.
        std::thread::sleep(Duration::from_millis(20));
        if other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok() {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "the child always holds the lock");
        relay.signal(Signal::CONT)?;
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// Makes the messages of a stopped child unknown, and abandons every second one. Returns them.
#[tokio::main(flavor = "current_thread")]
async fn expire(folder: &Path) -> Result<Vec<OutboxId>> {
    let store = store::attach(folder).await?;
    store.expire_sends(HOLD, Duration::from_hours(1)).await?;
    let unknown = list(&*store, Some(OutboxState::Unknown)).await?;
    let decisions = unknown.iter().step_by(2).map(|entry| (entry.id, Decision::Abandon { by: "a person".to_owned() }));
    let results = store.decide(decisions.collect()).await?;
    ensure!(results.iter().all(|result| *result == DecisionResult::Done), "{results:?}");
    store.close().await;
    Ok(unknown.into_iter().map(|entry| entry.id).collect())
}

/// A child that is asked to end records the outcome of every message.
pub(crate) fn graceful_stop(kind: Kind) -> Result<()> {
    let folder = Case::new(kind)?;
    let mut platform = Platform::start(vec![slow(40)])?;
    let accepted = under_load(&platform, || {
        for stop in 0..4_u64 {
            let mut relay = start(folder.path(), &platform, HYPER, None)?;
            std::thread::sleep(Duration::from_millis(250 + stop * 37));
            relay.stop()?;
            platform.children.set(0, None);
            for state in [OutboxState::Sending, OutboxState::Unknown] {
                let left = count(folder.path(), &[state])?;
                ensure!(left == 0, "{left} messages are {} after a graceful stop", state.as_str());
            }
        }
        Ok(())
    })?;
    drain_and_check("graceful stops", folder.path(), &mut platform, &accepted, 0)
}

/// Returns the number of messages in some states.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn count(folder: &Path, states: &[OutboxState]) -> Result<u64> {
    let store = store::attach(folder).await?;
    let outbox = store.stats().await?.outbox;
    store.close().await;
    Ok(states.iter().map(|state| outbox.count(*state)).sum())
}

async fn list(store: &dyn Store, state: Option<OutboxState>) -> Result<Vec<OutboxEntry>> {
    Ok(store.messages(OutboxFilter { state, limit: usize::MAX >> 1, ..OutboxFilter::default() }).await?)
}

/// A message of the outbox with its name.
pub(crate) type Named = (OutboxEntry, String);

/// Starts a child without a crash, waits until everything was sent, and checks it.
pub(crate) fn drain_and_check(
    case: &str,
    folder: &Path,
    platform: &mut Platform,
    accepted: &Accepted,
    kills: u64,
) -> Result<()> {
    let mut relay = start(folder, platform, HYPER, None)?;
    // The faults end later, so that they are counted.
    let entries = drain(folder, platform, accepted, &mut relay)?;
    check(case, platform, &entries, accepted, kills)
}

/// Waits until nothing is queued, nothing is being sent and all replies are enqueued, and stops the child. Returns all messages.
pub(crate) fn drain(folder: &Path, platform: &Platform, accepted: &Accepted, relay: &mut Relay) -> Result<Vec<Named>> {
    let deadline = Instant::now() + PATIENCE;
    let mut last = None;
    let mut since = Instant::now();
    // The last webhooks may confirm a message.
    while since.elapsed() < Duration::from_millis(300) {
        ensure!(Instant::now() < deadline, "not everything was sent: {last:?}");
        let open = count(folder, &[OutboxState::Queued, OutboxState::Sending])?;
        // Listing them takes time.
        let replies = if open == 0 { replies(folder)? } else { 0 };
        let now = (open, count(folder, &[OutboxState::Unknown])?, replies);
        if last.replace(now) != Some(now) || open > 0 || now.2 < accepted.replies.len() {
            since = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    relay.stop()?;
    platform.children.set(0, None);
    read(folder)
}

/// Returns the number of replies that handlers have enqueued.
#[tokio::main(flavor = "current_thread")]
async fn replies(folder: &Path) -> Result<usize> {
    let store = store::attach(folder).await?;
    let all = list(&*store, None).await?;
    store.close().await;
    Ok(all.iter().filter(|entry| entry.key.starts_with("inbox/")).count())
}

#[tokio::main(flavor = "current_thread")]
async fn read(folder: &Path) -> Result<Vec<Named>> {
    let store = store::open(folder).await?;
    let mut entries = Vec::new();
    for entry in list(&*store, None).await? {
        let body = store.message_body(entry.id).await?.context("a message without a body")?;
        let name = name_of(&body)?;
        entries.push((entry, name));
    }
    store.close().await;
    Ok(entries)
}

fn name_of(body: &[u8]) -> Result<String> {
    let body: Value = serde_json::from_slice(body)?;
    let name = body.get("biz_opaque_callback_data").and_then(Value::as_str);
    Ok(name.context("a message without a name")?.to_owned())
}

/// Compares the messages of the outbox with the log of the platform, after everything was sent.
///
/// - No message is in the log twice.
/// - Each message whose enqueue was acknowledged is stored, with an end. Each customer's message has one reply.
/// - The messages that are unknown, or known by evidence only, are at most the permits of each kill and the lost replies.
/// - Each message that counts as accepted is in the log, under its id.
/// - No message that counts as not sent is in the log.
/// - The ordered messages to each recipient are in the log in their order.
pub(crate) fn check(
    case: &str,
    platform: &mut Platform,
    entries: &[Named],
    accepted: &Accepted,
    kills: u64,
) -> Result<()> {
    let (lost, faults) = platform.end_faults()?;
    let log = platform.sent()?;
    let mut by_name: HashMap<String, &SentMessage> = HashMap::new();
    let known: HashMap<_, _> = entries.iter().map(|(entry, name)| (name.as_str(), entry)).collect();
    let mut latest: BTreeMap<&str, &OutboxEntry> = BTreeMap::new();
    for sent in &log {
        let name = name_of(sent.body.as_bytes())?;
        if name == OTHER {
            continue;
        }
        let entry = known.get(name.as_str()).with_context(|| format!("{name} was sent and is not stored"))?;
        ensure!(by_name.insert(name.clone(), sent).is_none(), "{name} was sent twice: {entry:?}");
        if entry.is_ordered {
            let before = latest.insert(&sent.to, entry);
            ensure!(before.is_none_or(|before| before.id < entry.id), "{name} was sent after {before:?}: {entry:?}");
        }
    }
    ensure!(known.len() == entries.len(), "{} messages have {} names", entries.len(), known.len());
    for name in accepted.keys.iter().chain(&accepted.replies) {
        ensure!(known.contains_key(name.as_str()), "{name} was accepted and is not stored");
    }
    let by_proof = |proof| entries.iter().filter(|(entry, _)| entry.proof == Some(proof)).count() as u64;
    let in_state = |state| entries.iter().filter(|(entry, _)| entry.state == state).count() as u64;
    for (entry, name) in entries {
        let sent = by_name.get(name);
        match entry.state {
            OutboxState::Queued | OutboxState::Sending => anyhow::bail!("{name} is {}", entry.state.as_str()),
            OutboxState::Accepted => {
                let sent = sent.with_context(|| format!("accepted and not sent: {entry:?}"))?;
                let id = entry.message_id.as_deref();
                ensure!(id.is_none_or(|id| id == sent.id), "{name} was sent as {}: {entry:?}", sent.id);
                ensure!(id.is_some() || entry.proof == Some(Proof::Reply), "{name} has no id: {entry:?}");
            }
            _ => ensure!(!entry.is_not_sent() || sent.is_none(), "not sent, and in the log: {entry:?}"),
        }
        ensure!(entry.second_message_id.is_none(), "{name} has two ids: {entry:?}");
    }
    let (unknown, abandoned) = (in_state(OutboxState::Unknown), in_state(OutboxState::Abandoned));
    let confirmed = by_proof(Proof::Confirmed);
    println!(
        "{case}: {kills} kills, {lost} lost replies, {faults} other faults, {} messages, {} accepted, {confirmed} of them \
         confirmed, {unknown} unknown, {abandoned} abandoned, {} rejected, {} dead, {} expired, {} cancelled",
        entries.len(),
        in_state(OutboxState::Accepted),
        in_state(OutboxState::Rejected),
        in_state(OutboxState::Dead),
        in_state(OutboxState::Expired),
        in_state(OutboxState::Cancelled),
    );
    let likely = by_proof(Proof::Likely);
    ensure!(likely == 0, "{likely} messages are accepted by evidence that cannot be compared");
    let is_unclear = |entry: &&OutboxEntry| {
        entry.state.is_unknown() || entry.state == OutboxState::Abandoned || entry.proof == Some(Proof::Confirmed)
    };
    let unclear = || entries.iter().map(|(entry, _)| entry).filter(is_unclear);
    let of_kills = unclear().filter(|entry| entry.error.as_deref() == Some(KILLED)).count() as u64;
    let most = kills * PERMITS as u64;
    ensure!(of_kills <= most, "{of_kills} messages became unknown by {kills} kills, at most {most}");
    let others = unclear().count() as u64 - of_kills;
    ensure!(others <= lost, "{others} messages became unknown by {lost} lost replies");
    Ok(())
}
