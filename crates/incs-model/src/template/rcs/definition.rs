//! An RCS template in its submitted and stored form, and the check of a send.

use std::collections::{BTreeMap, BTreeSet};

use incs_model_derive::{ReadStruct, WireStruct, received, skip_serializing_none};
use serde::{Deserialize, Deserializer, Serialize};

use super::content::{self, Content};
use crate::id::{TemplateId, TemplateName};
use crate::limits::template as limits;
use crate::open::open_text;
use crate::rcs;
use crate::schema_of::schema_of;
use crate::time::UnixSeconds;
use crate::validate::{At, Invalid, Measured, Validate, Violations, Warnings};

/// An RCS template to submit for review: the body of `POST /external/templates/rcs`.
///
/// ```
/// use incs_model::template::rcs::{Category, NewTemplate, Suggestion, TextContent};
///
/// let text = TextContent::new("Hi [customer], parcel [order_no] is on its way.").with_suggestions([
///     Suggestion::reply("Track [order_no]", "track_[order_no]"),
///     Suggestion::open("Open order", "open_order", "https://shop.example.com/o/[order_no]"),
/// ]);
/// let template = NewTemplate::new("parcel_update_1", Category::Transaction, text);
/// incs_model::validate(&template).unwrap();
/// assert!(template.content.variables().into_iter().eq(["customer", "order_no"]));
/// ```
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[non_exhaustive]
pub struct NewTemplate {
    /// Letters, digits and underscores, at most [`RCS_NAME_MAX`](crate::limits::template::RCS_NAME_MAX).
    pub name: TemplateName,
    /// The purpose of the template. Required by the page's table; the text below the table requires it only of agents with
    /// several uses.
    pub category: Category,
    /// The content: `type` and `content`.
    #[serde(flatten)]
    pub content: Content,
}

open_text! {
    /// The purpose of an RCS template.
    pub enum Category {
        /// Advertising, for promotional agents.
        Promotion = "PROMOTION",
        /// News about an order or account, for transactional agents.
        Transaction = "TRANSACTION",
        /// One-time codes, for OTP agents.
        Authentication = "AUTHENTICATION",
    }
}

// The members of `NewTemplate` other than `type` and `content`. The doc comments become schema descriptions.
/// An RCS template to submit for review.
#[derive(ReadStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct NewMembers {
    /// Letters, digits and underscores.
    #[cfg_attr(feature = "schema", schemars(length(max = limits::RCS_NAME_MAX), regex(pattern = limits::RCS_NAME_PATTERN)))]
    name: TemplateName,
    /// The purpose of the template.
    category: Category,
}

impl<'de> Deserialize<'de> for NewTemplate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (NewMembers { name, category }, content) = content::read(deserializer)?;
        Ok(Self { name, category, content })
    }
}

impl Validate for NewTemplate {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let name = at.key("name");
        found.text(&name, self.name.as_str(), &limits::RCS_NAME);
        if !self.name.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            found.add(&name, &limits::RCS_NAME_CHARS, Measured::Nothing);
        }
        found.one_of(&at.key("category"), self.category.as_str(), &limits::RCS_CATEGORY);
        self.content.check(at, found);
    }
}

schema_of!(NewTemplate, generator => content::schema::<NewMembers>(generator));

/// An RCS template in the platform's form: a row of the list, or `data` of the detail route.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[non_exhaustive]
pub struct Template {
    /// The template's id, 19 digits: more than a JavaScript number can hold.
    pub template_id: TemplateId,
    /// The template's name.
    pub name: TemplateName,
    /// The purpose. No sample returns it.
    pub category: Option<Category>,
    /// The status of the review.
    pub status: Status,
    /// The content: `type` and `content`.
    #[serde(flatten)]
    pub content: Content,
    /// The time of creation.
    #[wire(default)]
    pub created_time: UnixSeconds,
    /// The time of the last change.
    #[wire(default)]
    pub updated_time: UnixSeconds,
    /// The time of the last status change.
    #[wire(default)]
    pub status_updated_time: UnixSeconds,
}

open_text! {
    /// The review status of an RCS template. The full set is **unknown**.
    pub enum Status {
        /// Ready to send.
        Approved = "APPROVED",
    }
}

// The members of `Template` other than `type` and `content`. The doc comments become schema descriptions.
/// An RCS template in the platform's form.
#[received]
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Members {
    /// The template's id, 19 digits.
    template_id: TemplateId,
    /// The template's name.
    name: TemplateName,
    /// The status of the review.
    status: Status,
    /// The time of creation.
    #[serde(default)]
    created_time: UnixSeconds,
    /// The time of the last change.
    #[serde(default)]
    updated_time: UnixSeconds,
    /// The time of the last status change.
    #[serde(default)]
    status_updated_time: UnixSeconds,
    /// The purpose. No sample returns it.
    category: Option<Category>,
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (members, content) = content::read(deserializer)?;
        let Members { template_id, name, status, created_time, updated_time, status_updated_time, category } = members;
        Ok(Self { template_id, name, category, status, content, created_time, updated_time, status_updated_time })
    }
}

schema_of!(Template as "RcsTemplate", generator => content::schema::<Members>(generator));

impl Template {
    /// Returns the variables of all parts, each once.
    pub fn variables(&self) -> BTreeSet<&str> {
        self.content.variables()
    }

    /// Compares a send with this definition: the name, and exactly one value for each variable, none of them empty.
    ///
    /// The pointers are those of the message that holds the send: `/template/parameters/customer`. A value without a variable
    /// is not reported when the template has parts of an unknown kind, since it may belong there.
    ///
    /// ```
    /// use incs_model::template::rcs::{Template, TextContent};
    ///
    /// let template = Template::new("1", "delivery_note_2", "APPROVED", TextContent::new("Hi [customer], it is [order_no]."));
    /// let send = incs_model::rcs::Template::new("delivery_note_2").with_parameter("customer", "Rina");
    /// let invalid = template.check_send(&send).unwrap_err();
    /// assert_eq!(invalid.violations()[0].pointer(), "/template/parameters/order_no");
    /// assert_eq!(invalid.violations()[0].rule().id(), "template.rcs.parameters.missing");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`Invalid`] that lists all violations.
    pub fn check_send(&self, send: &rcs::Template) -> Result<Warnings, Invalid> {
        let mut found = Violations::new();
        let root = At::root();
        let at = root.key("template");
        if send.name != self.name {
            found.add(&at.key("name"), &limits::NAME_MISMATCH, Measured::Nothing);
        }
        let none = BTreeMap::new();
        let values = send.parameters.as_ref().unwrap_or(&none);
        let at = at.key("parameters");
        let variables = self.variables();
        for variable in &variables {
            match values.get(*variable) {
                None => found.add(&at.key(variable), &limits::RCS_PARAMETERS_MISSING, Measured::Nothing),
                Some(value) if value.is_empty() => {
                    found.add(&at.key(variable), &limits::RCS_PARAMETERS_EMPTY, Measured::Count(0));
                }
                Some(_) => {}
            }
        }
        if self.content.is_understood() {
            for name in values.keys().filter(|name| !variables.contains(name.as_str())) {
                found.add(&at.key(name), &limits::RCS_PARAMETERS_SURPLUS, Measured::Nothing);
            }
        }
        found.into_report().into_result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;
    use crate::{DecodeError, Found, decode};

    #[test]
    fn categories_match_the_rule() {
        assert_eq!(limits::RCS_CATEGORY.limit(), Limit::OneOf(Category::KNOWN));
    }

    fn read(json: &str) -> Result<Template, DecodeError> {
        decode(json.as_bytes())
    }

    #[test]
    fn content_may_come_before_its_type() {
        let late = read(r#"{"content":{"textMessage":"Hi"},"name":"n","template_id":"1","type":"text","status":"X"}"#);
        assert!(matches!(late.unwrap().content, Content::Text(_)));
    }

    #[test]
    fn content_error_keeps_its_pointer() {
        for (first, second) in [(r#""type":"richcard""#, "content"), ("content", r#""type":"richcard""#)] {
            let content = r#""content":{"standaloneCard":{"suggestions":[{"text":"a","suggestionType":"reply","postbackData":7}]}}"#;
            let [first, second] = [first, second].map(|part| if part == "content" { content } else { part });
            let error =
                read(&format!(r#"{{{first},{second},"name":"n","template_id":"1","status":"X"}}"#)).unwrap_err();
            assert_eq!(error.pointer(), "/content/standaloneCard/suggestions/0/postbackData");
            assert_eq!((error.expected(), error.found()), ("a string", Found::Number));
        }
        for (json, pointer) in [
            (r#"{"name":"n","template_id":"1","status":"X","content":{}}"#, "/type"),
            (r#"{"name":"n","template_id":"1","status":"X","type":"text"}"#, "/content"),
            (r#"{"name":"n","template_id":"1","type":"text","content":{"textMessage":""}}"#, "/status"),
        ] {
            let error = read(json).unwrap_err();
            assert_eq!((error.pointer(), error.found()), (pointer, Found::Nothing));
        }
        let twice = r#"{"type":"text","type":"text"}"#;
        assert_eq!(read(twice).unwrap_err().found(), Found::Duplicate);
    }

    #[test]
    fn an_unknown_type_is_kept() {
        let body = r#"{"template_id":"1","name":"n","status":"X","type":"poll","content":{"question":"?"},"created_time":0,"updated_time":0,"status_updated_time":0}"#;
        let template = read(body).unwrap();
        assert_eq!(template.content.kind(), "poll");
        assert_eq!(serde_json::to_string(&template).unwrap(), body);
        assert!(matches!(
            read(&body.replace(r#""content":{"question":"?"},"#, "")).unwrap().content,
            Content::Unknown(_)
        ));
    }

    #[test]
    fn suggestion_without_type_is_kept() {
        let body = r#"{"text":"a","postbackData":"b"}"#;
        let suggestion: super::super::Suggestion = decode(body.as_bytes()).unwrap();
        assert_eq!(suggestion.kind(), "");
        assert_eq!(serde_json::to_string(&suggestion).unwrap(), body);
    }
}
