//! One delivery: who wrote what to which number, and receipts in Meta's form (inferred).

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::de::{Error as _, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::content::{Content, Referral};
use crate::address::Address;
use crate::id::{MessageId, PhoneNumberId, WhatsAppUserId};
use crate::json::{self, Key, RawJson, ReadMembers, once};
use crate::open::Slot;
use crate::schema_of::schema_of;
use crate::status::State;
use crate::time::WireTime;

/// One delivery. It may hold several messages, receipts and errors; each stands for itself.
#[skip_serializing_none]
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// Receipts of messages sent earlier, in Meta's form. (Inferred: INCS has `message_status_update` for these.)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Status>,
    /// What went wrong outside any one message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

/// The business number that was written to.
#[skip_serializing_none]
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
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contact {
    /// Their name.
    pub profile: Option<Profile>,
    /// Their number; matches `from` of their messages.
    pub wa_id: Option<Address>,
    /// `ID.<digits>`; in newer samples only.
    pub user_id: Option<WhatsAppUserId>,
}

/// What someone calls themselves.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Profile {
    /// The name.
    pub name: Option<String>,
}

/// What went wrong, in Meta's words.
#[skip_serializing_none]
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
}

/// More about what went wrong.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorDetails {
    /// A text.
    pub details: Option<String>,
}

impl Value {
    /// The contact behind a message, by number; the only contact there is, if none has the number.
    pub fn contact_of(&self, message: &Message) -> Option<&Contact> {
        let same = |contact: &&Contact| match (&contact.wa_id, &message.from) {
            (Some(number), Some(from)) => number.same_party(from),
            _ => false,
        };
        self.contacts.iter().find(same).or(match self.contacts.as_slice() {
            [only] => Some(only),
            _ => None,
        })
    }
}

/// A message from a customer.
#[skip_serializing_none]
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
    /// The message. The same message delivered twice has the same id.
    pub id: MessageId,
    /// When: Unix seconds in a string.
    pub timestamp: Option<WireTime>,
    /// What it holds.
    #[serde(flatten)]
    pub content: Content,
    /// The advertisement that brought the customer.
    pub referral: Option<Referral>,
    /// Why the content is not here, for the kind `unsupported`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

/// The message that another one answers or quotes, and whether that one was forwarded.
#[skip_serializing_none]
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
#[skip_serializing_none]
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
}

impl<'de> ReadMembers<'de> for Message {
    fn read_members<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut slot = Slot::new();
        let (mut id, mut from, mut from_user_id, mut timestamp) = (None, None, None, None);
        let (mut context, mut referral, mut errors) = (None, None, None::<Vec<ErrorItem>>);
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "id" => once(&mut id, map.next_value()?, "id")?,
                "from" => from = map.next_value()?,
                "from_user_id" => from_user_id = map.next_value()?,
                "timestamp" => timestamp = map.next_value()?,
                "context" => context = map.next_value()?,
                "referral" => referral = map.next_value()?,
                "errors" => errors = map.next_value()?,
                other => slot.take(other, &mut map)?,
            }
        }
        Ok(Self {
            id: id.ok_or_else(|| A::Error::missing_field("id"))?,
            content: slot.finish()?,
            from,
            from_user_id,
            timestamp,
            context,
            referral,
            errors: errors.unwrap_or_default(),
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
        ("timestamp", generator.subschema_for::<Option<WireTime>>()),
        ("context", generator.subschema_for::<Option<Context>>()),
        ("referral", generator.subschema_for::<Option<Referral>>()),
        ("errors", generator.subschema_for::<Option<Vec<ErrorItem>>>()),
    ];
    let mut schema = member_union::<Content>(generator, &Shared { members, required: &["id"] });
    schema.insert("description".to_owned(), serde_json::json!("A message from a customer on WhatsApp."));
    schema
});

/// A sent message has a new state.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppStatus"))]
#[non_exhaustive]
pub struct Status {
    /// The message.
    pub id: MessageId,
    /// Its new state.
    pub status: State,
    /// When.
    pub timestamp: Option<WireTime>,
    /// Who it was sent to.
    pub recipient_id: Option<Address>,
    /// The conversation that Meta bills; kept as it came.
    pub conversation: Option<RawJson>,
    /// What Meta bills; kept as it came.
    pub pricing: Option<RawJson>,
    /// What the business put on the send.
    pub biz_opaque_callback_data: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}
