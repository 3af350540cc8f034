//! The contacts of a WhatsApp webhook.

use std::collections::HashMap;
use std::fmt;

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::WhatsAppUserId;
use crate::party::{Party, PartyKey};

/// The sender of a message.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contact {
    /// The names that the person chose.
    pub profile: Option<Profile>,
    /// The person's number; matches `from` of their messages.
    pub wa_id: Option<Address>,
    /// Meta's id of the person; in newer samples only. Matches `from_user_id` of their messages.
    pub user_id: Option<WhatsAppUserId>,
    /// Meta's id of the person for a group of businesses. (Inferred from Meta's API.)
    pub parent_user_id: Option<WhatsAppUserId>,
    /// A hash that changes with the person's device. (Inferred from Meta's API.)
    pub identity_key_hash: Option<String>,
    /// The country code of the number, two letters. (Inferred from Meta's API.)
    pub country_code: Option<String>,
    /// The origin of the person. (Seen in recorded bodies; its values are **unknown**.)
    pub origin: Option<String>,
}

/// The names that a person chose.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Profile {
    /// The name.
    pub name: Option<String>,
    /// The username that replaces the number. (Inferred from Meta's API.)
    pub username: Option<String>,
}

impl Contact {
    /// Returns the person, with every id of the contact.
    pub fn party(&self) -> Party {
        let username = self.username().cloned();
        Party { username, ..Party::of_ids(&self.wa_id, &self.user_id, &self.parent_user_id) }
    }

    /// Reports whether this is the contact of a party, without copying its ids.
    fn is(&self, party: &Party) -> bool {
        let phone = self.wa_id.as_ref().map(Address::key);
        let user_id = self.user_id.as_ref().map(WhatsAppUserId::as_str);
        let parent_user_id = self.parent_user_id.as_ref().map(WhatsAppUserId::as_str);
        party.has_same([user_id, phone, self.username().map(String::as_str), parent_user_id])
    }

    /// Returns a party that is this contact's, with the ids that only the contact has.
    pub(crate) fn complete(&self, party: Party) -> Party {
        let Party { phone, user_id, parent_user_id, username, group_id } = party.without_empty();
        Party {
            phone: phone.or_else(|| short_copy(self.wa_id.as_ref(), Address::as_str)),
            user_id: user_id.or_else(|| short_copy(self.user_id.as_ref(), WhatsAppUserId::as_str)),
            parent_user_id: parent_user_id.or_else(|| short_copy(self.parent_user_id.as_ref(), WhatsAppUserId::as_str)),
            username: username.or_else(|| short_copy(self.username(), String::as_str)),
            group_id,
        }
    }

    fn username(&self) -> Option<&String> {
        self.profile.as_ref()?.username.as_ref()
    }
}

/// Finds the contact of each message in a webhook without comparing it with all contacts.
///
/// ```
/// use incs_model::event::whatsapp::{ContactIndex, Value};
///
/// let value: Value = incs_model::decode(br#"{
///     "contacts": [{"profile": {"name": "Ben"}, "user_id": "US.2"}, {"profile": {"name": "Ann"}, "user_id": "US.1"}],
///     "messages": [{"from_user_id": "US.2", "id": "wamid.HBgN", "type": "text", "text": {"body": "Hi"}}]
/// }"#)?;
/// let index = ContactIndex::new(&value.contacts);
/// let contact = index.contact_of(&value.contacts, &value.messages[0].party()).unwrap();
/// assert_eq!(contact.profile.as_ref().unwrap().name.as_deref(), Some("Ben"));
/// # Ok::<(), incs_model::DecodeError>(())
/// ```
#[derive(Clone, Default)]
pub struct ContactIndex {
    /// The contacts with each key, in their order. Empty if there are so few that each is compared.
    by_key: HashMap<PartyKey, Vec<usize>>,
}

impl ContactIndex {
    /// The number of contacts that are compared for one id. A webhook in which more contacts share an id is broken.
    const MAX_COMPARED: usize = 8;

    /// Indexes contacts by each of their ids.
    pub fn new(contacts: &[Contact]) -> Self {
        let mut by_key = HashMap::<_, Vec<_>>::new();
        if contacts.len() > Self::MAX_COMPARED {
            for (index, contact) in contacts.iter().enumerate() {
                for key in contact.party().keys() {
                    let indices = by_key.entry(key).or_default();
                    if indices.len() < Self::MAX_COMPARED {
                        indices.push(index);
                    }
                }
            }
        }
        Self { by_key }
    }

    /// Returns the first of the indexed contacts that is the same party.
    pub fn contact_of<'a>(&self, contacts: &'a [Contact], party: &Party) -> Option<&'a Contact> {
        if self.by_key.is_empty() {
            return contacts.iter().take(Self::MAX_COMPARED).find(|contact| contact.is(party));
        }
        let candidates = party.keys().filter_map(|key| self.by_key.get(&key)).flatten();
        let same = |index: &&usize| contacts.get(**index).is_some_and(|contact| contact.is(party));
        contacts.get(*candidates.filter(same).min()?)
    }

    /// The maximum length, in bytes, of a text that a contact adds to a message. Each message of a webhook gets a copy, so a longer
    /// text, which no real contact has, is omitted.
    pub const COPIED_TEXT_MAX: usize = 1024;

    /// Returns a party completed with the ids that only its contact has.
    pub fn completed(&self, contacts: &[Contact], party: Party) -> Party {
        match self.contact_of(contacts, &party) {
            Some(contact) => contact.complete(party),
            None => party,
        }
    }
}

/// Copies a text that appears once in a webhook and applies to many of its messages, unless it is too long.
pub(crate) fn short_copy<T: Clone>(text: Option<&T>, as_str: impl Fn(&T) -> &str) -> Option<T> {
    text.filter(|text| as_str(text).len() <= ContactIndex::COPIED_TEXT_MAX).cloned()
}

/// Shows the number of ids, since each id identifies a person.
impl fmt::Debug for ContactIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContactIndex(<{} ids>)", self.by_key.len())
    }
}
