//! The three events about templates.

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{ChannelId, TemplateId, TemplateName};
use crate::template::whatsapp::{Category, Quality, Status};
use crate::time::WireTime;

/// A template was approved, rejected or otherwise moved on.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[received]
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
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<Address>,
    /// The template.
    pub template_id: Option<TemplateId>,
    /// Its name. Sampled, in no table.
    pub template_name: Option<TemplateName>,
    /// When the change was received.
    pub received_at: Option<WireTime>,
}

/// A template was put into another category.
///
/// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
#[received]
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
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<Address>,
    /// The template.
    pub template_id: Option<TemplateId>,
    /// Its name. Sampled, in no table.
    pub template_name: Option<TemplateName>,
    /// When the change was received.
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
    /// Why; empty when there is nothing to say.
    #[serde(default)]
    pub reason: String,
    /// The channel with which the template was created.
    pub channel_id: Option<ChannelId>,
    /// The business number.
    pub business_phone: Option<Address>,
    /// The template.
    pub template_id: Option<TemplateId>,
    /// Its name. Sampled, in no table.
    pub template_name: Option<TemplateName>,
    /// When the change was received.
    pub received_at: Option<WireTime>,
}
