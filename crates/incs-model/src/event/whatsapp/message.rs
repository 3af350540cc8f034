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
    /// The message that this one replies to or quotes, and the forwarding marks.
    pub context: Option<Context>,
    /// The sender's number. Present in every sample; the newest versions of Meta's API omit it for people who hide their number.
    pub from: Option<Address>,
    /// Meta's id of the sender; in newer samples only.
    pub from_user_id: Option<WhatsAppUserId>,
    /// Meta's id of the sender for a group of businesses. (Inferred from Meta's API.)
    pub from_parent_user_id: Option<WhatsAppUserId>,
    /// The group of the message. (Inferred from Meta's API.)
    pub group_id: Option<GroupId>,
    /// The recipient; echoes only. (Inferred from Meta's API.)
    pub to: Option<Address>,
    /// Meta's id of the recipient; echoes only. (Inferred from Meta's API.)
    pub to_user_id: Option<WhatsAppUserId>,
    /// Meta's id of the recipient for a group of businesses; echoes only. (Inferred from Meta's API.)
    pub to_parent_user_id: Option<WhatsAppUserId>,
    /// The message's id. A duplicate has the same id.
    pub id: MessageId,
    /// The time of the message: Unix seconds in a string.
    pub timestamp: Option<WireTime>,
    /// The content.
    #[serde(flatten)]
    pub content: Content,
    /// The advertisement that the customer came from.
    pub referral: Option<Box<Referral>>,
    /// The reason why the content is missing: the kind is `unsupported`, or a file could not be downloaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

/// The message that another one replies to or quotes, and the forwarding marks.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Context {
    /// The sender of the quoted message.
    pub from: Option<Address>,
    /// The quoted message.
    pub id: Option<MessageId>,
    /// True when the customer forwarded the message. (Inferred from Meta's API.)
    pub forwarded: Option<bool>,
    /// True when it was forwarded more than five times. (Inferred from Meta's API.)
    pub frequently_forwarded: Option<bool>,
    /// The product that the customer asks about. (Inferred from Meta's API.)
    pub referred_product: Option<ReferredProduct>,
}

/// A product of a catalog.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReferredProduct {
    /// The catalog's id.
    pub catalog_id: Option<String>,
    /// The business's id of the product.
    pub product_retailer_id: Option<String>,
}

impl Message {
    /// Creates a message from this customer.
    pub fn new(from: impl Into<Address>, id: impl Into<MessageId>, content: Content) -> Self {
        Self::with_required(id, content).with_from(from)
    }

    /// Returns the sender, with every id of the message. Contacts may add ids: [`Value::contact_of`](super::Value::contact_of).
    pub fn party(&self) -> Party {
        let party = Party::of_ids(&self.from, &self.from_user_id, &self.from_parent_user_id);
        Party { group_id: self.group_id.clone(), ..party }
    }

    /// Returns the recipient of an echo, with every id of the message.
    pub fn recipient(&self) -> Party {
        let party = Party::of_ids(&self.to, &self.to_user_id, &self.to_parent_user_id);
        Party { group_id: self.group_id.clone(), ..party }
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
