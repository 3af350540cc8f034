//! Adapters and examples; over real HTTP, with curl as the sender.

mod layer;
mod process;
mod raw;
mod requests;
mod sender;
mod served;
mod table;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::mpsc::Receiver as Lines;
use std::time::Duration;

use incs_webhook::{Delivery, Item, ItemOutcome};

/// More than any machine needs, and the end of a test that would wait for ever.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server on loopback that ends when this is dropped.
struct Server {
    address: SocketAddr,
    /// The items that its handler received, one per line.
    seen: Lines<String>,
    /// The status of its response to GET.
    status_of_get: u16,
    _life: Box<dyn std::any::Any>,
}

impl Server {
    fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// The next lines, which must come before any other.
    fn assert_saw(&self, lines: &[String]) {
        for line in lines {
            assert_eq!(&self.seen.recv_timeout(PATIENCE).unwrap(), line);
        }
    }
}

/// The line that a handler writes for an item, as in the examples.
fn line(item: &Item) -> String {
    let mut line = String::new();
    let key = item.dedup_key().map_or_else(|| "none".to_owned(), |key| key.to_string());
    match item.outcome() {
        ItemOutcome::Parsed(_) => write!(line, "understood {:?}, key {key}", item.pointer()),
        ItemOutcome::Malformed(fault) => write!(line, "kept {:?}: {fault}", item.pointer()),
        ItemOutcome::Unknown => write!(line, "kept {:?}: unknown", item.pointer()),
    }
    .unwrap();
    line
}

/// Returns the items of a body that a handler should receive.
fn lines(body: &[u8]) -> Vec<String> {
    let headers: [(&str, &str); 0] = [];
    let delivery = Delivery::new(&headers, body);
    delivery.verify(&sender::Anyone, sender::now()).unwrap().parse().iter().map(line).collect()
}

fn read_status(id: &str, state: &str) -> Vec<u8> {
    format!(r#"{{"event":"message_status_update","message_id":"{id}","message_status":"{state}"}}"#).into_bytes()
}
