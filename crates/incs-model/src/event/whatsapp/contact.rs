//! The people of a delivery from WhatsApp.

use std::collections::HashMap;
use std::fmt;

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::WhatsAppUserId;
use crate::party::{Party, PartyKey};

/// Someone who wrote.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contact {
    /// Their name.
    pub profile: Option<Profile>,
    /// Their number; matches `from` of their messages.
    pub wa_id: Option<Address>,
    /// The person, as Meta numbers them; in newer samples only. Matches `from_user_id` of their messages.
    pub user_id: Option<WhatsAppUserId>,
    /// The person, as Meta numbers them for a group of businesses. (Inferred from Meta's API.)
    pub parent_user_id: Option<WhatsAppUserId>,
    /// A hash that changes with the person's device. (Inferred from Meta's API.)
    pub identity_key_hash: Option<String>,
    /// The country of the number, as two letters. (Inferred from Meta's API.)
    pub country_code: Option<String>,
    /// The origin of the person. (Seen in recorded bodies; its values are **unknown**.)
    pub origin: Option<String>,
}

/// What someone calls themselves.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Profile {
    /// The name.
    pub name: Option<String>,
    /// The name that stands in place of the number. (Inferred from Meta's API.)
    pub username: Option<String>,
}

impl Contact {
    /// Returns the person, by every id that the contact has.
    pub fn party(&self) -> Party {
        let mut party = Party::new();
        party.phone.clone_from(&self.wa_id);
        party.user_id.clone_from(&self.user_id);
        party.parent_user_id.clone_from(&self.parent_user_id);
        party.username = self.profile.as_ref().and_then(|profile| profile.username.clone());
        party
    }
}

/// Finds the contact behind each message of a delivery without looking through all of them.
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
    /// The party of each contact, so that no comparison copies texts of a contact.
    parties: Vec<Party>,
    /// The contacts with each key, in their order.
    by_key: HashMap<PartyKey, Vec<usize>>,
}

impl ContactIndex {
    /// The most contacts that are compared for one id. A delivery in which more contacts share an id is broken.
    const MOST_COMPARED: usize = 8;

    /// Indexes contacts by each of their ids.
    pub fn new(contacts: &[Contact]) -> Self {
        let parties: Vec<_> = contacts.iter().map(Contact::party).collect();
        let mut by_key = HashMap::<_, Vec<_>>::new();
        for (index, party) in parties.iter().enumerate() {
            for key in party.keys() {
                let indices = by_key.entry(key).or_default();
                if indices.len() < Self::MOST_COMPARED {
                    indices.push(index);
                }
            }
        }
        Self { parties, by_key }
    }

    /// Returns the first of the indexed contacts that is the same party.
    pub fn contact_of<'a>(&self, contacts: &'a [Contact], party: &Party) -> Option<&'a Contact> {
        let candidates = party.keys().filter_map(|key| self.by_key.get(&key)).flatten();
        let same = |index: &&usize| self.parties.get(**index).is_some_and(|contact| contact.same_party(party));
        contacts.get(*candidates.filter(same).min()?)
    }

    /// The longest text, in bytes, that a contact lends to a message. Each message of a delivery gets a copy, so a longer text, which
    /// nobody has, is left out.
    pub const LENT_MAX: usize = 1024;

    /// Returns a party with the ids that only its contact has.
    pub fn completed(&self, contacts: &[Contact], party: Party) -> Party {
        let Some(contact) = self.contact_of(contacts, &party) else { return party };
        let is_short = |text: &str| text.len() <= Self::LENT_MAX;
        let username = contact.profile.as_ref().and_then(|profile| profile.username.as_ref());
        party.completed_by(&Party {
            phone: contact.wa_id.as_ref().filter(|phone| is_short(phone.as_str())).cloned(),
            user_id: contact.user_id.as_ref().filter(|id| is_short(id.as_str())).cloned(),
            parent_user_id: contact.parent_user_id.as_ref().filter(|id| is_short(id.as_str())).cloned(),
            username: username.filter(|name| is_short(name)).cloned(),
            group_id: None,
        })
    }
}

/// Shows the number of ids, since each is a person's.
impl fmt::Debug for ContactIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContactIndex(<{} ids>)", self.by_key.len())
    }
}
