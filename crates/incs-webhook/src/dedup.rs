//! What is the same when the same thing is delivered again.

use std::fmt;

use incs_model::{Party, PartyKey, WireTime};
use sha2::{Digest as _, Sha256};

/// What is the same when the same thing is delivered again: made of who or what an item is about and the state it is in,
/// never of the bytes of the body, which may differ from one try to the next.
///
/// It is 32 bytes: the [`version`](Self::version) of the key format, then 31 bytes of a SHA-256. So it holds no phone number
/// and no id, has one length, and can stand in logs, in a database and in another process. `Display` writes it in hex.
///
/// # Versions
///
/// A new version of this crate may make another key of the same event; then it also raises the version. Keys of two versions
/// are never equal, so around such an update an event that is delivered again counts as new. A store that keeps keys can tell
/// the old ones by their first byte.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupKey([u8; 32]);

impl DedupKey {
    /// The version of the keys that this version of the crate makes.
    pub const VERSION: u8 = 2;

    /// A key of your own, for instance of the `webhook-id` header. Parts are kept apart: `["ab", "c"]` is not `["a", "bc"]`.
    /// Begin with a name that nobody else uses.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        parts.into_iter().fold(Identity(Sha256::new()), Identity::and).key()
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The version of the key format that the key was made in: its first byte.
    pub fn version(&self) -> u8 {
        self.0[0]
    }
}

/// The parts of an identity, hashed one after the other. What the parts are is part of the key format: see `docs/frozen`.
pub(crate) struct Identity(Sha256);

impl Identity {
    pub(crate) fn of(kind: &str) -> Self {
        Self(Sha256::new()).and(kind)
    }

    pub(crate) fn and(mut self, part: &str) -> Self {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    /// Adds a part that may be absent, which is not the same as empty.
    pub(crate) fn and_maybe(mut self, part: Option<&str>) -> Self {
        if let Some(part) = part {
            self.and(part)
        } else {
            self.0.update(u64::MAX.to_be_bytes());
            self
        }
    }

    /// Adds a time that may be absent, in one spelling for all forms of the same point in time.
    pub(crate) fn and_time(self, time: Option<&WireTime>) -> Self {
        let text = time.map(|time| time.instant().map_or_else(|| time.to_string(), |instant| instant.to_string()));
        self.and_maybe(text.as_deref())
    }

    /// Adds a person or group, by the strongest id.
    pub(crate) fn and_party(self, party: Option<&Party>) -> Self {
        self.and_maybe(party.and_then(Party::key).as_ref().map(PartyKey::as_str))
    }

    pub(crate) fn key(self) -> DedupKey {
        let mut bytes: [u8; 32] = self.0.finalize().into();
        bytes[0] = DedupKey::VERSION;
        DedupKey(bytes)
    }
}

/// In hex.
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
