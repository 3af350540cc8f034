//! The person behind a message, with any kind of id.

use std::fmt;

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{GroupId, ParticipantId, WhatsAppUserId};
use crate::masked::Masked;

/// A person or group, with every id that a provider sent.
///
/// On WhatsApp a customer can hide their number; then the business-scoped [`user_id`](Self::user_id) is the only id. On RCS
/// and with Exotel the number is the only id.
///
/// Use [`key`](Self::key) if you need one value for the person: to put their messages in order, or to find their record. Use
/// [`same_party`](Self::same_party) to compare two parties that may have different ids.
///
/// ```
/// use incs_model::Party;
///
/// let hidden = Party::new().with_user_id("ID.1459");
/// let known = Party::new().with_user_id("ID.1459").with_phone("+6281200045678");
/// let number = Party::of_phone("6281200045678");
///
/// assert!(hidden.same_party(&known) && known.same_party(&number));
/// assert!(!hidden.same_party(&number)); // no id in common
///
/// assert_eq!(hidden.key(), known.key());
/// assert_eq!(number.key().unwrap().as_str(), "phone:6281200045678");
/// ```
///
/// # When an id appears later
///
/// The key of a customer changes when a stronger id appears: a customer known as `phone:6281200045678` becomes
/// `user:ID.1459` with the first message that carries a user id. Such a message has both ids, so look up the record by
/// [`keys`](Self::keys), the strongest first, and store it under the first key from then on.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Party {
    /// The phone number, or the address that replaces it on other channels.
    pub phone: Option<Address>,
    /// Meta's id of the person for one business.
    pub user_id: Option<WhatsAppUserId>,
    /// Meta's id of the person for a group of businesses (`US.ENT.…`).
    pub parent_user_id: Option<WhatsAppUserId>,
    /// The username that the person chose on WhatsApp. They can change it.
    pub username: Option<String>,
    /// The group in which they wrote, or the group that is the party itself.
    pub group_id: Option<GroupId>,
}

/// The key of one party: the kind of its strongest id, a colon, and the id. `Debug` masks it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PartyKey(#[serde(deserialize_with = "crate::json::text")] Box<str>);

impl PartyKey {
    /// Returns the text, like `user:ID.1459` or `phone:6281200045678`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PartyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartyKey(")?;
        self.0.masked(f)?;
        f.write_str(")")
    }
}

impl Masked for PartyKey {}

impl Party {
    /// Returns the party with this number and no other id.
    pub fn of_phone(phone: impl Into<Address>) -> Self {
        Self::new().with_phone(phone)
    }

    /// Returns the party with the ids that appear together on WhatsApp.
    #[allow(clippy::ref_option, reason = "the members of wire structs are handed over by reference")]
    pub(crate) fn of_ids(
        phone: &Option<Address>,
        user_id: &Option<WhatsAppUserId>,
        parent_user_id: &Option<WhatsAppUserId>,
    ) -> Self {
        Self { phone: phone.clone(), user_id: user_id.clone(), parent_user_id: parent_user_id.clone(), ..Self::new() }
    }

    /// Returns the customer's side of a conversation in the INCS workbench: `<channel>_<phone>` or `<channel>_<user id>`.
    /// `None` for staff and for any other form. (The pattern is inferred.)
    pub(crate) fn of_participant(side: &ParticipantId) -> Option<Self> {
        let (channel, id) = side.as_str().split_once('_')?;
        if !is_digits(channel) {
            return None;
        }
        if is_digits(id.strip_prefix('+').unwrap_or(id)) {
            return Some(Self::of_phone(id));
        }
        WhatsAppUserId::has_form(id).then(|| Self::new().with_user_id(id))
    }

    /// Returns the key of the strongest id: the user id, then the number, then the username, then the parent id,
    /// then the group. `None` without any id.
    pub fn key(&self) -> Option<PartyKey> {
        self.keys().next()
    }

    /// Returns the keys of all ids, the strongest first.
    pub fn keys(&self) -> impl Iterator<Item = PartyKey> {
        const KINDS: [&str; 5] = ["user:", "phone:", "username:", "parent:", "group:"];
        let ids = KINDS.into_iter().zip(self.ids());
        ids.filter_map(|(kind, id)| Some(PartyKey([kind, id?].concat().into())))
    }

    /// Reports whether both are the same party, as far as their ids show: the strongest id that both have decides.
    ///
    /// A person who changed their number is the same by their user id. A number that was assigned to another person is not the
    /// same, if both have user ids. Without an id in common the result is `false`.
    ///
    /// This is not an equivalence relation: the first two of three parties can be the same by one id, the last two by another,
    /// while the first and the last have no id in common. So do not sort or group by it; use [`key`](Self::key).
    pub fn same_party(&self, other: &Self) -> bool {
        Self::is_same(self.ids(), other.ids())
    }

    /// Reports the same for a person with these ids: user id, number, username, parent id.
    pub(crate) fn has_same(&self, ids: [Option<&str>; 4]) -> bool {
        Self::is_same(self.ids(), ids.map(|id| id.filter(|id| !id.is_empty())))
    }

    fn is_same<'a>(
        own: impl IntoIterator<Item = Option<&'a str>>,
        other: impl IntoIterator<Item = Option<&'a str>>,
    ) -> bool {
        own.into_iter().zip(other).find_map(|(own, other)| Some(own? == other?)).unwrap_or(false)
    }

    /// Fills in the ids that only `other` has. Both must be the same party.
    #[must_use]
    pub fn completed_by(self, other: &Self) -> Self {
        let mut party = self.without_empty();
        party.phone = party.phone.or_else(|| other.phone.clone());
        party.user_id = party.user_id.or_else(|| other.user_id.clone());
        party.parent_user_id = party.parent_user_id.or_else(|| other.parent_user_id.clone());
        party.username = party.username.or_else(|| other.username.clone());
        party.group_id = party.group_id.or_else(|| other.group_id.clone());
        party
    }

    /// Returns true when there is no id at all.
    pub fn is_empty(&self) -> bool {
        self.ids().iter().all(Option::is_none)
    }

    /// Returns the party without its empty ids, or `None` if it has no others.
    #[must_use]
    pub fn known(self) -> Option<Self> {
        (!self.is_empty()).then(|| self.without_empty())
    }

    /// Removes empty texts, since they are not ids.
    pub(crate) fn without_empty(self) -> Self {
        Self {
            phone: self.phone.filter(|phone| !phone.key().is_empty()),
            user_id: self.user_id.filter(|id| !id.as_str().is_empty()),
            parent_user_id: self.parent_user_id.filter(|id| !id.as_str().is_empty()),
            username: self.username.filter(|name| !name.is_empty()),
            group_id: self.group_id.filter(|id| !id.as_str().is_empty()),
        }
    }

    /// Returns the ids, the strongest first. An empty text is not an id. All members of a group share its id, so it counts only
    /// if there is no other.
    fn ids(&self) -> [Option<&str>; 5] {
        let Self { phone, user_id, parent_user_id, username, group_id } = self;
        let mut ids = [
            user_id.as_ref().map(WhatsAppUserId::as_str),
            phone.as_ref().map(Address::key),
            username.as_deref(),
            parent_user_id.as_ref().map(WhatsAppUserId::as_str),
            None,
        ]
        .map(|id| id.filter(|id| !id.is_empty()));
        if let [None, None, None, None, group] = &mut ids {
            *group = group_id.as_ref().map(GroupId::as_str).filter(|id| !id.is_empty());
        }
        ids
    }
}

impl From<Address> for Party {
    fn from(phone: Address) -> Self {
        Self::of_phone(phone)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workbench_side_names_its_customer() {
        let phone = |number: &str| Some(Party::of_phone(number));
        let user = |id: &str| Some(Party::new().with_user_id(id));
        for (side, party) in [
            ("30112_6281200045678", phone("6281200045678")),
            ("30112_+6281200045678", phone("+6281200045678")),
            ("30058_US.134912", user("US.134912")),
            ("30058_ID.ENT.134912aB", user("ID.ENT.134912aB")),
            ("staff_7", None),
            ("staff_US.134912", None),
            ("_6281200045678", None),
            ("30112_", None),
            ("30112_+", None),
            ("30112_USA.134912", None),
            ("30112_US.", None),
            ("30112_US.1_2", None),
            ("30112", None),
        ] {
            assert_eq!(Party::of_participant(&ParticipantId::from(side)), party, "{side}");
        }
    }

    #[test]
    fn empty_ids_identify_nobody() {
        let nobody = Party::new().with_phone("+").with_user_id("").with_username("").with_group_id("");
        assert!(nobody.is_empty() && nobody.key().is_none() && !nobody.same_party(&nobody));
        assert_eq!(nobody.known(), None);
    }

    #[test]
    fn group_alone_is_a_party() {
        let group = Party::new().with_group_id("g");
        let member = group.clone().with_phone("1");
        assert!(group.same_party(&group) && !group.same_party(&member));
        assert_eq!(group.key().unwrap().as_str(), "group:g");
        assert_eq!(member.key().unwrap().as_str(), "phone:1");
    }

    #[test]
    fn debug_shows_no_id() {
        let party = Party::new().with_phone("6281200045678").with_user_id("ID.1459").with_username("rina");
        let text = format!("{party:?} {:?}", party.key());
        assert!(!text.contains("62812000") && !text.contains("1459") && !text.contains("rina"), "{text}");
    }
}
