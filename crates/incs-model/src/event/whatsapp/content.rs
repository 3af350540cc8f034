//! What a WhatsApp message of a customer holds, mostly in Meta's form (inferred).

use std::fmt;

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{MediaId, MediaType, MessageId, WhatsAppUserId};
use crate::json::RawJson;
use crate::open::{member_union, open_text};
use crate::time::WireTime;

member_union! {
    /// What a message holds: `type`, and the member of that name.
    pub enum Content by "type" or Missing {
        /// A text.
        Text(Text) = "text",
        /// An image.
        Image(Media) = "image",
        /// An audio, or a voice message.
        Audio(Media) = "audio",
        /// A video.
        Video(Media) = "video",
        /// A document.
        Document(Media) = "document",
        /// A sticker.
        Sticker(Media) = "sticker",
        /// A place.
        Location(Location) = "location",
        /// People out of the customer's address book.
        Contacts(Vec<SharedContact>) = "contacts",
        /// A tap on a quick-reply button of a template.
        Button(TemplateButton) = "button",
        /// A choice from a list or button, or a finished flow.
        Interactive(Interactive) = "interactive",
        /// An emoji on an earlier message, or its removal.
        Reaction(Reaction) = "reaction",
        /// An order from a catalogue.
        Order(Order) = "order",
        /// The customer changed their number or identity.
        System(System) = "system",
        /// A new content of an earlier message. (Inferred from Meta's API.)
        Edit(Edit) = "edit",
        /// An earlier message was taken back. (Inferred from Meta's API.)
        Revoke(Revoke) = "revoke",
        /// A kind that Meta does not pass on; `errors` of the message say more.
        Unsupported(Unsupported) = "unsupported",
    }
    bare {
        /// The customer opened the chat for the first time. `referral` of the message may say what brought them. (Inferred
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
    /// The file, as Meta numbers it.
    pub id: MediaId,
    /// The media type.
    pub mime_type: Option<MediaType>,
    /// SHA-256 of the file, in base64.
    pub sha256: Option<String>,
    /// A text below it.
    pub caption: Option<String>,
    /// Its name; documents only.
    pub filename: Option<String>,
    /// True for a voice message.
    pub voice: Option<bool>,
    /// True for a sticker that moves.
    pub animated: Option<bool>,
    /// A link to the file; newest versions only.
    pub url: Option<String>,
}

/// A place, in degrees.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Location {
    /// North is positive.
    #[serde(deserialize_with = "crate::json::float")]
    pub latitude: f64,
    /// East is positive.
    #[serde(deserialize_with = "crate::json::float")]
    pub longitude: f64,
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// A link about it.
    pub url: Option<String>,
}

/// An emoji on an earlier message.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reaction {
    /// The message it is put on.
    pub message_id: MessageId,
    /// The emoji; absent or empty when the customer took it back.
    pub emoji: Option<String>,
}

/// A tap on a quick-reply button of a template.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateButton {
    /// What the business set on the button.
    pub payload: Option<String>,
    /// The button's label.
    pub text: Option<String>,
}

member_union! {
    /// What the customer chose.
    pub enum Interactive by "type" or Missing {
        /// A row of a list.
        ListReply(ListReply) = "list_reply",
        /// A reply button.
        ButtonReply(ButtonReply) = "button_reply",
        /// A finished flow. (Inferred from Meta's API.)
        FlowReply(FlowReply) = "nfm_reply",
        /// The answer to a request to call. (Inferred from Meta's API.)
        CallPermissionReply(CallPermissionReply) = "call_permission_reply",
    }
}

/// The chosen row.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListReply {
    /// The id that the send gave the row.
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
    /// The id that the send gave the button.
    pub id: String,
    /// The button's title.
    pub title: Option<String>,
}

/// What the customer entered in a flow.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FlowReply {
    /// The entries: a string that holds JSON.
    pub response_json: String,
    /// The flow's name.
    pub name: Option<String>,
    /// What the customer sees of it.
    pub body: Option<String>,
}

/// The answer to a request to call. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CallPermissionReply {
    /// The answer.
    pub response: Option<CallPermission>,
    /// True when the permission lasts until it is taken back.
    pub is_permanent: Option<bool>,
    /// Until when the permission lasts.
    pub expiration_timestamp: Option<WireTime>,
    /// `user_action`, or `automatic` when the customer called the business.
    pub response_source: Option<String>,
}

open_text! {
    /// The answer to a request to call.
    pub enum CallPermission {
        /// The business may call.
        Accept = "accept",
        /// The business may not call.
        Reject = "reject",
    }
}

/// A new content of an earlier message. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Edit {
    /// The message that changed.
    pub original_message_id: Option<MessageId>,
    /// The new content.
    pub message: Option<EditedContent>,
}

member_union! {
    /// The new content of an edited message. Only what people can edit is typed: texts, and files for their captions.
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

/// An earlier message was taken back. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Revoke {
    /// The message that was taken back.
    pub original_message_id: Option<MessageId>,
}

/// Content that Meta does not pass on. (Inferred from Meta's API.)
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
    /// The catalogue.
    pub catalog_id: Option<String>,
    /// The customer's text beside it.
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
    /// The product, as the business numbers it; empty where that cannot be read, since no line of an order may be lost.
    #[serde(default)]
    pub product_retailer_id: String,
    /// How many. Meta writes a number in some versions, its digits in others.
    pub quantity: Option<Amount>,
    /// The price of one.
    pub item_price: Option<Amount>,
    /// The currency, like `USD`.
    pub currency: Option<String>,
}

impl OrderItem {
    /// A product, as the business numbers it.
    pub fn new(product_retailer_id: impl Into<String>) -> Self {
        Self::with_required().with_product_retailer_id(product_retailer_id)
    }
}

/// A number that comes as a JSON number in some versions and as a string in others; kept as it came. `Debug` masks it.
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

/// A person.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SharedContact {
    /// Their name.
    pub name: Option<ContactName>,
    /// The workplace.
    pub org: Option<ContactOrganization>,
    /// `YYYY-MM-DD`.
    pub birthday: Option<String>,
    /// Their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<ContactPhone>,
    /// Their e-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<EmailAddress>,
    /// The postal addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<PostalAddress>,
    /// Their web pages.
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
    /// What stands before it.
    pub prefix: Option<String>,
    /// What stands after it.
    pub suffix: Option<String>,
}

/// A phone number.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContactPhone {
    /// The number, as it stands in the address book.
    pub phone: Option<String>,
    /// The WhatsApp number behind it.
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
    /// The country, as two letters.
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

/// Where someone works.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContactOrganization {
    /// The company.
    pub company: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// What they do there.
    pub title: Option<String>,
}

/// A customer changed their number or identity.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct System {
    /// The provider's sentence about it.
    pub body: Option<String>,
    /// What happened.
    pub r#type: Option<SystemKind>,
    /// The new number.
    pub wa_id: Option<Address>,
    /// The new number, in older versions.
    pub new_wa_id: Option<Address>,
    /// The number until now.
    pub customer: Option<Address>,
    /// A hash of the identity.
    pub identity: Option<String>,
    /// The customer, as Meta numbers them now.
    pub user_id: Option<WhatsAppUserId>,
    /// The customer, as Meta numbered them until now.
    pub previous_user_id: Option<WhatsAppUserId>,
    /// The customer, as Meta numbers them now for a group of businesses.
    pub parent_user_id: Option<WhatsAppUserId>,
    /// The customer, as Meta numbered them until now for a group of businesses.
    pub previous_parent_user_id: Option<WhatsAppUserId>,
}

open_text! {
    /// What happened to a customer's account.
    pub enum SystemKind {
        /// Another number.
        NumberChanged = "customer_changed_number",
        /// Another number, in newer versions.
        UserNumberChanged = "user_changed_number",
        /// Another identity: a new phone, say.
        IdentityChanged = "customer_identity_changed",
        /// Another id of the customer. (Inferred from Meta's API.)
        UserIdChanged = "user_changed_user_id",
    }
}

/// The advertisement or post that brought the customer.
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
    /// The click, as Meta numbers it.
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
    /// Its text.
    pub text: Option<String>,
}
