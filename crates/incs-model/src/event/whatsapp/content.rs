//! The content of a customer's WhatsApp message, mostly in Meta's form (inferred).

use std::fmt;

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{MediaId, MediaType, MessageId, WhatsAppUserId};
use crate::json::RawJson;
use crate::open::{member_union, open_text};
use crate::time::WireTime;

member_union! {
    /// The content of a message: `type`, and the member of that name.
    pub enum Content by "type" or Missing {
        /// A text.
        Text(Text) = "text",
        /// An image.
        Image(Media) = "image",
        /// An audio file, or a voice message.
        Audio(Media) = "audio",
        /// A video.
        Video(Media) = "video",
        /// A document.
        Document(Media) = "document",
        /// A sticker.
        Sticker(Media) = "sticker",
        /// A location.
        Location(Location) = "location",
        /// Contacts from the customer's address book.
        Contacts(Vec<SharedContact>) = "contacts",
        /// A tap on a quick-reply button of a template.
        Button(TemplateButton) = "button",
        /// A tap on a list row or button, or a completed flow.
        Interactive(Interactive) = "interactive",
        /// An emoji on an earlier message, or its removal.
        Reaction(Reaction) = "reaction",
        /// An order from a catalog.
        Order(Order) = "order",
        /// The customer changed their number or identity.
        System(System) = "system",
        /// An edit of an earlier message. (Inferred from Meta's API.)
        Edit(Edit) = "edit",
        /// The customer deleted an earlier message. (Inferred from Meta's API.)
        Revoke(Revoke) = "revoke",
        /// A kind that Meta does not forward; `errors` of the message have the reason.
        Unsupported(Unsupported) = "unsupported",
    }
    bare {
        /// The customer opened the chat for the first time. `referral` of the message may name the advertisement. (Inferred
        /// from Meta's API.)
        RequestWelcome = "request_welcome",
    }
}

/// A text.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub body: String,
}

/// A file that the customer sent, in Meta's form (inferred). It comes without a link in most versions.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Media {
    /// Meta's id of the file.
    pub id: MediaId,
    /// The media type.
    pub mime_type: Option<MediaType>,
    /// SHA-256 of the file, in base64.
    pub sha256: Option<String>,
    /// The caption.
    pub caption: Option<String>,
    /// The file's name; documents only.
    pub filename: Option<String>,
    /// True for a voice message.
    pub voice: Option<bool>,
    /// True for an animated sticker.
    pub animated: Option<bool>,
    /// Link to the file; newest versions only.
    pub url: Option<String>,
}

/// A location, in degrees.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Location {
    /// The latitude; north is positive.
    #[serde(deserialize_with = "crate::json::float")]
    pub latitude: f64,
    /// The longitude; east is positive.
    #[serde(deserialize_with = "crate::json::float")]
    pub longitude: f64,
    /// The name of the location.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// A link about the location.
    pub url: Option<String>,
}

/// An emoji on an earlier message.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reaction {
    /// The message with the reaction.
    pub message_id: MessageId,
    /// The emoji; absent or empty when the customer removed it.
    pub emoji: Option<String>,
}

/// A tap on a quick-reply button of a template.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateButton {
    /// The data that the business set on the button.
    pub payload: Option<String>,
    /// The button's label.
    pub text: Option<String>,
}

member_union! {
    /// The reply to an interactive message.
    pub enum Interactive by "type" or Missing {
        /// A row of a list.
        ListReply(ListReply) = "list_reply",
        /// A reply button.
        ButtonReply(ButtonReply) = "button_reply",
        /// A completed flow. (Inferred from Meta's API.)
        FlowReply(FlowReply) = "nfm_reply",
        /// The reply to a request for permission to call. (Inferred from Meta's API.)
        CallPermissionReply(CallPermissionReply) = "call_permission_reply",
    }
}

/// The chosen row.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListReply {
    /// The id that the send set on the row.
    pub id: String,
    /// The row's title.
    pub title: Option<String>,
    /// The row's description.
    pub description: Option<String>,
}

/// The tapped button.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ButtonReply {
    /// The id that the send set on the button.
    pub id: String,
    /// The button's title.
    pub title: Option<String>,
}

/// The data that the customer entered in a flow.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FlowReply {
    /// The entries, as JSON in a string.
    pub response_json: String,
    /// The flow's name.
    pub name: Option<String>,
    /// The text that the customer sees.
    pub body: Option<String>,
}

/// The reply to a request for permission to call. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CallPermissionReply {
    /// The answer.
    pub response: Option<CallPermission>,
    /// True when the permission is valid until it is revoked.
    pub is_permanent: Option<bool>,
    /// The end of the permission.
    pub expiration_timestamp: Option<WireTime>,
    /// `user_action`, or `automatic` when the customer called the business.
    pub response_source: Option<String>,
}

open_text! {
    /// The answer to a request for permission to call.
    pub enum CallPermission {
        /// The business may call.
        Accept = "accept",
        /// The business may not call.
        Reject = "reject",
    }
}

/// An edit of an earlier message. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Edit {
    /// The edited message.
    pub original_message_id: Option<MessageId>,
    /// The new content.
    pub message: Option<EditedContent>,
}

member_union! {
    /// The new content of an edited message. Only editable kinds are typed: texts, and files for their captions.
    pub enum EditedContent by "type" or Missing {
        /// A text.
        Text(Text) = "text",
        /// An image.
        Image(Media) = "image",
        /// A video.
        Video(Media) = "video",
        /// A document.
        Document(Media) = "document",
    }
}

/// The customer deleted an earlier message. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Revoke {
    /// The deleted message.
    pub original_message_id: Option<MessageId>,
}

/// Content that Meta does not forward. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Unsupported {
    /// The kind of content: `poll_creation`, `poll_update`, `edit`, `pin`, ….
    pub r#type: Option<String>,
}

/// An order.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Order {
    /// The catalog's id.
    pub catalog_id: Option<String>,
    /// The customer's text with the order.
    pub text: Option<String>,
    /// The ordered products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub product_items: Vec<OrderItem>,
}

/// One product of an order.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct OrderItem {
    /// The business's id of the product; empty when it cannot be read, since no line of an order may be lost.
    #[serde(default)]
    pub product_retailer_id: String,
    /// The quantity. Meta writes a number in some versions, and digits in a string in others.
    pub quantity: Option<Amount>,
    /// The price of one item.
    pub item_price: Option<Amount>,
    /// The currency, like `USD`.
    pub currency: Option<String>,
}

impl OrderItem {
    /// Creates an order line for a product, by the business's id.
    pub fn new(product_retailer_id: impl Into<String>) -> Self {
        Self::with_required().with_product_retailer_id(product_retailer_id)
    }
}

/// A number that comes as a JSON number in some versions and as a string in others; kept unchanged. `Debug` masks it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Amount(RawJson);

impl Amount {
    /// The number as text, without quotes.
    pub fn as_str(&self) -> &str {
        self.0.get().trim_matches('"')
    }

    /// The number.
    pub fn to_f64(&self) -> Option<f64> {
        self.as_str().parse().ok()
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Amount(…)")
    }
}

impl crate::masked::Masked for Amount {}

/// A contact that the customer shared.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SharedContact {
    /// The person's name.
    pub name: Option<ContactName>,
    /// The workplace.
    pub org: Option<ContactOrganization>,
    /// `YYYY-MM-DD`.
    pub birthday: Option<String>,
    /// The person's phone numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<ContactPhone>,
    /// The person's e-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<EmailAddress>,
    /// The person's postal addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<PostalAddress>,
    /// The person's web pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<WebAddress>,
    /// The whole entry as a vCard (RFC 6350). (Seen in recorded bodies.)
    pub vcard: Option<String>,
}

/// The parts of a name.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContactName {
    /// The whole name.
    pub formatted_name: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// The part before the name, such as a title.
    pub prefix: Option<String>,
    /// The part after the name.
    pub suffix: Option<String>,
}

/// A phone number.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContactPhone {
    /// The number, as written in the address book.
    pub phone: Option<String>,
    /// The WhatsApp number of this phone number.
    pub wa_id: Option<Address>,
    /// `HOME`, `WORK`, `CELL`, ….
    pub r#type: Option<String>,
}

/// An e-mail address.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EmailAddress {
    /// The address.
    pub email: Option<String>,
    /// `HOME`, `WORK`, ….
    pub r#type: Option<String>,
}

/// A postal address.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PostalAddress {
    /// Street and number.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The postal code.
    pub zip: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The country code, two letters.
    pub country_code: Option<String>,
    /// `HOME`, `WORK`, ….
    pub r#type: Option<String>,
}

/// A web page.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WebAddress {
    /// The link.
    pub url: Option<String>,
    /// `HOME`, `WORK`, ….
    pub r#type: Option<String>,
}

/// The workplace of a contact.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContactOrganization {
    /// The company.
    pub company: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The job title.
    pub title: Option<String>,
}

/// A customer changed their number or identity.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct System {
    /// The provider's text about the change.
    pub body: Option<String>,
    /// The kind of change.
    pub r#type: Option<SystemKind>,
    /// The new number.
    pub wa_id: Option<Address>,
    /// The new number, in older versions.
    pub new_wa_id: Option<Address>,
    /// The number before the change.
    pub customer: Option<Address>,
    /// A hash of the identity.
    pub identity: Option<String>,
    /// Meta's id of the customer after the change.
    pub user_id: Option<WhatsAppUserId>,
    /// Meta's id of the customer before the change.
    pub previous_user_id: Option<WhatsAppUserId>,
    /// Meta's id of the customer for a group of businesses, after the change.
    pub parent_user_id: Option<WhatsAppUserId>,
    /// Meta's id of the customer for a group of businesses, before the change.
    pub previous_parent_user_id: Option<WhatsAppUserId>,
}

open_text! {
    /// The kind of change to a customer's account.
    pub enum SystemKind {
        /// The number changed.
        NumberChanged = "customer_changed_number",
        /// The number changed, in newer versions.
        UserNumberChanged = "user_changed_number",
        /// The identity changed, for example because of a new phone.
        IdentityChanged = "customer_identity_changed",
        /// The customer's id changed. (Inferred from Meta's API.)
        UserIdChanged = "user_changed_user_id",
    }
}

/// The advertisement or post that the customer came from.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Referral {
    /// Link to it.
    pub source_url: Option<String>,
    /// `ad` or `post`.
    pub source_type: Option<String>,
    /// Its id.
    pub source_id: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// `image` or `video`.
    pub media_type: Option<String>,
    /// Link to its image.
    pub image_url: Option<String>,
    /// Link to its video.
    pub video_url: Option<String>,
    /// Link to its thumbnail.
    pub thumbnail_url: Option<String>,
    /// Meta's id of the click.
    pub ctwa_clid: Option<String>,
    /// The greeting that the customer saw. (Inferred from Meta's API.)
    pub welcome_message: Option<WelcomeMessage>,
}

/// The greeting of an advertisement. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WelcomeMessage {
    /// The text.
    pub text: Option<String>,
}
