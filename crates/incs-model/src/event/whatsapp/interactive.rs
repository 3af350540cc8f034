//! Answers to interactive messages.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::open::member_union;

member_union! {
    /// What the customer chose.
    pub enum Interactive by "type" {
        /// A row of a list.
        ListReply(ListReply) = "list_reply",
        /// A reply button.
        ButtonReply(ButtonReply) = "button_reply",
        /// A finished flow. (Inferred from Meta's API.)
        FlowReply(FlowReply) = "nfm_reply",
    }
}

/// The chosen row.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListReply {
    /// The id that the send gave the row.
    pub id: String,
    /// The row's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The row's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The tapped button.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ButtonReply {
    /// The id that the send gave the button.
    pub id: String,
    /// The button's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// What the customer entered in a flow.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FlowReply {
    /// The entries: a string that holds JSON.
    pub response_json: String,
    /// The flow's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the customer sees of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}
