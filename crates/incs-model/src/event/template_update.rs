//! The three events about templates.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{ChannelId, TemplateId, TemplateName};
use crate::template::whatsapp::{Category, Quality, Status};
use crate::time::WireTime;

/// A template was approved, rejected or otherwise moved on.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateStatusUpdate {
    /// The new status.
    pub new_value: Status,
    /// Why; empty when there is nothing to say.
    #[serde(default)]
    pub reason: String,
    /// The channel with which the template was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// The business number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_phone: Option<Address>,
    /// The template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_id: Option<TemplateId>,
    /// Its name. Sampled, in no table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_name: Option<TemplateName>,
    /// When the change was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<WireTime>,
}

/// A template was put into another category.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateCategoryUpdate {
    /// The new category.
    pub new_value: Category,
    /// Why; empty when there is nothing to say.
    #[serde(default)]
    pub reason: String,
    /// The channel with which the template was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// The business number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_phone: Option<Address>,
    /// The template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_id: Option<TemplateId>,
    /// Its name. Sampled, in no table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_name: Option<TemplateName>,
    /// When the change was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<WireTime>,
}

/// A template has a new quality rating.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TemplateQualityUpdate {
    /// The new rating.
    pub new_value: Quality,
    /// Why; empty when there is nothing to say.
    #[serde(default)]
    pub reason: String,
    /// The channel with which the template was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// The business number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_phone: Option<Address>,
    /// The template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_id: Option<TemplateId>,
    /// Its name. Sampled, in no table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_name: Option<TemplateName>,
    /// When the change was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<WireTime>,
}
