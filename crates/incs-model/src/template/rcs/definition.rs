//! An RCS template as it is submitted, as it is kept, and whether a send fits it.

use std::collections::{BTreeMap, BTreeSet};

use incs_model_derive::{WireStruct, received, skip_serializing_none};
use serde::{Deserialize, Deserializer, Serialize};

use super::content::{self, Content};
use crate::id::{TemplateId, TemplateName};
use crate::limits::template as limits;
use crate::open::open_text;
use crate::rcs;
use crate::schema_of::schema_of;
use crate::time::UnixSeconds;
use crate::validate::{At, Measured, Report, Validate, Violations};

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
    /// What the template is for. The page's table wants it; the text below the table wants it of agents with several uses only.
    pub category: Category,
    /// What it shows: `type` and `content`.
    #[serde(flatten)]
    pub content: Content,
}

open_text! {
    /// What an RCS template is for.
    pub enum Category {
        /// Advertising: what a promotional agent sends.
        Promotion = "PROMOTION",
        /// News about an order or account: what a transactional agent sends.
        Transaction = "TRANSACTION",
        /// One-time codes: what an OTP agent sends.
        Authentication = "AUTHENTICATION",
    }
}

// What `NewTemplate` has beside `type` and `content`. The doc comments go into the schema.
/// An RCS template to submit for review.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct NewMembers {
    /// Letters, digits and underscores.
    #[cfg_attr(feature = "schema", schemars(length(max = limits::RCS_NAME_MAX), regex(pattern = limits::RCS_NAME_PATTERN)))]
    name: TemplateName,
    /// What the template is for.
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

/// An RCS template as the platform keeps it: a row of the list, or `data` of the detail route.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[non_exhaustive]
pub struct Template {
    /// Its id, 19 digits: more than a JavaScript number can hold.
    pub template_id: TemplateId,
    /// Its name.
    pub name: TemplateName,
    /// What it is for. No sample returns it.
    pub category: Option<Category>,
    /// Where it stands in its review.
    pub status: Status,
    /// What it shows: `type` and `content`.
    #[serde(flatten)]
    pub content: Content,
    /// When it was created.
    #[wire(default)]
    pub created_time: UnixSeconds,
    /// When it was last changed.
    #[wire(default)]
    pub updated_time: UnixSeconds,
    /// When its status last changed.
    #[wire(default)]
    pub status_updated_time: UnixSeconds,
}

open_text! {
    /// Where an RCS template stands in its review. The full set is **unknown**.
    pub enum Status {
        /// Ready to be sent.
        Approved = "APPROVED",
    }
}

impl Template {
    /// Sets the three times.
    #[must_use]
    pub fn with_times(
        mut self,
        created: impl Into<UnixSeconds>,
        updated: impl Into<UnixSeconds>,
        status_updated: impl Into<UnixSeconds>,
    ) -> Self {
        self.created_time = created.into();
        self.updated_time = updated.into();
        self.status_updated_time = status_updated.into();
        self
    }
}

// What `Template` has beside `type` and `content`. The doc comments go into the schema.
/// An RCS template as the platform keeps it.
#[received]
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Members {
    /// Its id, 19 digits.
    template_id: TemplateId,
    /// Its name.
    name: TemplateName,
    /// Where it stands in its review.
    status: Status,
    /// When it was created.
    #[serde(default)]
    created_time: UnixSeconds,
    /// When it was last changed.
    #[serde(default)]
    updated_time: UnixSeconds,
    /// When its status last changed.
    #[serde(default)]
    status_updated_time: UnixSeconds,
    /// What it is for. No sample returns it.
    category: Option<Category>,
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (members, content) = content::read(deserializer)?;
        let Members { template_id, name, status, created_time, updated_time, status_updated_time, category } = members;
        Ok(Self { template_id, name, category, status, content, created_time, updated_time, status_updated_time })
    }
}

schema_of!(Template, generator => content::schema::<Members>(generator));

impl Template {
    /// The variables of all parts, each once.
    pub fn variables(&self) -> BTreeSet<&str> {
        self.content.variables()
    }

    /// Compares a send with this definition: the name, and a value for each variable, no more and none empty.
    ///
    /// The pointers are those of the message that holds the send: `/template/parameters/customer`. A value that no variable
    /// asks for is not reported when the template has parts of an unknown kind, for it may belong there.
    ///
    /// ```
    /// use incs_model::template::rcs::{Template, TextContent};
    ///
    /// let template = Template::new("1", "delivery_note_2", "APPROVED", TextContent::new("Hi [customer], it is [order_no]."));
    /// let send = incs_model::rcs::Template::new("delivery_note_2").with_parameter("customer", "Rina");
    /// let report = template.check_send(&send).unwrap_err();
    /// assert_eq!(report.violations()[0].pointer(), "/template/parameters/order_no");
    /// assert_eq!(report.violations()[0].rule().id(), "template.rcs.parameters.missing");
    /// ```
    ///
    /// # Errors
    ///
    /// A report of all that does not fit.
    pub fn check_send(&self, send: &rcs::Template) -> Result<(), Report> {
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
        found.into_result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;
    use crate::{DecodeError, Found, decode};

    #[test]
    fn the_categories_are_those_of_the_rule() {
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
    fn a_fault_in_the_content_keeps_its_pointer() {
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
    fn a_suggestion_without_a_type_is_kept() {
        let body = r#"{"text":"a","postbackData":"b"}"#;
        let suggestion: super::super::Suggestion = decode(body.as_bytes()).unwrap();
        assert_eq!(suggestion.kind(), "");
        assert_eq!(serde_json::to_string(&suggestion).unwrap(), body);
    }
}
