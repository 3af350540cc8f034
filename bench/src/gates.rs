//! The limits: the maximum cost of a case relative to its baseline.
//!
//! Only instructions and allocations have limits, since they do not depend on the load of the machine.

/// A limit on the ratio of two cases.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// The limit in words.
    pub description: &'static str,
    /// The case measured.
    pub case: &'static str,
    /// The baseline case.
    pub baseline: &'static str,
    /// Maximum ratio of instructions to the baseline.
    pub max_ratio: f64,
    /// Maximum number of allocations beyond the baseline.
    pub max_extra_allocations: Option<i64>,
}

/// Content that comes before its tag, as in a WhatsApp text, is kept as raw text until the tag is read: three allocations.
const fn reading(description: &'static str, case: &'static str, baseline: &'static str) -> Gate {
    Gate { description, case, baseline, max_ratio: 1.30, max_extra_allocations: Some(3) }
}

/// All limits.
pub const GATES: &[Gate] = &[
    reading("reading a text of the workbench", "read/created-text/ours", "read/created-text/derive"),
    reading("reading an image of the workbench", "read/created-image/ours", "read/created-image/derive"),
    reading("reading a WhatsApp list reply", "read/list-reply/ours", "read/list-reply/derive"),
    reading("reading a WhatsApp text", "read/whatsapp-text/ours", "read/whatsapp-text/derive"),
    reading("reading a status update", "read/status-failed/ours", "read/status-failed/derive"),
    Gate {
        description: "writing a carousel of 10 cards",
        case: "write/carousel/ours",
        baseline: "write/carousel/derive",
        max_ratio: 1.15,
        max_extra_allocations: Some(1),
    },
    Gate {
        description: "checking a carousel of 10 cards, against writing it",
        case: "check/carousel/ours",
        baseline: "write/carousel/ours",
        max_ratio: 0.50,
        max_extra_allocations: Some(0),
    },
    Gate {
        description: "parsing a delivery of 100 items, against 100 deliveries of one",
        case: "parse/batch/hundred-items",
        baseline: "parse/batch/hundred-deliveries",
        max_ratio: 1.10,
        max_extra_allocations: Some(0),
    },
    Gate {
        description: "sending a text over hyper",
        case: "send/hyper/ours",
        baseline: "send/hyper/by-hand",
        max_ratio: 1.10,
        max_extra_allocations: None,
    },
];
