//! An RCS template to submit.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::content::Content;
use super::typed;
use crate::id::TemplateName;
use crate::limits::template as limits;
use crate::open::open_text;
use crate::schema_of::schema_of;
use crate::validate::{At, Measured, Validate, Violations};

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
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewTemplate {
    /// Letters, digits and underscores, at most [`RCS_NAME_MAX`](crate::limits::template::RCS_NAME_MAX).
    pub name: TemplateName,
    /// What the template is for. The page's table wants it; the text below the table wants it of agents with several uses only.
    pub category: Category,
    /// What it shows: `type` and `content`.
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

impl NewTemplate {
    /// A template of this content.
    pub fn new(name: impl Into<TemplateName>, category: impl Into<Category>, content: impl Into<Content>) -> Self {
        Self { name: name.into(), category: category.into(), content: content.into() }
    }
}

impl Serialize for NewTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("category", &self.category)?;
        typed::write(&self.content, &mut map)?;
        map.end()
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
        let (NewMembers { name, category }, content) = typed::read(deserializer)?;
        Ok(Self { name, category, content })
    }
}

impl crate::masked::Masked for NewTemplate {}

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

schema_of!(NewTemplate, generator => {
    typed::schema::<NewMembers>(generator)
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;

    #[test]
    fn the_categories_are_those_of_the_rule() {
        assert_eq!(limits::RCS_CATEGORY.limit(), Limit::OneOf(Category::KNOWN));
    }
}
