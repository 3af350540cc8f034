//! The three events about templates.

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{ChannelId, TemplateId, TemplateName};
use crate::template::whatsapp::{Category, Quality, Status};
use crate::time::WireTime;

/// A template was approved, rejected or got another status.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateStatusUpdate {
    /// The new status.
    pub new_value: Status,
    /// The reason; empty when there is none.
    #[serde(default)]
    pub reason: String,
    /// The channel that created the template.
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<Address>,
    /// The template's id.
    pub template_id: Option<TemplateId>,
    /// The template's name. Sampled, but in no table.
    pub template_name: Option<TemplateName>,
    /// The time at which the change was received.
    pub received_at: Option<WireTime>,
}

/// A template got another category.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateCategoryUpdate {
    /// The new category.
    pub new_value: Category,
    /// The reason; empty when there is none.
    #[serde(default)]
    pub reason: String,
    /// The channel that created the template.
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<Address>,
    /// The template's id.
    pub template_id: Option<TemplateId>,
    /// The template's name. Sampled, but in no table.
    pub template_name: Option<TemplateName>,
    /// The time at which the change was received.
    pub received_at: Option<WireTime>,
}

/// A template has a new quality rating.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateQualityUpdate {
    /// The new rating.
    pub new_value: Quality,
    /// The reason; empty when there is none.
    #[serde(default)]
    pub reason: String,
    /// The channel that created the template.
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<Address>,
    /// The template's id.
    pub template_id: Option<TemplateId>,
    /// The template's name. Sampled, but in no table.
    pub template_name: Option<TemplateName>,
    /// The time at which the change was received.
    pub received_at: Option<WireTime>,
}
