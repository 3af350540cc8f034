//! The promises: which case costs at most how much of which baseline.
//!
//! Only instructions and allocations are promised, since they do not depend on what else the machine does.

/// A promise about two cases.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// The promise in words.
    pub promise: &'static str,
    /// The case measured.
    pub case: &'static str,
    /// The case it is measured against.
    pub baseline: &'static str,
    /// At most so many times the instructions of the baseline.
    pub most: f64,
    /// At most so many allocations more than the baseline.
    pub more_allocations: Option<i64>,
}

/// Content that comes before its tag, as in a WhatsApp text, is kept as raw text until the tag is read: three allocations.
const fn reading(promise: &'static str, case: &'static str, baseline: &'static str) -> Gate {
    Gate { promise, case, baseline, most: 1.30, more_allocations: Some(3) }
}

/// Every promise.
pub const GATES: &[Gate] = &[
    reading("reading a text of the workbench", "read/created-text/ours", "read/created-text/derive"),
    reading("reading an image of the workbench", "read/created-image/ours", "read/created-image/derive"),
    reading("reading a WhatsApp list reply", "read/list-reply/ours", "read/list-reply/derive"),
    reading("reading a WhatsApp text", "read/whatsapp-text/ours", "read/whatsapp-text/derive"),
    reading("reading a status update", "read/status-failed/ours", "read/status-failed/derive"),
    Gate {
        promise: "writing a carousel of 10 cards",
        case: "write/carousel/ours",
        baseline: "write/carousel/derive",
        most: 1.15,
        more_allocations: Some(1),
    },
    Gate {
        promise: "checking a carousel of 10 cards, against writing it",
        case: "check/carousel/ours",
        baseline: "write/carousel/ours",
        most: 0.50,
        more_allocations: Some(0),
    },
    Gate {
        promise: "parsing a delivery of 100 items, against 100 deliveries of one",
        case: "parse/batch/hundred-items",
        baseline: "parse/batch/hundred-deliveries",
        most: 1.10,
        more_allocations: Some(0),
    },
    Gate {
        promise: "sending a text over hyper",
        case: "send/hyper/ours",
        baseline: "send/hyper/by-hand",
        most: 1.10,
        more_allocations: None,
    },
];
