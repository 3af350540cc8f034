//! Chance that comes out the same for the same seed, whatever else happened before.

use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;

/// What chance is asked for. Each has a stream of its own, so a fault switched on changes no id.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Purpose {
    Code = 1,
    MessageId,
    Life,
    InboundId,
    TemplateId,
    Token,
    Fault,
    Hook,
    Webhook,
    File,
}

/// The seed of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// The chance of one thing of a purpose: the third message, say.
    pub(crate) fn rng(self, purpose: Purpose, number: u64) -> Rng {
        Rng::with_seed(mix(mix(mix(self.0) ^ purpose as u64) ^ number))
    }
}

/// A time out of a range, in whole milliseconds as the clock counts them; its start if the range is empty.
pub(crate) fn duration(rng: &mut Rng, range: &Range<Duration>) -> Duration {
    let span = range.end.saturating_sub(range.start);
    whole_millis(range.start + span.mul_f64(rng.f64()))
}

/// The same without what is less than a millisecond: a moment in between would never be reached by a virtual clock.
pub(crate) fn whole_millis(span: Duration) -> Duration {
    span.saturating_sub(Duration::from_nanos(u64::from(span.subsec_nanos() % 1_000_000)))
}

/// The finalizer of splitmix64: neighbours come out far apart.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
