//! The keys of conversations, recipients and texts. Each is the beginning of a hash, so it shows no phone number and no text.

use std::fmt;

use incs_model::{OutboundMessage, Party, PartyKey, PhoneNumber, rcs, viber, whatsapp};
use sha2::{Digest as _, Sha256};

/// The key of items that are handled in order, such as the messages of one customer.
///
/// It is the beginning of a SHA-256, so it contains no phone number. Two conversations with the same key would be handled in one order,
/// which harms neither.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderingKey(i64);

impl OrderingKey {
    /// Computes a key from its parts. The boundaries of the parts count.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let beginning = hash(parts).first_chunk().copied().unwrap_or_default();
        Self(i64::from_be_bytes(beginning))
    }

    /// Returns the key as a number, for a column of a database.
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// Returns the key with this number.
    pub fn from_i64(number: i64) -> Self {
        Self(number)
    }
}

/// Writes the key in hex.
impl fmt::Display for OrderingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for OrderingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderingKey({self})")
    }
}

/// Hashes parts so that their boundaries count.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// The key of a recipient or a customer. It is the beginning of a SHA-256, so it does not show the phone number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecipientKey(i64);

impl RecipientKey {
    /// Computes the key of one id of a party.
    pub fn of(id: &PartyKey) -> Self {
        let beginning = hash(["recipient", id.as_str()]).first_chunk().copied().unwrap_or_default();
        Self(i64::from_be_bytes(beginning))
    }

    /// Computes the key of a phone number.
    pub fn of_phone(phone: &PhoneNumber) -> Option<Self> {
        Party::of_phone(phone.as_str()).key().as_ref().map(Self::of)
    }

    /// Returns the key as a number, for a column of a database.
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// Returns the key with this number.
    pub fn from_i64(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Debug for RecipientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecipientKey({:016x})", self.0)
    }
}

/// The hash of a text message's text, to compare a message that was sent with one that the platform reports.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentKey([u8; 16]);

impl ContentKey {
    /// Computes the key of a text.
    pub fn of_text(text: &str) -> Self {
        Self(hash(["text", text]).first_chunk().copied().unwrap_or_default())
    }

    /// Computes the key of a message. `None` unless it is a text: the form in which the platform reports other kinds is unknown.
    pub fn of(message: &OutboundMessage) -> Option<Self> {
        match message {
            OutboundMessage::WhatsApp(whatsapp::Message { content: whatsapp::Content::Text(text), .. })
            | OutboundMessage::Viber(viber::Message { content: viber::Content::Text(text), .. })
            | OutboundMessage::Rcs(rcs::Message { content: rcs::Content::Text(text), .. }) => Some(Self::of_text(text)),
            _ => None,
        }
    }

    /// Returns the bytes of the key, for a column of a database.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns the key with these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey")
    }
}
