//! The customers: each sends numbered messages one after the other, and repeats one until it is answered with 200.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use incs_relay::store::{ItemFilter, ItemState, OutboxFilter};

use crate::process::{Ports, post};
use crate::store;

/// The shared state of the senders.
#[derive(Default)]
pub(crate) struct Load {
    pub(crate) ports: Ports,
    pub(crate) is_over: AtomicBool,
    /// Webhooks that were answered with 200, and webhooks that were not.
    pub(crate) accepted: AtomicU64,
    pub(crate) refused: AtomicU64,
    /// The webhooks that were answered with 200, each once.
    answered: Mutex<HashSet<Identity>>,
}

impl Load {
    /// Sends messages of some customers until the load is over or each has sent `most`. Returns how many each has sent.
    pub(crate) fn send(
        &self,
        customers: u64,
        most: u64,
        behaviour: impl Fn(u64, u64) -> String + Sync,
    ) -> BTreeMap<String, u64> {
        std::thread::scope(|scope| {
            let senders: Vec<_> = (0..customers)
                .map(|customer| {
                    let behaviour = &behaviour;
                    scope.spawn(move || (number_of(customer), self.send_one(customer, most, behaviour)))
                })
                .collect();
            senders.into_iter().filter_map(|sender| sender.join().ok()).collect()
        })
    }

    /// Sends messages of some customers while `work` runs. Returns how many each has sent.
    pub(crate) fn during(
        &self,
        customers: u64,
        behaviour: impl Fn(u64, u64) -> String + Sync,
        work: impl FnOnce() -> Result<()>,
    ) -> Result<BTreeMap<String, u64>> {
        std::thread::scope(|scope| {
            let sender = scope.spawn(|| self.send(customers, u64::MAX, &behaviour));
            let result = work();
            self.is_over.store(true, Ordering::Relaxed);
            let sent = sender.join().ok().context("a sender panicked");
            result.and(sent)
        })
    }

    fn send_one(&self, customer: u64, most: u64, behaviour: &(impl Fn(u64, u64) -> String + Sync)) -> u64 {
        let mut sent = 0;
        while sent < most && !self.is_over.load(Ordering::Relaxed) {
            let text = format!("{} {}", sent + 1, behaviour(customer, sent + 1));
            let body = body(&number_of(customer), sent + 1, &text);
            let other = other_callback(&number_of(customer), sent + 1, &text);
            // Some webhooks come twice, and some in the other callback before or after.
            if sent % 4 == 1 {
                self.post(&other);
            }
            if self.post(&body) {
                sent += 1;
                if sent % 5 == 0 {
                    self.post(&body);
                }
                if sent % 3 == 0 {
                    self.post(&other);
                }
            }
        }
        sent
    }

    fn post(&self, body: &str) -> bool {
        let port = self.ports.next();
        let is_accepted = port.is_some_and(|port| post(port, body).is_ok_and(|status| status == 200));
        if is_accepted {
            self.accepted.fetch_add(1, Ordering::Relaxed);
            self.answered.lock().unwrap_or_else(PoisonError::into_inner).extend(identity(body));
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(3));
        }
        is_accepted
    }
}

pub(crate) fn number_of(customer: u64) -> String {
    format!("6281200{customer:06}")
}

fn id(customer: &str, number: u64) -> String {
    format!("wamid.{customer}.{number}")
}

/// The body of a `new_message`.
pub(crate) fn body(customer: &str, number: u64, text: &str) -> String {
    let id = id(customer, number);
    format!(
        r#"{{"event":"new_message","channel_id":30112,"message":{{"messaging_product":"whatsapp","contacts":[{{"wa_id":"{customer}","profile":{{"name":"Rina"}}}}],"messages":[{{"from":"{customer}","id":"{id}","timestamp":"1764547200","type":"text","text":{{"body":"{text}"}}}}]}}}}"#
    )
}

/// The body of a `message_created` for the same message.
fn other_callback(customer: &str, number: u64, text: &str) -> String {
    let (id, number) = (id(customer, number), customer.parse::<u64>().unwrap_or_default() * 100_000 + number);
    format!(
        r#"{{"event":"message_created","message":{{"id":{number},"auth_id":30112,"conversation_id":2210,"session_type":1,"send_id":"30112_{customer}","recv_id":"staff_2044","type":101,"custom_type":0,"custom_id":0,"channel_msg_id":"{id}","channel_status":0,"content":{{"content":"{text}"}},"error":"","source":0}}}}"#
    )
}

/// The kind of a webhook (true for `message_created`), and the id of its message.
type Identity = (bool, String);

/// Returns the identity that a body or the bytes of an item have.
fn identity(text: &str) -> Option<Identity> {
    let (_, rest) = text.split_once("wamid.")?;
    Some((text.contains("channel_msg_id"), rest.split_once('"')?.0.to_owned()))
}

/// Checks that each webhook that was answered with 200 is stored once. Returns their number.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn check_answered(folder: &Path, load: &Load) -> Result<usize> {
    let store = store::attach(folder).await?;
    let items = store.read(None, usize::MAX >> 1).await?;
    store.close().await;
    let mut stored: HashMap<Identity, usize> = HashMap::new();
    for item in items {
        let raw = item.raw.context("an item without bytes")?;
        *stored.entry(identity(std::str::from_utf8(&raw)?).context("an item of another test")?).or_default() += 1;
    }
    let answered = load.answered.lock().unwrap_or_else(PoisonError::into_inner);
    for webhook in &*answered {
        let times = stored.get(webhook).copied().unwrap_or_default();
        ensure!(times == 1, "{webhook:?} was answered with 200 and is stored {times} times");
    }
    Ok(answered.len())
}

/// Checks the file of the handlers and the store after everything has drained.
///
/// - Each message that was answered with 200 was handled.
/// - No message was handled before the one before it.
/// - Repeats are at most `repeats`.
/// - The store has one item for each webhook, and all are done. Nothing waits in a spool.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn check(folder: &Path, sent: &BTreeMap<String, u64>, repeats: u64) -> Result<()> {
    let log = std::fs::read_to_string(folder.join("handled")).unwrap_or_default();
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    let mut repeated = 0;
    for line in log.lines() {
        let (customer, number) = line.split_once(' ').context("a line that is not whole")?;
        let number: u64 = number.parse()?;
        let last = last.entry(customer).or_default();
        ensure!(number <= *last + 1, "{customer}: {number} was handled after {last}");
        repeated += u64::from(number <= *last);
        *last = number.max(*last);
    }
    for (customer, sent) in sent {
        let handled = last.get(&**customer).copied().unwrap_or_default();
        ensure!(handled >= *sent, "{customer}: {sent} messages were answered with 200, {handled} were handled");
    }
    ensure!(repeated <= repeats, "{repeated} repeats, at most {repeats}");
    let store = store::open(folder).await?;
    let spooled = store.spooled().map_or(0, |spooled| spooled.deliveries);
    ensure!(spooled == 0, "{spooled} webhooks wait in the spool");
    let items = store.list(ItemFilter { limit: usize::MAX >> 1, ..ItemFilter::default() }).await?;
    let keys: HashSet<_> = items.iter().map(|item| item.dedup_key).collect();
    ensure!(keys.len() == items.len(), "a deduplication key is stored twice");
    let open: Vec<_> = items.iter().filter(|item| item.state != ItemState::Done).collect();
    ensure!(open.is_empty(), "items are left: {open:?}");
    let handled: u64 = last.values().sum();
    let queued = store.messages(OutboxFilter { limit: usize::MAX >> 1, ..OutboxFilter::default() }).await?;
    let replies = queued.iter().filter(|message| message.key.starts_with("inbox/")).count();
    ensure!(replies as u64 == handled, "{handled} messages were handled, {replies} replies are enqueued");
    store.close().await;
    Ok(())
}
