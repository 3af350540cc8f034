//! The promises: which case may cost how much of which other.

/// A promise about two cases.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// What is promised, for people.
    pub promise: &'static str,
    /// The case measured.
    pub case: &'static str,
    /// The case it is measured against.
    pub baseline: &'static str,
    /// At most so many times the instructions of the baseline.
    pub most: f64,
    /// At most so many allocations more than the baseline; for writing, at most so many in all.
    pub allocations: Allocations,
}

/// A bound on allocations.
#[derive(Debug, Clone, Copy)]
pub enum Allocations {
    /// At most so many more than the baseline.
    Over(i64),
    /// At most so many in all.
    Total(i64),
    /// Not bounded.
    Any,
}

const fn read(promise: &'static str, case: &'static str, baseline: &'static str, most: f64) -> Gate {
    Gate { promise, case, baseline, most, allocations: Allocations::Over(1) }
}

const fn against_untagged(promise: &'static str, case: &'static str, baseline: &'static str) -> Gate {
    Gate { promise, case, baseline, most: 1.0 / 1.3, allocations: Allocations::Any }
}

const fn send(promise: &'static str, case: &'static str, baseline: &'static str, most: f64) -> Gate {
    Gate { promise, case, baseline, most, allocations: Allocations::Any }
}

/// Every promise of `incs-client`.
pub const CLIENT: &[Gate] = &[
    send("a send through the client, against bare hyper-util", "send/hyper/text/typed", "send/hyper/text/bare", 1.20),
    send("a send through the client, against bare reqwest", "send/reqwest/text/typed", "send/reqwest/text/bare", 1.10),
];

const fn receive(promise: &'static str, case: &'static str, baseline: &'static str) -> Gate {
    Gate { promise, case, baseline, most: 1.30, allocations: Allocations::Over(2) }
}

/// Every promise of `incs-webhook`.
pub const WEBHOOK: &[Gate] = &[
    receive(
        "receiving a WhatsApp list reply of 1 KB, against HMAC and a bare read",
        "webhook/list-reply/ours",
        "webhook/list-reply/bare",
    ),
    receive(
        "receiving an image of the workbench, against the same",
        "webhook/created-image/ours",
        "webhook/created-image/bare",
    ),
    receive(
        "receiving a text of Exotel of 1 KB, against the same",
        "webhook/exotel-text/ours",
        "webhook/exotel-text/bare",
    ),
    Gate {
        promise: "checking a signature, against SHA-256 of the body",
        case: "webhook/check/verify",
        baseline: "webhook/check/digest",
        most: 1.25,
        allocations: Allocations::Over(0),
    },
    Gate {
        promise: "a delivery of 100 items, against 100 deliveries of one",
        case: "webhook/batch/hundred-items",
        baseline: "webhook/batch/hundred-deliveries",
        most: 1.10,
        allocations: Allocations::Over(0),
    },
];

/// Every promise of `incs-model`.
pub const MODEL: &[Gate] = &[
    read(
        "a text of the workbench, through the union",
        "read/created-text/plain/union",
        "read/created-text/plain/right-type",
        1.15,
    ),
    read("the same as PHP writes it", "read/created-text/php/union", "read/created-text/php/right-type", 1.15),
    read(
        "an image of the workbench, through the union",
        "read/created-image/plain/union",
        "read/created-image/plain/right-type",
        1.15,
    ),
    read("the same as PHP writes it", "read/created-image/php/union", "read/created-image/php/right-type", 1.15),
    read(
        "a WhatsApp list reply, through the unions",
        "read/list-reply/plain/union",
        "read/list-reply/plain/right-type",
        1.15,
    ),
    read("the same as PHP writes it", "read/list-reply/php/union", "read/list-reply/php/right-type", 1.15),
    read("a status update, through the union", "read/status/plain/union", "read/status/plain/right-type", 1.25),
    read("the same as PHP writes it", "read/status/php/union", "read/status/php/right-type", 1.25),
    against_untagged(
        "a text of the workbench, against untagged",
        "read/created-text/plain/union",
        "read/created-text/plain/untagged",
    ),
    against_untagged(
        "an image of the workbench, against untagged",
        "read/created-image/plain/union",
        "read/created-image/plain/untagged",
    ),
    against_untagged(
        "a WhatsApp list reply, against untagged",
        "read/list-reply/plain/union",
        "read/list-reply/plain/untagged",
    ),
    Gate {
        promise: "writing a carousel of 10 cards, against hand-formatted text",
        case: "write/carousel/encode",
        baseline: "write/carousel/by-hand",
        most: 1.6,
        allocations: Allocations::Total(2),
    },
    Gate {
        promise: "checking a carousel of 10 cards, against writing it",
        case: "check/carousel/validate",
        baseline: "write/carousel/encode",
        most: 0.15,
        allocations: Allocations::Total(0),
    },
];
