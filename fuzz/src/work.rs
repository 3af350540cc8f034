//! Bounds the work on a body.

use std::time::{Duration, Instant};

use incs_webhook::Batch;

use crate::body::verified;

/// The size of the bodies in bytes, which makes quadratic work visible.
const LENGTH: usize = 256 * 1024;

/// The largest number of bytes that all methods may return for each byte of a body. An element of two bytes becomes an item with a few
/// hundred bytes of `Debug`, several times. A copy of the body for each element is more than a hundred times that.
const MAX_BYTES: usize = 2_000;

/// The largest duration for a body, a hundred times the usual one.
const MAX_TIME: Duration = Duration::from_secs(10);

/// The text before, between and after the repeated bytes.
const FORMS: [[&str; 3]; 8] = [
    ["{\"event\":\"new_message\",\"message\":{\"messaging_product\":\"whatsapp\",\"messages\":[", ",", "]}}"],
    ["{\"event\":\"new_message\",\"message\":{\"messaging_product\":\"whatsapp\",\"history\":[", "", "]}}"],
    ["{\"event\":\"new_message\",\"message\":{\"contacts\":[{\"wa_id\":\"1\"}],", ",", "}}"],
    ["{\"event\":\"new_message\",\"message\":{\"messages\":[{\"id\":\"", "", "\"}]}}"],
    ["{\"rcs\":{\"messages\":[", ",", "]}}"],
    ["{\"sms\":{\"messages\":[", "", "]}}"],
    ["{\"event\":", "", "}"],
    ["", "", ""],
];

/// Repeats the bytes after the first one in a form that the first byte chooses, and bounds the work on that body.
pub fn check(script: &[u8]) {
    let Some((first, unit)) = script.split_first() else { return };
    let [before, between, after] = FORMS[usize::from(*first) % FORMS.len()];
    let count = LENGTH / (unit.len() + between.len()).max(1);
    let repeated = vec![unit; count].join(between.as_bytes());
    check_body(&[before.as_bytes(), &repeated, after.as_bytes()].concat());
}

/// Bounds the work on a body: the bytes that all methods return, and the time.
pub fn check_body(body: &[u8]) {
    let Some(verified) = verified(body) else { return };
    let start = Instant::now();
    let batch = verified.parse();
    let bytes = returned(&batch);
    assert!(bytes / MAX_BYTES <= body.len() + 16, "{bytes} bytes of a body of {}", body.len());
    assert!(start.elapsed() < MAX_TIME, "{:?} for a body of {} bytes", start.elapsed(), body.len());
}

/// Returns the number of bytes that all methods return when each is called once on every item.
fn returned(batch: &Batch) -> usize {
    let mut bytes = format!("{batch:?}").len();
    bytes += batch.unparsed().map(|item| item.raw().len()).sum::<usize>();
    bytes += batch.delivery_updates().map(|fact| format!("{fact:?}").len()).sum::<usize>();
    bytes += batch.inbound().map(|inbound| serde_json::to_string(&inbound).map_or(0, |json| json.len())).sum::<usize>();
    for item in batch {
        bytes += format!("{item:?}").len() + item.raw().len() + item.pointer().len();
        bytes += item.kind().map_or(0, |kind| kind.len()) + item.error_pointer().map_or(0, |pointer| pointer.len());
        bytes += item.inbound().map_or(0, |inbound| serde_json::to_string(&inbound).map_or(0, |json| json.len()));
        bytes +=
            format!("{:?}", (item.event(), item.outcome(), item.delivery_update(), item.dedup_key(), item.provider()))
                .len();
        bytes += format!("{:?}", item.clone().into_outcome()).len();
    }
    bytes
}
