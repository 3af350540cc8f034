//! Checking a request against the rules of the platform, before it costs money.
//!
//! Decoding and constructing only refuse what can never be valid; everything else is checked here, all at once, and only
//! when you ask. That way a limit that the platform has raised since does not stop you.

use std::fmt;

use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::json::escape;
use crate::limits::{Limit, Rule, common};
use crate::link;

/// Something the platform has rules for.
///
/// The types of this crate implement it. Implement it for a type of your own to check what it holds: call `check` of each
/// part with the place of that part.
pub trait Validate {
    /// Adds every violation in this value, found at `at`, to `found`.
    fn check(&self, at: &At<'_>, found: &mut Violations);
}

/// Every element, at its index.
impl<T: Validate> Validate for [T] {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        for (index, item) in self.iter().enumerate() {
            item.check(&at.index(index), found);
        }
    }
}

/// Checks a value against every rule that needs neither the clock nor the files behind its links.
///
/// ```
/// use incs_model::{validate, whatsapp};
///
/// let message = whatsapp::Message::new("85251230088".parse().unwrap(), whatsapp::Content::Text(String::new()));
/// let report = validate(&message).unwrap_err();
/// assert_eq!(report.to_string(), "/text: no characters, at least 1");
/// assert_eq!(report.violations()[0].rule().id(), "text.not_empty");
/// ```
///
/// # Errors
///
/// A [`Report`] that lists *all* violations, in the order of the members.
pub fn validate<T: Validate + ?Sized>(value: &T) -> Result<(), Report> {
    let mut found = Violations::new();
    value.check(&At::root(), &mut found);
    found.into_result()
}

/// The place of a value in its document. Made on the stack on the way down; becomes text only for a violation.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    up: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The whole document.
    pub fn root() -> Self {
        Self { up: None, step: Step::Root }
    }

    /// The member `name` of the value here.
    pub fn key(&'a self, name: &'a str) -> Self {
        Self { up: Some(self), step: Step::Key(name) }
    }

    /// The item `index` of the array here.
    pub fn index(&'a self, index: usize) -> Self {
        Self { up: Some(self), step: Step::Index(index) }
    }
}

/// The JSON pointer (RFC 6901); empty for the whole document.
impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(name) => write!(f, "/{}", escape(name)),
            Step::Index(index) => write!(f, "/{index}"),
        }
    }
}

/// All violations of a value, at least one. `Display` is one line each.
///
/// As JSON it is an array of [`Violation`]s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Report {
    violations: Vec<Violation>,
}

/// One rule that a value breaks, and where.
///
/// `Display` is `/interactive/body/text: 1025 characters, at most 1024`; it never holds the value. As JSON it is
/// `{"pointer", "rule", "limit", "found", "message"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pointer: String,
    rule: &'static Rule,
    found: Measured,
}

/// What was found in place of what the rule wants. Never the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Measured {
    /// Nothing that can be counted or named.
    Nothing,
    /// So many characters, lines or items, or the number itself.
    Count(i64),
    /// A word of the platform's or ours, like a kind or a file extension.
    Word(String),
}

impl Report {
    /// The violations, in the order of the members.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The violations, in the order of the members.
    pub fn into_violations(self) -> Vec<Violation> {
        self.violations
    }
}

impl Violation {
    /// JSON pointer (RFC 6901) of the offending value.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The broken rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// What was found.
    pub fn found(&self) -> &Measured {
        &self.found
    }

    /// One plain sentence: `1025 characters, at most 1024`.
    pub fn message(&self) -> String {
        match (&self.found, self.rule.limit()) {
            (Measured::Count(count), Limit::MaxChars(max)) => format!("{count} characters, at most {max}"),
            (Measured::Count(count), Limit::MaxLines(max)) => format!("{count} lines, at most {max}"),
            (Measured::Count(count), limit @ Limit::Items { .. }) => format!("{count} items, expected {limit}"),
            (Measured::Count(_), Limit::NotEmpty) => "no characters, at least 1".to_owned(),
            (Measured::Count(count), limit) => format!("{count}, expected {limit}"),
            (Measured::Word(word), limit) => format!("{word}, expected {limit}"),
            (Measured::Nothing, limit) => format!("expected {limit}"),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.pointer {
            "" => f.write_str(&self.message()),
            pointer => write!(f, "{pointer}: {}", self.message()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.violations.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Report {}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Violation", 5)?;
        out.serialize_field("pointer", &self.pointer)?;
        out.serialize_field("rule", self.rule.id())?;
        match self.rule.limit() {
            Limit::OneOf(values) | Limit::FileKinds(values) => out.serialize_field("limit", values)?,
            limit => match limit.max() {
                Some(max) => out.serialize_field("limit", &max)?,
                None => out.serialize_field("limit", &limit.to_string())?,
            },
        }
        out.serialize_field("found", &self.found)?;
        out.serialize_field("message", &self.message())?;
        out.end()
    }
}

/// The violations found so far. Nothing is allocated until there is one.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// No violations yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a violation.
    pub fn add(&mut self, at: &At<'_>, rule: &'static Rule, found: Measured) {
        self.0.push(Violation { pointer: at.to_string(), rule, found });
    }

    /// A report, if anything was found.
    ///
    /// # Errors
    ///
    /// The report, when there is at least one violation.
    pub fn into_result(self) -> Result<(), Report> {
        if self.0.is_empty() { Ok(()) } else { Err(Report { violations: self.0 }) }
    }

    pub(crate) fn not_empty(&mut self, at: &At<'_>, text: &str) {
        if text.is_empty() {
            self.add(at, &common::TEXT_NOT_EMPTY, Measured::Count(0));
        }
    }

    /// A length in characters; the count is taken only when the length in bytes leaves doubt.
    pub(crate) fn max_chars(&mut self, at: &At<'_>, text: &str, rule: &'static Rule) {
        let Limit::MaxChars(max) = rule.limit() else { return };
        if text.len() > max {
            let chars = text.chars().count();
            if chars > max {
                self.add(at, rule, count(chars));
            }
        }
    }

    /// A required text with a maximum.
    pub(crate) fn text(&mut self, at: &At<'_>, text: &str, rule: &'static Rule) {
        self.not_empty(at, text);
        self.max_chars(at, text, rule);
    }

    pub(crate) fn max_lines(&mut self, at: &At<'_>, text: &str, rule: &'static Rule) {
        let Limit::MaxLines(max) = rule.limit() else { return };
        let lines = text.matches('\n').count() + 1;
        if lines > max {
            self.add(at, rule, count(lines));
        }
    }

    pub(crate) fn items(&mut self, at: &At<'_>, items: usize, rule: &'static Rule) {
        let Limit::Items { min, max } = rule.limit() else { return };
        if items < min || max.is_some_and(|max| items > max) {
            self.add(at, rule, count(items));
        }
    }

    pub(crate) fn range(&mut self, at: &At<'_>, number: i64, rule: &'static Rule) {
        let (min, max) = match rule.limit() {
            Limit::Range { min, max } => (min, max),
            Limit::AtLeast(min) => (min, i64::MAX),
            _ => return,
        };
        if !(min..=max).contains(&number) {
            self.add(at, rule, Measured::Count(number));
        }
    }

    /// One of the values that the rule lists.
    pub(crate) fn one_of(&mut self, at: &At<'_>, value: &str, rule: &'static Rule) {
        let Limit::OneOf(values) = rule.limit() else { return };
        if !values.contains(&value) {
            self.add(at, rule, Measured::Nothing);
        }
    }

    /// A value of an open enum that must be one of ours.
    pub(crate) fn known(&mut self, at: &At<'_>, is_known: bool, rule: &'static Rule) {
        if !is_known {
            self.add(at, rule, Measured::Nothing);
        }
    }

    pub(crate) fn link(&mut self, at: &At<'_>, link: &str) {
        if !link::is_absolute(link) {
            self.add(at, &common::LINK_ABSOLUTE, Measured::Nothing);
        }
    }

    /// A link to a file whose kinds the rule lists.
    pub(crate) fn file_link(&mut self, at: &At<'_>, link: &str, rule: &'static Rule) {
        self.link(at, link);
        let (Limit::FileKinds(kinds), Some(found)) = (rule.limit(), link::extension(link)) else { return };
        if !kinds.iter().any(|kind| kind.eq_ignore_ascii_case(found)) {
            self.add(at, rule, Measured::Word(found.to_ascii_lowercase()));
        }
    }

    pub(crate) fn unknown_kind(&mut self, at: &At<'_>, tag: &str) {
        self.add(&at.key(tag), &common::KIND_KNOWN, Measured::Nothing);
    }
}

pub(crate) fn count(number: usize) -> Measured {
    Measured::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let root = At::root();
        let parameters = root.key("parameters");
        assert_eq!(parameters.key("a/b~c").to_string(), "/parameters/a~1b~0c");
        assert_eq!(parameters.index(3).to_string(), "/parameters/3");
        assert_eq!(root.to_string(), "");
    }
}
