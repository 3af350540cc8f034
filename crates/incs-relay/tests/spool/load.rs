//! The customers: each sends numbered messages one after the other, and repeats one until it is answered with 200.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use incs_relay::store::StoredItem;

use crate::child::request;

/// The shared state of the customers.
#[derive(Default)]
pub(crate) struct Load {
    /// The port of the running child, or 0.
    pub(crate) port: AtomicU16,
    pub(crate) is_over: AtomicBool,
    /// Webhooks that were answered with 200, webhooks that were not, and those among them that were answered.
    pub(crate) accepted: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) unavailable: AtomicU64,
}

impl Load {
    /// Sends messages of some customers until the load is over. Returns how many each has sent.
    pub(crate) fn send(&self, customers: u64) -> BTreeMap<String, u64> {
        std::thread::scope(|scope| {
            let send = |customer| scope.spawn(move || self.send_one(format!("6281200{customer:06}")));
            let senders: Vec<_> = (0..customers).map(send).collect();
            senders.into_iter().filter_map(|sender| sender.join().ok()).collect()
        })
    }

    fn send_one(&self, customer: String) -> (String, u64) {
        let mut sent = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            let body = body(&customer, sent + 1);
            if self.post(&body) {
                sent += 1;
                // Some webhooks come twice.
                if sent % 5 == 0 {
                    self.post(&body);
                }
            }
        }
        (customer, sent)
    }

    fn post(&self, body: &str) -> bool {
        let port = self.port.load(Ordering::Relaxed);
        let status = if port == 0 { None } else { request(port, "POST", "/incs/s3cret", body).ok() };
        let is_accepted = status.as_ref().is_some_and(|(status, _)| *status == 200);
        if is_accepted {
            self.accepted.fetch_add(1, Ordering::Relaxed);
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            self.unavailable.fetch_add(u64::from(status.is_some()), Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(3));
        }
        is_accepted
    }
}

/// The body of a `new_message`, with the customer and the number as its text.
fn body(customer: &str, number: u64) -> String {
    format!(
        r#"{{"event":"new_message","channel_id":30112,"message":{{"messaging_product":"whatsapp","contacts":[{{"wa_id":"{customer}","profile":{{"name":"Rina"}}}}],"messages":[{{"from":"{customer}","id":"wamid.{customer}.{number}","timestamp":"1764547200","type":"text","text":{{"body":"{customer} {number}"}}}}]}}}}"#
    )
}

/// Checks the store and the file of the handlers after everything was forwarded and handled.
///
/// - Each message that was answered with 200 is in the store once, in the order of its customer.
/// - It was handled, and none was handled before the one before it.
pub(crate) fn check(folder: &Path, items: &[StoredItem], sent: &BTreeMap<String, u64>) -> Result<()> {
    let mut stored: HashMap<String, u64> = HashMap::new();
    for item in items {
        let raw = item.raw.as_deref().context("an item without bytes")?;
        let (customer, number) = message(std::str::from_utf8(raw)?).context("an item without a text")?;
        let last = stored.entry(customer.clone()).or_default();
        ensure!(number == *last + 1, "{customer}: {number} is stored after {last}");
        *last = number;
    }
    let log = std::fs::read_to_string(folder.join("handled")).unwrap_or_default();
    let mut handled: HashMap<&str, u64> = HashMap::new();
    for line in log.lines() {
        let (customer, number) = line.split_once(' ').context("a line that is not whole")?;
        let number: u64 = number.parse()?;
        let last = handled.entry(customer).or_default();
        ensure!(number <= *last + 1, "{customer}: {number} was handled after {last}");
        *last = number.max(*last);
    }
    for (customer, sent) in sent {
        let stored = stored.get(customer).copied().unwrap_or_default();
        let handled = handled.get(&**customer).copied().unwrap_or_default();
        ensure!(stored >= *sent, "{customer}: {sent} messages were answered with 200, {stored} are stored");
        ensure!(handled == stored, "{customer}: {stored} messages are stored, {handled} were handled");
    }
    Ok(())
}

/// Returns the customer and the number in the bytes of an item.
fn message(raw: &str) -> Option<(String, u64)> {
    let (_, text) = raw.split_once(r#""body":""#)?;
    let (customer, number) = text.split_once('"')?.0.split_once(' ')?;
    Some((customer.to_owned(), number.parse().ok()?))
}
