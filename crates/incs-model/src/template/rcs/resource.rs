//! An RCS template as the platform keeps it.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::content::Content;
use super::new::Category;
use super::typed;
use crate::id::{TemplateId, TemplateName};
use crate::open::open_text;
use crate::schema_of::schema_of;
use crate::time::UnixSeconds;

/// An RCS template as the platform keeps it: a row of the list, or `data` of the detail route.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Template {
    /// Its id, 19 digits: more than a JavaScript number can hold.
    pub template_id: TemplateId,
    /// Its name.
    pub name: TemplateName,
    /// Where it stands in its review.
    pub status: Status,
    /// What it shows: `type` and `content`.
    pub content: Content,
    /// When it was created.
    pub created_time: UnixSeconds,
    /// When it was last changed.
    pub updated_time: UnixSeconds,
    /// When its status last changed.
    pub status_updated_time: UnixSeconds,
    /// What it is for. No sample returns it.
    pub category: Option<Category>,
}

open_text! {
    /// Where an RCS template stands in its review. The full set is **unknown**.
    pub enum Status {
        /// Ready to be sent.
        Approved = "APPROVED",
    }
}

impl Template {
    /// A template without times and category.
    pub fn new(
        template_id: impl Into<TemplateId>,
        name: impl Into<TemplateName>,
        status: impl Into<Status>,
        content: impl Into<Content>,
    ) -> Self {
        Self {
            template_id: template_id.into(),
            name: name.into(),
            status: status.into(),
            content: content.into(),
            created_time: UnixSeconds::NOT_RECORDED,
            updated_time: UnixSeconds::NOT_RECORDED,
            status_updated_time: UnixSeconds::NOT_RECORDED,
            category: None,
        }
    }

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

    /// Sets [`category`](Self::category).
    #[must_use]
    pub fn with_category(mut self, category: impl Into<Category>) -> Self {
        self.category = Some(category.into());
        self
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("template_id", &self.template_id)?;
        map.serialize_entry("name", &self.name)?;
        if let Some(category) = &self.category {
            map.serialize_entry("category", category)?;
        }
        map.serialize_entry("status", &self.status)?;
        typed::write(&self.content, &mut map)?;
        map.serialize_entry("created_time", &self.created_time)?;
        map.serialize_entry("updated_time", &self.updated_time)?;
        map.serialize_entry("status_updated_time", &self.status_updated_time)?;
        map.end()
    }
}

// What `Template` has beside `type` and `content`. The doc comments go into the schema.
/// An RCS template as the platform keeps it.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category: Option<Category>,
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (members, content) = typed::read(deserializer)?;
        let Members { template_id, name, status, created_time, updated_time, status_updated_time, category } = members;
        Ok(Self { template_id, name, status, content, created_time, updated_time, status_updated_time, category })
    }
}

impl crate::masked::Masked for Template {}

schema_of!(Template, generator => {
    typed::schema::<Members>(generator)
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DecodeError, Found, decode};

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
