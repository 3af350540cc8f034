//! The limits: the maximum cost of a case relative to its baseline.
//!
//! Only instructions and allocations have limits, since they do not depend on the load of the machine.

/// The limit is this much above the expected ratio: code generation differs a little between compilers, and even between folders.
const SLACK: f64 = 1.1;

/// The expected ratio of two cases, and the limits that follow from it.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// The limit in words.
    pub description: &'static str,
    /// The case measured.
    pub case: &'static str,
    /// The baseline case.
    pub baseline: &'static str,
    /// Expected ratio of instructions to the baseline. Lower it when the code gets faster.
    pub expected: f64,
    /// Maximum number of allocations beyond the baseline.
    pub max_extra_allocations: Option<i64>,
}

impl Gate {
    /// Returns the maximum ratio of instructions to the baseline.
    pub fn max_ratio(&self) -> f64 {
        self.expected * SLACK
    }
}

/// One more than the exact type, for a body that is read as any event.
const READING: Option<i64> = Some(1);

/// All limits.
pub const GATES: &[Gate] = &[
    Gate {
        description: "reading a text of the workbench",
        case: "read/created-text/ours",
        baseline: "read/created-text/derive",
        expected: 1.30,
        max_extra_allocations: READING,
    },
    Gate {
        description: "reading an image of the workbench",
        case: "read/created-image/ours",
        baseline: "read/created-image/derive",
        expected: 1.12,
        max_extra_allocations: READING,
    },
    Gate {
        description: "reading a WhatsApp list reply",
        case: "read/list-reply/ours",
        baseline: "read/list-reply/derive",
        expected: 1.20,
        max_extra_allocations: READING,
    },
    Gate {
        description: "reading a WhatsApp text",
        case: "read/whatsapp-text/ours",
        baseline: "read/whatsapp-text/derive",
        expected: 1.30,
        max_extra_allocations: READING,
    },
    Gate {
        description: "reading a status update",
        case: "read/status-failed/ours",
        baseline: "read/status-failed/derive",
        expected: 1.25,
        max_extra_allocations: READING,
    },
    Gate {
        description: "writing a carousel of 10 cards",
        case: "write/carousel/ours",
        baseline: "write/carousel/derive",
        expected: 1.03,
        max_extra_allocations: Some(1),
    },
    Gate {
        description: "checking a carousel of 10 cards, against writing it",
        case: "check/carousel/ours",
        baseline: "write/carousel/ours",
        expected: 0.46,
        max_extra_allocations: Some(0),
    },
    Gate {
        description: "parsing a delivery of 100 items, against 100 deliveries of one",
        case: "parse/batch/hundred-items",
        baseline: "parse/batch/hundred-deliveries",
        expected: 0.60,
        max_extra_allocations: Some(0),
    },
    Gate {
        description: "sending a text over hyper",
        case: "send/hyper/ours",
        baseline: "send/hyper/by-hand",
        expected: 1.07,
        max_extra_allocations: None,
    },
];
