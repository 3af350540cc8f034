//! Deduplication keys.

use std::fmt;

use incs_model::{Party, PartyKey, WireTime};
use sha2::{Digest as _, Sha256};

/// A deduplication key, which is the same when the same event is delivered again.
///
/// The key is a hash of the item's identity and state. It does not depend on the bytes of the body, which may differ from one attempt
/// to the next.
///
/// A key has 32 bytes: the [`version`](Self::version) of the key format, then 31 bytes of a SHA-256. It contains no phone number and
/// no id, so it can be logged, stored in a database and compared in another process. `Display` writes it in hex.
///
/// # Versions
///
/// A later version of this crate may compute another key for the same event. It then raises the version. Keys of two versions are
/// never equal, so an event that is delivered again after such an update counts as new. The first byte identifies old keys in a
/// store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupKey([u8; 32]);

impl DedupKey {
    /// The version of the keys that this version of the crate computes.
    pub const VERSION: u8 = 2;

    /// Computes a key from your own parts, for instance from the `webhook-id` header. The boundaries of the parts count:
    /// `["ab", "c"]` and `["a", "bc"]` have different keys. Use a name of your own as the first part.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        parts.into_iter().fold(Identity(Vec::new()), Identity::and).key()
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the version of the key format, which is the first byte.
    pub fn version(&self) -> u8 {
        self.0[0]
    }
}

/// The parts of an identity in their order, each after its length, to be hashed. The choice of the parts belongs to the key format:
/// see `docs/frozen`.
pub(crate) struct Identity(Vec<u8>);

impl Identity {
    pub(crate) fn of(kind: &str) -> Self {
        Self(Vec::with_capacity(256)).and(kind)
    }

    pub(crate) fn and(mut self, part: &str) -> Self {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part.as_bytes());
        self
    }

    /// Adds a part that may be absent. Absent differs from empty.
    pub(crate) fn and_maybe(mut self, part: Option<&str>) -> Self {
        if let Some(part) = part {
            self.and(part)
        } else {
            self.0.extend_from_slice(&u64::MAX.to_be_bytes());
            self
        }
    }

    /// Adds a time that may be absent, in one form for all notations of the same point in time.
    pub(crate) fn and_time(self, time: Option<&WireTime>) -> Self {
        let text = time.map(|time| time.instant().map_or_else(|| time.to_string(), |instant| instant.to_string()));
        self.and_maybe(text.as_deref())
    }

    /// Adds a person or group by the strongest id.
    pub(crate) fn and_party(self, party: Option<&Party>) -> Self {
        self.and_maybe(party.and_then(Party::key).as_ref().map(PartyKey::as_str))
    }

    pub(crate) fn key(self) -> DedupKey {
        let mut bytes: [u8; 32] = Sha256::digest(&self.0).into();
        bytes[0] = DedupKey::VERSION;
        DedupKey(bytes)
    }
}

/// Writes the key in hex.
impl fmt::Display for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DedupKey({self})")
    }
}
