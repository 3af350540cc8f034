//! Random numbers and ids that depend only on the seed, the purpose and a number.

use std::ops::Range;
use std::time::Duration;

use data_encoding::BASE64;
use fastrand::Rng;
use incs_model::Timestamp;

use crate::channel::Channel;

/// The purpose of a random number. Each purpose has its own stream, so an active fault changes no id.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Purpose {
    MessageId = 2,
    Plan,
    InboundId,
    TemplateId,
    Token,
    Fault,
    RetryWait,
    WebhookId,
    File,
}

/// The seed of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// Returns the random number generator for one thing of a purpose, for example the third message.
    pub(crate) fn rng(self, purpose: Purpose, number: u64) -> Rng {
        Rng::with_seed(mix(mix(mix(self.0) ^ purpose as u64) ^ number))
    }
}

/// Returns a random time within a range, in whole milliseconds like the clock; the start of an empty range.
pub(crate) fn duration(rng: &mut Rng, range: &Range<Duration>) -> Duration {
    let span = range.end.saturating_sub(range.start);
    whole_millis(range.start.saturating_add(seconds(span.as_secs_f64() * rng.f64())))
}

/// Converts seconds to a duration: zero for negative numbers and NaN, the longest duration for numbers beyond it.
pub(crate) fn seconds(seconds: f64) -> Duration {
    let is_beyond = seconds > 0.0;
    Duration::try_from_secs_f64(seconds).unwrap_or(if is_beyond { Duration::MAX } else { Duration::ZERO })
}

/// Rounds down to whole milliseconds, since a virtual clock never stops in between.
pub(crate) fn whole_millis(span: Duration) -> Duration {
    span.saturating_sub(Duration::from_nanos(u64::from(span.subsec_nanos() % 1_000_000)))
}

/// Returns the id of an outbound message.
pub(crate) fn outbound_id(channel: Channel, number: &str, now: Timestamp, rng: &mut Rng) -> String {
    match channel {
        Channel::WhatsApp => wamid(number, 0x11, rng),
        Channel::Viber => uuid(rng.u128(..), 3),
        Channel::Rcs => uuid_v7(now, rng),
    }
}

/// Returns the id of a customer's message.
pub(crate) fn inbound_id(channel: Channel, number: &str, now: Timestamp, rng: &mut Rng) -> String {
    match channel {
        Channel::WhatsApp => wamid(number, 0x12, rng),
        Channel::Viber | Channel::Rcs => uuid_v7(now, rng),
    }
}

/// Formats 128 bits as a UUID of a version.
pub(crate) fn uuid(bits: u128, version: u128) -> String {
    let bits = (bits & !(0xf << 76) & !(0b11 << 62)) | (version << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// Returns a UUID whose first 48 bits are the time.
fn uuid_v7(now: Timestamp, rng: &mut Rng) -> String {
    let millis = u128::try_from(now.as_millisecond()).unwrap_or_default();
    uuid((millis << 80) | (rng.u128(..) >> 48), 7)
}

/// Returns `wamid.` with base64 of the customer's number and eighteen hexadecimal digits (form sampled).
fn wamid(number: &str, direction: u8, rng: &mut Rng) -> String {
    let mut bytes = vec![0x1c, 0x18, u8::try_from(number.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(number.as_bytes());
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, direction, 0x18, 0x12]);
    bytes.extend_from_slice(format!("{:018X}", rng.u128(..) >> 56).as_bytes());
    bytes.push(0);
    format!("wamid.{}", BASE64.encode(&bytes))
}

/// The finalizer of splitmix64, which maps similar numbers far apart.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
