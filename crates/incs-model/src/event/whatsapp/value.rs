//! One delivery: who wrote what to which number, receipts, calls and preferences, in Meta's form (inferred).

use std::collections::HashMap;
use std::fmt;

use incs_model_derive::{WireStruct, received};
use serde::de::{Error as _, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::call::Call;
use super::content::{Content, Referral};
use crate::address::Address;
use crate::id::{GroupId, MessageId, PhoneNumberId, WhatsAppUserId};
use crate::json::{self, Key, RawJson, ReadMembers, list_value, once, optional_value};
use crate::open::{Slot, open_text};
use crate::party::{Party, PartyKey};
use crate::schema_of::schema_of;
use crate::status::State;
use crate::time::WireTime;

/// One delivery. It may hold several lists; each of their elements stands for itself, `contacts` apart.
///
/// Lists that this version does not know are skipped here. The webhook parser of `incs-webhook` makes an item of each of
/// their elements.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppValue"))]
#[non_exhaustive]
pub struct Value {
    /// `whatsapp`.
    pub messaging_product: Option<String>,
    /// The business number that was written to.
    pub metadata: Option<Metadata>,
    /// Who wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// What they wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub messages: Vec<Message>,
    /// Receipts of messages sent earlier, in Meta's form. (Inferred: INCS has `message_status_update` for these.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub statuses: Vec<Status>,
    /// What went wrong outside any one message.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub errors: Vec<ErrorItem>,
    /// Calls that began or ended. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub calls: Vec<Call>,
    /// Messages that the business sent from a phone, beside the API. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub message_echoes: Vec<Message>,
    /// Choices of customers about what they receive. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub user_preferences: Vec<UserPreference>,
}

/// The business number that was written to.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Metadata {
    /// The number.
    pub display_phone_number: Option<Address>,
    /// The number, as Meta numbers it.
    pub phone_number_id: Option<PhoneNumberId>,
}

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

/// What went wrong, in Meta's words.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorItem {
    /// Meta's number.
    pub code: Option<i64>,
    /// A short text.
    pub title: Option<String>,
    /// A longer text; newer versions only.
    pub message: Option<String>,
    /// More; newer versions only.
    pub error_data: Option<ErrorDetails>,
    /// A link to the page about it.
    pub href: Option<String>,
}

/// More about what went wrong.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorDetails {
    /// A text.
    pub details: Option<String>,
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

impl Value {
    /// Returns the contact behind a message: the first that is the same party. A message has no contact when none has an id
    /// in common with it, even if there is only one.
    ///
    /// This looks through all contacts. For the messages of a whole delivery use a [`ContactIndex`].
    pub fn contact_of(&self, message: &Message) -> Option<&Contact> {
        let sender = message.party();
        self.contacts.iter().find(|contact| contact.party().same_party(&sender))
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

/// A message from a customer, or the echo of one that the business sent from a phone.
#[received]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[wire(private_new)]
#[non_exhaustive]
pub struct Message {
    /// The message it answers or quotes, and whether it was forwarded.
    pub context: Option<Context>,
    /// Who wrote it. Absent in no sample; newest versions of Meta's API leave it out for people who hide their number.
    pub from: Option<Address>,
    /// Who wrote it, as Meta numbers them; in newer samples only.
    pub from_user_id: Option<WhatsAppUserId>,
    /// The sender, as Meta numbers them for a group of businesses. (Inferred from Meta's API.)
    pub from_parent_user_id: Option<WhatsAppUserId>,
    /// The group in which it was written. (Inferred from Meta's API.)
    pub group_id: Option<GroupId>,
    /// The recipient; echoes only. (Inferred from Meta's API.)
    pub to: Option<Address>,
    /// The recipient, as Meta numbers them; echoes only. (Inferred from Meta's API.)
    pub to_user_id: Option<WhatsAppUserId>,
    /// The recipient, as Meta numbers them for a group of businesses; echoes only. (Inferred from Meta's API.)
    pub to_parent_user_id: Option<WhatsAppUserId>,
    /// The message. The same message delivered twice has the same id.
    pub id: MessageId,
    /// When: Unix seconds in a string.
    pub timestamp: Option<WireTime>,
    /// What it holds.
    #[serde(flatten)]
    pub content: Content,
    /// The advertisement that brought the customer.
    pub referral: Option<Referral>,
    /// The reason why the content is missing: the kind is `unsupported`, or a file could not be downloaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

/// The message that another one answers or quotes, and whether that one was forwarded.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Context {
    /// Who wrote the quoted message.
    pub from: Option<Address>,
    /// The quoted message.
    pub id: Option<MessageId>,
    /// Whether the customer forwarded the message. (Inferred from Meta's API.)
    pub forwarded: Option<bool>,
    /// Whether it was forwarded more than five times. (Inferred from Meta's API.)
    pub frequently_forwarded: Option<bool>,
    /// The product that the customer asks about. (Inferred from Meta's API.)
    pub referred_product: Option<ReferredProduct>,
}

/// A product of a catalogue.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReferredProduct {
    /// The catalogue.
    pub catalog_id: Option<String>,
    /// The product, as the business numbers it.
    pub product_retailer_id: Option<String>,
}

impl Message {
    /// A message from this customer.
    pub fn new(from: impl Into<Address>, id: impl Into<MessageId>, content: Content) -> Self {
        Self::with_required(id, content).with_from(from)
    }

    /// Returns who wrote the message, by every id that it has. Contacts may know more: [`Value::contact_of`].
    pub fn party(&self) -> Party {
        Party {
            phone: self.from.clone(),
            user_id: self.from_user_id.clone(),
            parent_user_id: self.from_parent_user_id.clone(),
            username: None,
            group_id: self.group_id.clone(),
        }
    }

    /// Returns who an echo was sent to, by every id that it has.
    pub fn recipient(&self) -> Party {
        Party {
            phone: self.to.clone(),
            user_id: self.to_user_id.clone(),
            parent_user_id: self.to_parent_user_id.clone(),
            username: None,
            group_id: self.group_id.clone(),
        }
    }
}

impl<'de> ReadMembers<'de> for Message {
    fn read_members<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut slot = Slot::new();
        let (mut id, mut timestamp, mut group_id) = (None, None, None);
        let (mut from, mut from_user_id, mut from_parent_user_id) = (None, None, None);
        let (mut to, mut to_user_id, mut to_parent_user_id) = (None, None, None);
        let (mut context, mut referral, mut errors) = (None, None, Vec::new());
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "id" => once(&mut id, map.next_value()?, "id")?,
                "from" => from = optional_value(&mut map)?,
                "from_user_id" => from_user_id = optional_value(&mut map)?,
                "from_parent_user_id" => from_parent_user_id = optional_value(&mut map)?,
                "group_id" => group_id = optional_value(&mut map)?,
                "to" => to = optional_value(&mut map)?,
                "to_user_id" => to_user_id = optional_value(&mut map)?,
                "to_parent_user_id" => to_parent_user_id = optional_value(&mut map)?,
                "timestamp" => timestamp = optional_value(&mut map)?,
                "context" => context = optional_value(&mut map)?,
                "referral" => referral = optional_value(&mut map)?,
                "errors" => errors = list_value(&mut map)?,
                other => slot.take(other, &mut map)?,
            }
        }
        Ok(Self {
            id: id.ok_or_else(|| A::Error::missing_field("id"))?,
            content: slot.finish()?,
            from,
            from_user_id,
            from_parent_user_id,
            group_id,
            to,
            to_user_id,
            to_parent_user_id,
            timestamp,
            context,
            referral,
            errors,
        })
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::from_object(deserializer)
    }
}

schema_of!(Message as "WhatsAppUserMessage", generator => {
    use crate::schema::shape::{Shared, member_union};

    let members = vec![
        ("id", generator.subschema_for::<MessageId>()),
        ("from", generator.subschema_for::<Option<Address>>()),
        ("from_user_id", generator.subschema_for::<Option<WhatsAppUserId>>()),
        ("from_parent_user_id", generator.subschema_for::<Option<WhatsAppUserId>>()),
        ("group_id", generator.subschema_for::<Option<GroupId>>()),
        ("to", generator.subschema_for::<Option<Address>>()),
        ("to_user_id", generator.subschema_for::<Option<WhatsAppUserId>>()),
        ("to_parent_user_id", generator.subschema_for::<Option<WhatsAppUserId>>()),
        ("timestamp", generator.subschema_for::<Option<WireTime>>()),
        ("context", generator.subschema_for::<Option<Context>>()),
        ("referral", generator.subschema_for::<Option<Referral>>()),
        ("errors", generator.subschema_for::<Option<Vec<ErrorItem>>>()),
    ];
    let mut schema = member_union::<Content>(generator, &Shared { members, required: &["id"] });
    schema.insert("description".to_owned(), serde_json::json!("A message from a customer on WhatsApp."));
    schema
});

/// A sent message has a new state; or a call or a payment has one, which comes in the same list.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppStatus"))]
#[non_exhaustive]
pub struct Status {
    /// The message, or the call.
    pub id: MessageId,
    /// Its new state.
    pub status: State,
    /// The kind of thing that has the new state. Absent for a message.
    pub r#type: Option<StatusKind>,
    /// The time.
    pub timestamp: Option<WireTime>,
    /// The recipient: a person or, by `recipient_type`, a group.
    pub recipient_id: Option<Address>,
    /// A person or a group. (Inferred from Meta's API.)
    pub recipient_type: Option<RecipientKind>,
    /// The recipient, as Meta numbers them. (Inferred from Meta's API.)
    pub recipient_user_id: Option<WhatsAppUserId>,
    /// The recipient, as Meta numbers them for a group of businesses. (Inferred from Meta's API.)
    pub recipient_parent_user_id: Option<WhatsAppUserId>,
    /// The member of a group that the receipt is from. The receipts of one group message differ by it only. (Inferred from
    /// Meta's API.)
    pub recipient_participant_id: Option<Address>,
    /// The same member, as Meta numbers them. (Inferred from Meta's API.)
    pub recipient_participant_user_id: Option<WhatsAppUserId>,
    /// The conversation that Meta bills; kept as it came.
    pub conversation: Option<RawJson>,
    /// The billing of the message. (Inferred from Meta's API.)
    pub pricing: Option<Pricing>,
    /// The payment, for the kind `payment`; kept as it came.
    pub payment: Option<RawJson>,
    /// What the business put on the send.
    pub biz_opaque_callback_data: Option<String>,
    /// The reason of a failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

open_text! {
    /// The kind of thing that has a new state.
    pub enum StatusKind {
        /// A message. So far as seen a message has no kind.
        Message = "message",
        /// A call.
        Call = "call",
        /// A payment.
        Payment = "payment",
    }
}

open_text! {
    /// The kind of recipient.
    pub enum RecipientKind {
        /// A person.
        Individual = "individual",
        /// A group.
        Group = "group",
    }
}

/// The billing of the message. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Pricing {
    /// True when Meta bills the message.
    pub billable: Option<bool>,
    /// The model, like `PMP`.
    pub pricing_model: Option<String>,
    /// `regular`, `free_customer_service`, ….
    pub r#type: Option<String>,
    /// `marketing`, `utility`, `service`, ….
    pub category: Option<String>,
}

impl Status {
    /// Returns true for the receipt of a message, false for the state of a call, a payment or something newer.
    pub fn is_receipt(&self) -> bool {
        matches!(self.r#type, None | Some(StatusKind::Message))
    }

    /// Returns who the message was sent to, by every id that the status has. For a group message that is the member whose
    /// receipt it is, in their group.
    pub fn recipient(&self) -> Party {
        let is_group = self.recipient_type == Some(RecipientKind::Group)
            || self.recipient_participant_id.is_some()
            || self.recipient_participant_user_id.is_some();
        let mut party = Party::new();
        party.parent_user_id.clone_from(&self.recipient_parent_user_id);
        if is_group {
            party.phone.clone_from(&self.recipient_participant_id);
            party.user_id = self.recipient_participant_user_id.as_ref().or(self.recipient_user_id.as_ref()).cloned();
            party.group_id = self.recipient_id.as_ref().map(|id| GroupId::from(id.as_str()));
        } else {
            party.phone.clone_from(&self.recipient_id);
            party.user_id.clone_from(&self.recipient_user_id);
        }
        // For a person who hides their number the user id can stand in its place.
        if let Some(id) = party.phone.take_if(|id| WhatsAppUserId::has_form(id.as_str())) {
            party.user_id.get_or_insert_with(|| WhatsAppUserId::from(id.as_str()));
        }
        party
    }
}

/// A customer's choice about what they receive. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UserPreference {
    /// The customer's number.
    pub wa_id: Option<Address>,
    /// The customer, as Meta numbers them.
    pub user_id: Option<WhatsAppUserId>,
    /// The customer, as Meta numbers them for a group of businesses.
    pub parent_user_id: Option<WhatsAppUserId>,
    /// The subject of the preference.
    pub category: Option<PreferenceCategory>,
    /// The choice.
    pub value: Option<PreferenceValue>,
    /// The same as a sentence.
    pub detail: Option<String>,
    /// The time of the choice.
    pub timestamp: Option<WireTime>,
}

open_text! {
    /// The subject of a preference.
    pub enum PreferenceCategory {
        /// Marketing messages.
        MarketingMessages = "marketing_messages",
    }
}

open_text! {
    /// A customer's choice.
    pub enum PreferenceValue {
        /// To receive no more of them.
        Stop = "stop",
        /// To receive them again.
        Resume = "resume",
    }
}

impl UserPreference {
    /// Returns the customer, by every id that the preference has.
    pub fn party(&self) -> Party {
        Party {
            phone: self.wa_id.clone(),
            user_id: self.user_id.clone(),
            parent_user_id: self.parent_user_id.clone(),
            username: None,
            group_id: None,
        }
    }
}
