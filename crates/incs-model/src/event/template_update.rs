//! The three events about templates.

use crate::address::Address;
use crate::id::{ChannelId, TemplateId, TemplateName};
use crate::record::record;
use crate::template::whatsapp::{Category, Quality, Status};
use crate::time::WireTime;

/// Declares an event about a template; the three differ in what is new.
macro_rules! template_update {
    ($( $(#[$meta:meta])* $name:ident: $(#[$vmeta:meta])* $value:ty; )+) => {$(
        record! {
            $(#[$meta])*
            ///
            /// The ids may be missing in old deployments, and the old value is never sent (INCS: template update webhook).
            pub struct $name {
                $(#[$vmeta])*
                pub new_value: $value,
            }
            default {
                /// Why; empty when there is nothing to say.
                with_reason => pub reason: String,
            }
            optional {
                /// The channel with which the template was created.
                with_channel_id => pub channel_id: ChannelId,
                /// The business number.
                with_business_phone => pub business_phone: Address,
                /// The template.
                with_template_id => pub template_id: TemplateId,
                /// Its name. Sampled, in no table.
                with_template_name => pub template_name: TemplateName,
                /// When the change was received.
                with_received_at => pub received_at: WireTime,
            }
        }
    )+};
}

template_update! {
    /// A template was approved, rejected or otherwise moved on.
    TemplateStatusUpdate:
        /// The new status.
        Status;
    /// A template was put into another category.
    TemplateCategoryUpdate:
        /// The new category.
        Category;
    /// A template has a new quality rating.
    TemplateQualityUpdate:
        /// The new rating.
        Quality;
}
