//! HMAC signatures: their encoding, their signed parts and their verification.

use std::borrow::Cow;
use std::time::Duration;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use hmac::digest::OutputSizeUser;
use hmac::digest::common::Key as KeyBlock;
use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use incs_model::Timestamp;

use crate::rejection::VerifyError;
use crate::secrets::Secrets;
use crate::signed_request::SignedRequest;

/// A signed part. The parts are signed in order, without separators.
///
/// If the sender signs a separator between two parts of variable length, add it as a text. Without one, `ab` and `c` have the same
/// signature as `a` and `bc`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The unchanged body.
    Body,
    /// The text of a header with the time of signing. The time is checked.
    Timestamp(TimestampHeader),
    /// A fixed text.
    Text(Cow<'static, str>),
    /// The value of another required header, such as an id that the sender creates.
    Header(Cow<'static, str>),
}

impl Part {
    /// Creates a fixed text.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Creates a part from the value of another header.
    pub fn header(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Header(name.into())
    }

    /// Creates a part from a header with the time in seconds since 1970, within five minutes of the receiver's clock.
    pub fn seconds(header: impl Into<Cow<'static, str>>) -> Self {
        Self::Timestamp(TimestampHeader::seconds(header))
    }

    /// Creates a part from a header with the time in milliseconds since 1970, within five minutes of the receiver's clock.
    pub fn millis(header: impl Into<Cow<'static, str>>) -> Self {
        Self::Timestamp(TimestampHeader::millis(header))
    }
}

impl From<TimestampHeader> for Part {
    fn from(header: TimestampHeader) -> Self {
        Self::Timestamp(header)
    }
}

/// A header with the time of signing, as a whole number since 1970-01-01T00:00:00Z.
///
/// It can be used only as a signed [`Part`], since anyone could set a time that is not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampHeader {
    pub(crate) name: Cow<'static, str>,
    pub(crate) unit: TimeUnit,
    pub(crate) tolerance: Duration,
}

impl TimestampHeader {
    /// Creates a header with seconds and the [default tolerance](Self::DEFAULT_TOLERANCE).
    pub fn seconds(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), unit: TimeUnit::Seconds, tolerance: Self::DEFAULT_TOLERANCE }
    }

    /// Creates a header with milliseconds and the [default tolerance](Self::DEFAULT_TOLERANCE).
    pub fn millis(name: impl Into<Cow<'static, str>>) -> Self {
        Self { unit: TimeUnit::Millis, ..Self::seconds(name) }
    }

    /// Sets the largest difference from the receiver's clock, before and after, inclusive. A larger tolerance allows replays for longer.
    #[must_use]
    pub fn with_tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance, ..self }
    }

    /// Five minutes, as in Standard Webhooks.
    pub const DEFAULT_TOLERANCE: Duration = Duration::from_mins(5);
}

/// The error of signed parts that do not protect the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedPartsError {
    /// The body is not signed, so one signature would match any body.
    #[error("the body is not among the signed parts")]
    BodyNotSigned,
    /// The body is signed several times.
    #[error("the body is among the signed parts {0} times")]
    BodyRepeated(usize),
    /// Several timestamps are signed, but only one can be the time of signing.
    #[error("{0} timestamps are among the signed parts, at most one is allowed")]
    TimestampRepeated(usize),
}

/// Checks that the signed parts protect the delivery.
pub(crate) fn check_parts(parts: &[Part]) -> Result<(), SignedPartsError> {
    let bodies = parts.iter().filter(|part| matches!(part, Part::Body)).count();
    let timestamps = parts.iter().filter(|part| matches!(part, Part::Timestamp(_))).count();
    match (bodies, timestamps) {
        (0, _) => Err(SignedPartsError::BodyNotSigned),
        (1, 0 | 1) => Ok(()),
        (1, _) => Err(SignedPartsError::TimestampRepeated(timestamps)),
        _ => Err(SignedPartsError::BodyRepeated(bodies)),
    }
}

/// The text encoding of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Hexadecimal digits. Read in either case, written in lower case.
    Hex,
    /// Base64 with `+` and `/`. Read with or without padding, written with it.
    Base64,
    /// Base64 with `-` and `_`. Read with or without padding, written with it.
    Base64Url,
}

/// The header, encoding and signed parts of a signature. All schemes with signatures use one.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub(crate) header: Cow<'static, str>,
    pub(crate) prefix: Cow<'static, str>,
    /// Reads a signature without the prefix too.
    pub(crate) prefix_optional: bool,
    pub(crate) encoding: Encoding,
    /// Reads several signatures, separated by spaces.
    pub(crate) list: bool,
    pub(crate) parts: Vec<Part>,
    pub(crate) key: KeyForm,
}

impl Recipe {
    /// Creates a recipe for one signature of the body alone, in hex, with the text of the secret as key.
    pub(crate) fn new(header: impl Into<Cow<'static, str>>) -> Self {
        Self {
            header: header.into(),
            prefix: Cow::Borrowed(""),
            prefix_optional: false,
            encoding: Encoding::Hex,
            list: false,
            parts: vec![Part::Body],
            key: KeyForm::Text,
        }
    }

    /// Accepts signatures with one of the live secrets. The time is compared last, so that no arithmetic uses an unsigned number.
    pub(crate) fn verify<D: EagerHash>(
        &self,
        secrets: &Secrets,
        signed_request: &SignedRequest<'_>,
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        let keys: Vec<Vec<u8>> = secrets.live(now).filter_map(|secret| self.key.read(secret)).collect();
        if keys.is_empty() {
            return Err(VerifyError::NoLiveSecret);
        }
        let value =
            signed_request.header(&self.header).ok_or_else(|| VerifyError::MissingHeader(self.header.clone()))?;
        let tags = self.tags(value, tag_len::<D>());
        if tags.is_empty() {
            return Err(VerifyError::UnreadableHeader(self.header.clone()));
        }
        let stamp = self.stamp(signed_request)?;
        for key in &keys {
            let mac = self.mac::<D>(key, |name| signed_request.header(name), signed_request.body())?;
            if tags.iter().any(|tag| is_right(&mac, tag)) {
                return stamp
                    .map_or(Ok(()), |(header, count)| Offset::of(count, header.unit, now).check(header.tolerance));
            }
        }
        Err(VerifyError::Mismatch)
    }

    /// Signs the parts. `header` returns the values of headers, including the timestamp.
    pub(crate) fn mac<'h, D: EagerHash>(
        &self,
        key: &[u8],
        header: impl Fn(&str) -> Option<&'h [u8]>,
        body: &[u8],
    ) -> Result<Hmac<D>, VerifyError> {
        let mut mac = keyed(key);
        for part in &self.parts {
            match part {
                Part::Body => mac.update(body),
                Part::Text(text) => mac.update(text.as_bytes()),
                Part::Header(name) | Part::Timestamp(TimestampHeader { name, .. }) => {
                    mac.update(header(name).ok_or_else(|| VerifyError::MissingHeader(name.clone()))?);
                }
            }
        }
        Ok(mac)
    }

    /// Returns the signatures in a header's value that have the form of the scheme.
    pub(crate) fn tags(&self, value: &[u8], len: usize) -> Vec<Vec<u8>> {
        // Without a list there is one text, since `split` always yields at least one.
        let texts = value.split(|&byte| self.list && byte == b' ');
        let tag = |text: &[u8]| {
            let bare = text.strip_prefix(self.prefix.as_bytes());
            let written = bare.or(self.prefix_optional.then_some(text))?;
            self.encoding.read(written, len)
        };
        texts.filter_map(tag).collect()
    }

    /// Returns the header with the time of signing and its number, if it is among the parts.
    pub(crate) fn stamp(
        &self,
        signed_request: &SignedRequest<'_>,
    ) -> Result<Option<(&TimestampHeader, i64)>, VerifyError> {
        let mut headers = self.parts.iter().filter_map(|part| match part {
            Part::Timestamp(header) => Some(header),
            _ => None,
        });
        let Some(header) = headers.next() else { return Ok(None) };
        let value =
            signed_request.header(&header.name).ok_or_else(|| VerifyError::MissingHeader(header.name.clone()))?;
        Ok(Some((header, header.read(value)?)))
    }
}

/// Returns the length of a signature in bytes.
pub(crate) fn tag_len<D: EagerHash>() -> usize {
    <Hmac<D> as OutputSizeUser>::output_size()
}

impl Encoding {
    pub(crate) const ALL: [Self; 3] = [Self::Hex, Self::Base64, Self::Base64Url];

    /// Decodes `len` bytes from `text`. `None` for any other text. Each signature has one encoding, except for the case of hex and the
    /// padding of base64.
    pub(crate) fn read(self, text: &[u8], len: usize) -> Option<Vec<u8>> {
        let padding: &[u8] = match len % 3 {
            1 => b"==",
            2 => b"=",
            _ => b"",
        };
        let bare = text.strip_suffix(padding).unwrap_or(text);
        let tag = match self {
            Self::Hex => HEXLOWER_PERMISSIVE.decode(text),
            Self::Base64 => BASE64_NOPAD.decode(bare),
            Self::Base64Url => BASE64URL_NOPAD.decode(bare),
        };
        tag.ok().filter(|tag| tag.len() == len)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn write(self, tag: &[u8]) -> String {
        match self {
            Self::Hex => data_encoding::HEXLOWER.encode(tag),
            Self::Base64 => BASE64.encode(tag),
            Self::Base64Url => data_encoding::BASE64URL.encode(tag),
        }
    }
}

/// The form of the key in the text of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// The text is the key.
    Text,
    /// The text is base64 of the key, with or without the prefix `whsec_`.
    Base64,
}

impl KeyForm {
    pub(crate) const PREFIX: &str = "whsec_";

    /// Returns the key in the text of a secret.
    pub(crate) fn read(self, secret: &str) -> Option<Vec<u8>> {
        match self {
            Self::Text => Some(secret.as_bytes().to_vec()),
            Self::Base64 => {
                let text = secret.strip_prefix(Self::PREFIX).unwrap_or(secret).as_bytes();
                BASE64.decode(text).or_else(|_| BASE64_NOPAD.decode(text)).ok().filter(|key| !key.is_empty())
            }
        }
    }
}

/// Creates an HMAC with a key of any length. The key is padded or hashed to a block here, since the constructor from a slice is
/// fallible by its type.
fn keyed<D: EagerHash>(key: &[u8]) -> Hmac<D> {
    let mut block = KeyBlock::<Hmac<D>>::default();
    let digest = (key.len() > block.len()).then(|| D::digest(key));
    let key = digest.as_deref().unwrap_or(key);
    block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    Hmac::new(&block)
}

/// Reports whether a signature is valid. The comparison takes constant time.
pub(crate) fn is_right<D: EagerHash>(mac: &Hmac<D>, tag: &[u8]) -> bool {
    mac.clone().verify_slice(tag).is_ok()
}

/// The unit of a timestamp header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    Seconds,
    Millis,
}

impl TimeUnit {
    fn nanos(self) -> i128 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Millis => 1_000_000,
        }
    }

    /// Returns an instant as a number of units.
    #[cfg(feature = "testing")]
    pub(crate) fn count(self, instant: Timestamp) -> i128 {
        instant.as_nanosecond() / self.nanos()
    }
}

/// The difference between a time and the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    pub(crate) by: Duration,
    /// True if the time is later than the clock.
    pub(crate) ahead: bool,
}

impl Offset {
    /// Computes the difference between the number of a header and the clock.
    pub(crate) fn of(count: i64, unit: TimeUnit, now: Timestamp) -> Self {
        let nanos = i128::from(count) * unit.nanos() - now.as_nanosecond();
        // Any 64-bit number fits: a `Duration` has seconds of 64 bits.
        Self { by: Duration::from_nanos_u128(nanos.unsigned_abs()), ahead: nanos > 0 }
    }

    pub(crate) fn check(self, tolerance: Duration) -> Result<(), VerifyError> {
        match self {
            Self { by, .. } if by <= tolerance => Ok(()),
            Self { ahead: true, .. } => Err(VerifyError::TooNew),
            Self { ahead: false, .. } => Err(VerifyError::TooOld),
        }
    }
}

impl TimestampHeader {
    /// Reads the number in a header's value.
    pub(crate) fn read(&self, value: &[u8]) -> Result<i64, VerifyError> {
        let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        number.ok_or_else(|| VerifyError::UnreadableHeader(self.name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::*;

    #[test]
    fn tag_case_and_padding_are_optional() {
        let hex = "fb".repeat(32);
        let base64 = format!("{}9=", "+/v7".repeat(10) + "+/");
        for (encoding, text, accepted) in [
            (Encoding::Hex, hex.clone(), true),
            (Encoding::Hex, hex.to_uppercase(), true),
            (Encoding::Hex, hex[..62].to_owned(), false),
            (Encoding::Hex, format!("{hex}fb"), false),
            (Encoding::Hex, format!("{}g", &hex[..63]), false),
            (Encoding::Hex, String::new(), false),
        ] {
            assert_eq!(encoding.read(text.as_bytes(), 32).is_some(), accepted, "{text}");
        }
        let tag = Encoding::Hex.read(hex.as_bytes(), 32).unwrap();
        let padded = BASE64.encode(&tag);
        assert_ne!(base64, padded, "the last character of the other has bits that no byte holds");
        for (encoding, text, accepted) in [
            (Encoding::Base64, padded.clone(), true),
            (Encoding::Base64, padded.trim_end_matches('=').to_owned(), true),
            (Encoding::Base64, format!("{padded}="), false),
            (Encoding::Base64, base64, false),
            (Encoding::Base64Url, padded.clone(), false),
            (Encoding::Base64Url, padded.replace('+', "-").replace('/', "_"), true),
            (Encoding::Base64, padded.replace('+', "-").replace('/', "_"), false),
        ] {
            assert_eq!(encoding.read(text.as_bytes(), 32).is_some(), accepted, "{text}");
        }
    }

    #[test]
    fn sha1_tag_is_read() {
        let text = "0b".repeat(20);
        assert_eq!(Encoding::Hex.read(text.as_bytes(), 20).unwrap(), [0x0b; 20]);
        assert!(Encoding::Hex.read(text.as_bytes(), 32).is_none());
        let text = BASE64.encode(&[0x0b; 20]);
        assert_eq!(Encoding::Base64.read(text.as_bytes(), 20).unwrap(), [0x0b; 20]);
    }

    #[test]
    fn rfc_4231_vectors_are_reproduced() {
        let counted: Vec<u8> = (1..=25).collect();
        let long = b"This is a test using a larger than block-size key and a larger than block-size data. \
                     The key needs to be hashed before being used by the HMAC algorithm.";
        let cases: [(&[u8], &[u8], &str); 7] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&counted, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (&[0xaa; 131], long, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (key, data, expected) in cases {
            let mut mac = keyed::<Sha256>(key);
            mac.update(data);
            assert!(HEXLOWER.encode(&mac.finalize().into_bytes()).starts_with(expected), "{expected}");
        }
    }

    #[test]
    fn keys_around_block_size_match_library() {
        for length in [0, 1, 63, 64, 65, 200] {
            let key = vec![0x5a; length];
            let theirs = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            assert!(is_right(&keyed::<Sha256>(&key), &theirs.finalize().into_bytes()), "{length}");
        }
    }

    #[test]
    fn signatures_of_other_lengths_differ() {
        let mac = keyed::<Sha256>(b"a");
        let tag = mac.clone().finalize().into_bytes();
        assert!(is_right(&mac, &tag));
        assert!(!is_right(&mac, &tag[..20]));
        assert!(!is_right(&mac, &[]));
        assert!(!is_right(&mac, &[&tag[..], &[0]].concat()));
    }

    #[test]
    fn standard_webhooks_secret_holds_a_key() {
        assert_eq!(KeyForm::Base64.read("whsec_AQID").unwrap(), [1, 2, 3]);
        assert_eq!(KeyForm::Base64.read("AQIDBA").unwrap(), [1, 2, 3, 4]);
        assert_eq!(KeyForm::Base64.read("AQIDBA==").unwrap(), [1, 2, 3, 4]);
        for none in ["", "whsec_", "whsec_A", "AQID\n", " AQID", "whsk_AQID", "whpk_AQID"] {
            assert_eq!(KeyForm::Base64.read(none), None, "{none:?}");
        }
    }

    fn units() -> impl Strategy<Value = TimeUnit> {
        prop_oneof![Just(TimeUnit::Seconds), Just(TimeUnit::Millis)]
    }

    fn numbers() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -400_000_000_000..400_000_000_000_i64]
    }

    fn instants() -> impl Strategy<Value = Timestamp> {
        let usual =
            (-377_705_023_200..253_402_207_200_i64).prop_map(|seconds| Timestamp::from_second(seconds).unwrap());
        prop_oneof![Just(Timestamp::MIN), Just(Timestamp::MAX), usual]
    }

    proptest! {
        #[test]
        fn no_number_and_no_clock_panics(count in numbers(), unit in units(), now in instants(), tolerance: u64) {
            let offset = Offset::of(count, unit, now);
            let _ = offset.check(Duration::from_secs(tolerance));
            prop_assert!(offset.check(offset.by).is_ok());
            if let Some(less) = offset.by.checked_sub(Duration::from_nanos(1)) {
                prop_assert!(offset.check(less).is_err());
            }
        }

        #[test]
        fn time_window_is_symmetric(now in -1_000_000_000_000..1_000_000_000_000_i64, by in 0..10_000_i64, unit in units()) {
            let clock = Timestamp::from_nanosecond(i128::from(now) * unit.nanos());
            prop_assume!(clock.is_ok());
            let clock = clock.unwrap();
            let (before, after) = (Offset::of(now - by, unit, clock), Offset::of(now + by, unit, clock));
            prop_assert_eq!(before.by, after.by);
            prop_assert_eq!(after.ahead, by > 0);
            prop_assert!(!before.ahead);
            prop_assert_eq!(before.by, Duration::from_nanos_u128((i128::from(by) * unit.nanos()).unsigned_abs()));
        }
    }

    #[test]
    fn extreme_times_keep_their_side() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for unit in [TimeUnit::Seconds, TimeUnit::Millis] {
            let year = Duration::from_hours(365 * 24);
            assert_eq!(Offset::of(i64::MIN, unit, now).check(year), Err(VerifyError::TooOld));
            assert_eq!(Offset::of(i64::MAX, unit, now).check(year), Err(VerifyError::TooNew));
        }
    }
}
