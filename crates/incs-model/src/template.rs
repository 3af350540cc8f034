//! Templates: submitting them for review, reading them back, and checking a send against one (INCS: RCS templates, WhatsApp
//! templates).

pub mod rcs;
pub mod whatsapp;

use std::iter;

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::id::TemplateId;
use crate::limits::template as limits;
use crate::validate::{At, Validate, Violations};

/// A query for one page of RCS or WhatsApp templates. The newest come first (INCS: RCS templates; sampled only).
///
/// The reply's `data` is a bare array. A page with fewer rows than requested is the last one (inferred: there is no total and
/// no cursor).
///
/// ```
/// use incs_model::template::ListQuery;
///
/// let next = ListQuery::new().with_last_id("2217695120034410077").with_count(50);
/// assert_eq!(next.to_query(), [("last_id", "2217695120034410077".to_owned()), ("count", "50".to_owned())]);
/// # incs_model::validate(&next).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListQuery {
    /// The last template of the previous page; absent for the first page.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub last_id: Option<TemplateId>,
    /// Rows of the page: 1 to [`LIST_COUNT_MAX`](crate::limits::template::LIST_COUNT_MAX), and
    /// [`LIST_COUNT_DEFAULT`](crate::limits::template::LIST_COUNT_DEFAULT) when absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::LIST_COUNT_MAX)))]
    pub count: Option<u32>,
}

impl ListQuery {
    /// Returns the query as names and values, not percent-encoded.
    pub fn to_query(&self) -> Vec<(&'static str, String)> {
        let last_id = self.last_id.as_ref().map(|id| ("last_id", id.to_string()));
        let count = self.count.map(|count| ("count", count.to_string()));
        last_id.into_iter().chain(count).collect()
    }
}

impl Validate for ListQuery {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        if let Some(id) = &self.last_id {
            found.not_empty(&at.key("last_id"), id.as_str());
        }
        if let Some(count) = self.count {
            found.range(&at.key("count"), count.into(), &limits::LIST_COUNT);
        }
    }
}

/// Returns the names between `open` and `close` in a text, in order, including duplicates. A name is one or more letters, digits
/// and underscores; anything else between the delimiters is plain text. Both delimiters are ASCII.
fn placeholders<'a>(text: &'a str, open: &'static str, close: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
    let mut rest = text;
    iter::from_fn(move || {
        loop {
            let start = rest.find(open)?;
            let after = rest.get(start + open.len()..)?;
            let length = after.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
            let (name, tail) = after.split_at_checked(length)?;
            match tail.strip_prefix(close) {
                Some(beyond) if !name.is_empty() => {
                    rest = beyond;
                    return Some(name);
                }
                _ => rest = rest.get(start + 1..)?,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_count() {
        for (text, found) in [
            ("Hi [customer], parcel [order_no]", &["customer", "order_no"][..]),
            ("[a][a]", &["a", "a"]),
            ("[not a var!] [] [x", &[]),
            ("[[inner]] [日本] [1]", &["inner", "1"]),
            ("[open [name]", &["name"]),
            ("", &[]),
        ] {
            assert_eq!(placeholders(text, "[", "]").collect::<Vec<_>>(), found, "{text}");
        }
        for (text, found) in [
            ("{{1}} and {{first_name}}", &["1", "first_name"][..]),
            ("{{{2}}} {{ 3 }} {4} {{}}", &["2"]),
            ("{{5}", &[]),
        ] {
            assert_eq!(placeholders(text, "{{", "}}").collect::<Vec<_>>(), found, "{text}");
        }
    }
}
