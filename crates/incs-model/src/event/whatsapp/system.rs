//! Changes of a customer's number, and the advertisement that brought a customer, in Meta's form (inferred).

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::open::open_text;

/// A customer changed their number or identity.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct System {
    /// What happened, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<SystemKind>,
    /// The new number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<Address>,
    /// The new number, in older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_wa_id: Option<Address>,
    /// The number until now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Address>,
    /// A hash of the identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
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
    }
}

/// The advertisement or post that brought the customer.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Referral {
    /// Link to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// `ad` or `post`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// Its headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// `image` or `video`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Link to its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Link to its video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_url: Option<String>,
    /// Link to its thumbnail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// The click, as Meta numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ctwa_clid: Option<String>,
}
