//! One message: who wrote it and when, to what it answers, what it holds.

use std::fmt;

use incs_model_derive::WireStruct;
use serde::de::{Error as _, MapAccess};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::content::Content;
use super::system::Referral;
use super::value::ErrorItem;
use crate::address::Address;
use crate::decode::{Key, once, read_object};
use crate::id::{MessageId, WhatsAppUserId};
use crate::masked::Mask;
use crate::open::{MemberUnion as _, Slot};
use crate::schema_of::schema_of;
use crate::time::WireTime;

/// A message from a customer.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// The message. The same message delivered twice has the same id.
    pub id: MessageId,
    /// What it holds.
    pub content: Content,
    /// Who wrote it. Absent in no sample; newest versions of Meta's API leave it out for people who hide their number.
    pub from: Option<Address>,
    /// Who wrote it, as Meta numbers them; in newer samples only.
    pub from_user_id: Option<WhatsAppUserId>,
    /// When: Unix seconds in a string.
    pub timestamp: Option<WireTime>,
    /// The message it answers or quotes, and whether it was forwarded.
    pub context: Option<Context>,
    /// The advertisement that brought the customer.
    pub referral: Option<Referral>,
    /// Why the content is not here, for the kind `unsupported`.
    pub errors: Vec<ErrorItem>,
}

/// The message that another one answers or quotes, and whether that one was forwarded.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Context {
    /// Who wrote the quoted message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Address>,
    /// The quoted message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// Whether the customer forwarded the message. (Inferred from Meta's API.)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<bool>,
    /// Whether it was forwarded more than five times. (Inferred from Meta's API.)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequently_forwarded: Option<bool>,
    /// The product that the customer asks about. (Inferred from Meta's API.)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referred_product: Option<ReferredProduct>,
}

/// A product of a catalogue.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReferredProduct {
    /// The catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
    /// The product, as the business numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_retailer_id: Option<String>,
}

impl Message {
    /// A message from this customer.
    pub fn new(from: impl Into<Address>, id: impl Into<MessageId>, content: Content) -> Self {
        Self {
            id: id.into(),
            content,
            from: Some(from.into()),
            from_user_id: None,
            timestamp: None,
            context: None,
            referral: None,
            errors: Vec::new(),
        }
    }

    /// Sets [`timestamp`](Self::timestamp).
    #[must_use]
    pub fn with_timestamp(mut self, time: impl Into<WireTime>) -> Self {
        self.timestamp = Some(time.into());
        self
    }

    /// Sets [`context`](Self::context).
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.context = Some(context);
        self
    }

    /// Sets [`from_user_id`](Self::from_user_id).
    #[must_use]
    pub fn with_from_user_id(mut self, id: impl Into<WhatsAppUserId>) -> Self {
        self.from_user_id = Some(id.into());
        self
    }

    /// Sets [`referral`](Self::referral).
    #[must_use]
    pub fn with_referral(mut self, referral: Referral) -> Self {
        self.referral = Some(referral);
        self
    }

    /// Sets [`errors`](Self::errors).
    #[must_use]
    pub fn with_errors(mut self, errors: impl IntoIterator<Item = ErrorItem>) -> Self {
        self.errors = errors.into_iter().collect();
        self
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(context) = &self.context {
            map.serialize_entry("context", context)?;
        }
        if let Some(from) = &self.from {
            map.serialize_entry("from", from)?;
        }
        if let Some(user) = &self.from_user_id {
            map.serialize_entry("from_user_id", user)?;
        }
        map.serialize_entry("id", &self.id)?;
        if let Some(time) = &self.timestamp {
            map.serialize_entry("timestamp", time)?;
        }
        self.content.write(&mut map)?;
        if let Some(referral) = &self.referral {
            map.serialize_entry("referral", referral)?;
        }
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &self.errors)?;
        }
        map.end()
    }
}

read_object!(Message, map => read(map));

fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Message, A::Error> {
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
    Ok(Message {
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

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("content", &self.content)
            .field("from", &self.from)
            .field("from_user_id", &self.from_user_id)
            .field("timestamp", &self.timestamp)
            .field("context", &Mask(&self.context))
            .field("referral", &Mask(&self.referral))
            .field("errors", &Mask(&self.errors))
            .finish()
    }
}

impl crate::masked::Masked for Message {}

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
    let kinds = Content::content_schemas(generator);
    let mut schema = member_union(generator, "type", kinds, &Shared { members, required: &["id"] });
    schema.insert("description".to_owned(), serde_json::json!("A message from a customer on WhatsApp."));
    schema
});
