//! A message from a customer on WhatsApp.

use incs_model_derive::{WireStruct, received};
use serde::de::{Error as _, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::content::{Content, Referral};
use super::error::ErrorItem;
use crate::address::Address;
use crate::id::{GroupId, MessageId, WhatsAppUserId};
use crate::json::{self, Key, ReadMembers, keep, list_value, once, optional_value};
use crate::open::Slot;
use crate::party::Party;
use crate::schema_of::schema_of;
use crate::time::WireTime;

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

    /// Returns who wrote the message, by every id that it has. Contacts may know more: [`Value::contact_of`](super::Value::contact_of).
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
                "from" => keep(&mut from, optional_value(&mut map)?),
                "from_user_id" => keep(&mut from_user_id, optional_value(&mut map)?),
                "from_parent_user_id" => keep(&mut from_parent_user_id, optional_value(&mut map)?),
                "group_id" => keep(&mut group_id, optional_value(&mut map)?),
                "to" => keep(&mut to, optional_value(&mut map)?),
                "to_user_id" => keep(&mut to_user_id, optional_value(&mut map)?),
                "to_parent_user_id" => keep(&mut to_parent_user_id, optional_value(&mut map)?),
                "timestamp" => keep(&mut timestamp, optional_value(&mut map)?),
                "context" => keep(&mut context, optional_value(&mut map)?),
                "referral" => keep(&mut referral, optional_value(&mut map)?),
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
