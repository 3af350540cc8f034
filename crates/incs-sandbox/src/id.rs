//! Identifiers of the look that each channel has.

use data_encoding::BASE64;
use fastrand::Rng;
use incs_model::Timestamp;

use crate::channel::Channel;

/// The id of a message that goes out.
pub(crate) fn outbound(channel: Channel, number: &str, now: Timestamp, rng: &mut Rng) -> String {
    match channel {
        Channel::WhatsApp => wamid(number, 0x11, rng),
        Channel::Viber => uuid(rng.u128(..), 3),
        Channel::Rcs => uuid_v7(now, rng),
    }
}

/// The id of a message that a customer wrote.
pub(crate) fn inbound(channel: Channel, number: &str, now: Timestamp, rng: &mut Rng) -> String {
    match channel {
        Channel::WhatsApp => wamid(number, 0x12, rng),
        Channel::Viber | Channel::Rcs => uuid_v7(now, rng),
    }
}

/// `wamid.` and base64 over the customer's number and eighteen hexadecimal digits (form sampled).
fn wamid(number: &str, direction: u8, rng: &mut Rng) -> String {
    let mut bytes = vec![0x1c, 0x18, u8::try_from(number.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(number.as_bytes());
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, direction, 0x18, 0x12]);
    bytes.extend_from_slice(format!("{:018X}", rng.u128(..) >> 56).as_bytes());
    bytes.push(0);
    format!("wamid.{}", BASE64.encode(&bytes))
}

/// A UUID whose first 48 bits are the time.
pub(crate) fn uuid_v7(now: Timestamp, rng: &mut Rng) -> String {
    let millis = u128::try_from(now.as_millisecond()).unwrap_or_default();
    uuid((millis << 80) | (rng.u128(..) >> 48), 7)
}

/// A UUID of a version, out of 128 bits.
pub(crate) fn uuid(bits: u128, version: u128) -> String {
    let bits = (bits & !(0xf << 76) & !(0b11 << 62)) | (version << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
