//! A WhatsApp template in its submitted and stored form.

use incs_model_derive::{WireStruct, received, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::component::Component;
use crate::id::{LanguageCode, TemplateId, TemplateName};
use crate::limits::template as limits;
use crate::open::open_text;
use crate::time::UnixSeconds;
use crate::validate::{At, Validate, Violations};

/// A WhatsApp template to submit for review: the body of `POST /external/templates`.
///
/// The reply's `data` is the [`Template`]. It can already have [`Status::Rejected`] although the call succeeded.
///
/// ```
/// use incs_model::template::whatsapp::{Category, Component, NewTemplate};
///
/// let template = NewTemplate::new("balance_note_1", "en_US", Category::Utility).with_components([
///     Component::body_with_example("Hello {{1}}, your balance is {{2}}.", ["Ms Tan", "12.50"]),
///     Component::footer("Example Bank"),
/// ]);
/// incs_model::validate(&template).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NewTemplate {
    /// At most [`WHATSAPP_NAME_MAX`](crate::limits::template::WHATSAPP_NAME_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::WHATSAPP_NAME_MAX)))]
    pub name: TemplateName,
    /// The language, like `en_US`. The allowed codes are **unknown**.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub language: LanguageCode,
    /// The purpose of the template. Only marketing and utility templates may be created here.
    #[cfg_attr(feature = "schema", schemars(schema_with = "new_category_schema"))]
    pub category: Category,
    /// The way its placeholders are filled; by position when absent. (Inferred from Meta's API.)
    pub parameter_format: Option<ParameterFormat>,
    /// The template's parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
}

/// A WhatsApp template in the platform's form: `data` of a creation, or a row of the list.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppTemplate"))]
#[non_exhaustive]
pub struct Template {
    /// The template's id, digits.
    pub template_id: TemplateId,
    /// The template's name.
    pub name: TemplateName,
    /// The template's language.
    pub language: LanguageCode,
    /// The purpose. The platform may change it.
    pub category: Category,
    /// The way its placeholders are filled; by position when absent. (Inferred from Meta's API.)
    pub parameter_format: Option<ParameterFormat>,
    /// The status of the review.
    pub status: Status,
    /// The quality rating.
    #[serde(default)]
    pub quality: Quality,
    /// The template's parts.
    #[serde(default)]
    pub components: Vec<Component>,
    /// The time of creation.
    #[serde(default)]
    pub created_time: UnixSeconds,
    /// The time of the last change.
    #[serde(default)]
    pub updated_time: UnixSeconds,
    /// The time of the last status change.
    #[serde(default)]
    pub status_updated_time: UnixSeconds,
    /// The time of the last quality change.
    #[serde(default)]
    pub quality_updated_time: UnixSeconds,
    /// The time of the last category change.
    #[serde(default)]
    pub category_updated_time: UnixSeconds,
}

open_text! {
    /// The purpose of a WhatsApp template.
    pub enum Category {
        /// Advertising.
        Marketing = "MARKETING",
        /// News about an order or account.
        Utility = "UTILITY",
        /// One-time codes. (Inferred: such templates can be sent, but the page on creation does not list the value.)
        Authentication = "AUTHENTICATION",
    }
}

open_text! {
    /// The way the placeholders of a WhatsApp template are filled. (Inferred from Meta's API.)
    pub enum ParameterFormat {
        /// By position: `{{1}}`, `{{2}}`.
        Positional = "POSITIONAL",
        /// By name: `{{first_name}}`. A send names each value in `parameter_name`.
        Named = "NAMED",
    }
}

open_text! {
    /// The status of a WhatsApp template, during and after its review. The first three are sampled, the others inferred from
    /// Meta's API; further values are **unknown**.
    pub enum Status {
        /// Under review.
        Pending = "PENDING",
        /// Ready to send.
        Approved = "APPROVED",
        /// Refused.
        Rejected = "REJECTED",
        /// Disabled, usually because of low quality; no longer sent.
        Disabled = "DISABLED",
        /// Rejected, and the business has appealed.
        InAppeal = "IN_APPEAL",
        /// Ready to send again after it was flagged or disabled.
        Reinstated = "REINSTATED",
        /// Deleted.
        Deleted = "DELETED",
        /// About to be deleted.
        PendingDeletion = "PENDING_DELETION",
        /// Low quality: it will be disabled unless the quality improves.
        Flagged = "FLAGGED",
        /// Paused for some time because of low quality.
        Paused = "PAUSED",
        /// The account has reached its maximum number of templates.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// Archived by the business or, after a long time without use, by Meta.
        Archived = "ARCHIVED",
        /// Taken back from the archive.
        Unarchived = "UNARCHIVED",
        /// Cannot be changed.
        Locked = "LOCKED",
    }
}

open_text! {
    /// The quality rating of a WhatsApp template.
    #[derive(Default)]
    pub enum Quality {
        /// Not rated yet: the empty text. (Sampled.)
        #[default]
        Unrated = "",
        /// Not rated yet, in Meta's own word. The variant is not called `Unknown`, which holds values that this version does not
        /// know. (Inferred from Meta's API.)
        NotRated = "UNKNOWN",
        /// High quality. (Inferred from Meta's API.)
        Green = "GREEN",
        /// Medium quality. (Sampled, in a webhook.)
        Yellow = "YELLOW",
        /// Low quality. (Inferred from Meta's API.)
        Red = "RED",
    }
}

impl Validate for NewTemplate {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.text(&at.key("name"), self.name.as_str(), &limits::WHATSAPP_NAME);
        found.not_empty(&at.key("language"), self.language.as_str());
        found.one_of(&at.key("category"), self.category.as_str(), &limits::WHATSAPP_CATEGORY);
        if self.parameter_format.as_ref().is_some_and(|format| !format.is_known()) {
            found.unknown_kind(at, "parameter_format");
        }
        self.components.check(&at.key("components"), found);
    }
}

#[cfg(feature = "schema")]
fn new_category_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    use crate::limits::Limit;

    let Limit::OneOf(known) = limits::WHATSAPP_CATEGORY.limit() else { return true.into() };
    crate::schema::shape::open_text(generator, known)
}
