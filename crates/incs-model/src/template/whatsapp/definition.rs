//! A WhatsApp template as it is submitted, and as it is kept.

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
/// The reply's `data` is the [`Template`], and it may already say [`Status::Rejected`] although the call succeeded.
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
    /// The language, like `en_US`. Which codes are allowed is **unknown**.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub language: LanguageCode,
    /// What the template is for. Only marketing and utility templates may be created here.
    #[cfg_attr(feature = "schema", schemars(schema_with = "new_category_schema"))]
    pub category: Category,
    /// The way its placeholders are filled; by position when absent. (Inferred from Meta's API.)
    pub parameter_format: Option<ParameterFormat>,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
}

/// A WhatsApp template as the platform keeps it: `data` of a creation, or a row of the list.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Template {
    /// Its id, digits.
    pub template_id: TemplateId,
    /// Its name.
    pub name: TemplateName,
    /// Its language.
    pub language: LanguageCode,
    /// What it is for. The platform may change it.
    pub category: Category,
    /// The way its placeholders are filled; by position when absent. (Inferred from Meta's API.)
    pub parameter_format: Option<ParameterFormat>,
    /// Where it stands in its review.
    pub status: Status,
    /// How its readers receive it.
    #[serde(default)]
    pub quality: Quality,
    /// Its parts.
    #[serde(default)]
    pub components: Vec<Component>,
    /// When it was created.
    #[serde(default)]
    pub created_time: UnixSeconds,
    /// When it was last changed.
    #[serde(default)]
    pub updated_time: UnixSeconds,
    /// When its status last changed.
    #[serde(default)]
    pub status_updated_time: UnixSeconds,
    /// When its quality last changed.
    #[serde(default)]
    pub quality_updated_time: UnixSeconds,
    /// When its category last changed.
    #[serde(default)]
    pub category_updated_time: UnixSeconds,
}

open_text! {
    /// What a WhatsApp template is for.
    pub enum Category {
        /// Advertising.
        Marketing = "MARKETING",
        /// News about an order or account.
        Utility = "UTILITY",
        /// One-time codes. (Inferred: such templates can be sent, yet the page on creation does not list the value.)
        Authentication = "AUTHENTICATION",
    }
}

open_text! {
    /// The way the placeholders of a WhatsApp template are filled. (Inferred from Meta's API.)
    pub enum ParameterFormat {
        /// By position: `{{1}}`, `{{2}}`.
        Positional = "POSITIONAL",
        /// By name: `{{first_name}}`. A send says the name of each value in `parameter_name`.
        Named = "NAMED",
    }
}

open_text! {
    /// The state of a WhatsApp template, in its review and after it. The first three are sampled, the others inferred from
    /// Meta's API; whether that is all is **unknown**.
    pub enum Status {
        /// Under review.
        Pending = "PENDING",
        /// Ready to be sent.
        Approved = "APPROVED",
        /// Refused.
        Rejected = "REJECTED",
        /// Switched off, mostly for its quality; no longer sent.
        Disabled = "DISABLED",
        /// Refused, and the business has appealed.
        InAppeal = "IN_APPEAL",
        /// Ready to be sent again after it was flagged or switched off.
        Reinstated = "REINSTATED",
        /// Deleted.
        Deleted = "DELETED",
        /// About to be deleted.
        PendingDeletion = "PENDING_DELETION",
        /// Its quality is low: it will be switched off unless that changes.
        Flagged = "FLAGGED",
        /// Not sent for some time, since its quality is low.
        Paused = "PAUSED",
        /// The account has as many templates as it may have.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// Put away by the business or, if it was not used for long, by Meta.
        Archived = "ARCHIVED",
        /// Taken back from the archive.
        Unarchived = "UNARCHIVED",
        /// Cannot be changed.
        Locked = "LOCKED",
    }
}

open_text! {
    /// How the readers of a WhatsApp template receive it.
    #[derive(Default)]
    pub enum Quality {
        /// Not rated yet: the empty text. (Sampled.)
        #[default]
        Unrated = "",
        /// Not rated yet, in Meta's own word. Named apart from `Unknown`, which holds the values that this version does not
        /// know. (Inferred from Meta's API.)
        NotRated = "UNKNOWN",
        /// Well. (Inferred from Meta's API.)
        Green = "GREEN",
        /// Not so well. (Sampled, in a webhook.)
        Yellow = "YELLOW",
        /// Badly. (Inferred from Meta's API.)
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
