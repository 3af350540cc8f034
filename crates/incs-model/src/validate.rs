//! Validation of a request against the rules of the platform, before it costs money.
//!
//! Decoding and constructors only refuse values that can never be valid; all other rules are checked here, all at once, and only
//! when you call it. If the platform raises a limit, you can still send.
//!
//! Breaking a documented rule is a violation. Breaking a rule that is only sampled or inferred gives a warning, and never stops a
//! send.

use std::fmt;

use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::json::escape;
use crate::limits::{Limit, Rule, common};
use crate::link;
use crate::url::HttpUrl;

/// A value that the platform has rules for.
///
/// The types of this crate implement it. Implement it for your own type to check its contents: call `check` of each
/// part with the place of that part.
pub trait Validate {
    /// Adds every violation and warning of this value, found at `at`, to `found`.
    fn check(&self, at: &At<'_>, found: &mut Violations);
}

/// Checks every element at its index.
impl<T: Validate> Validate for [T] {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        for (index, item) in self.iter().enumerate() {
            item.check(&at.index(index), found);
        }
    }
}

/// Checks a value against every rule that needs neither the clock nor the files behind its links, and reports all violations and
/// warnings.
///
/// ```
/// use incs_model::whatsapp::interactive::list::{List, Row, Section};
///
/// let rows = [Row::new("am", "Morning"), Row::new("am", "")];
/// let menu = List::new("When?", "Pick a time", [Section::new("Tomorrow", rows)]);
/// let report = incs_model::check(&menu);
/// assert_eq!(report.violations()[0].to_string(), "/action/sections/0/rows/1/title: no characters, at least 1");
/// assert_eq!(report.warnings()[0].pointer(), "/action/sections/0/rows/1/id");
/// ```
pub fn check<T: Validate + ?Sized>(value: &T) -> Report {
    let mut found = Violations::new();
    value.check(&At::root(), &mut found);
    found.into_report()
}

/// Checks a value like [`check`], and returns an error when there is a violation.
///
/// ```
/// use incs_model::{validate, whatsapp};
///
/// let message = whatsapp::Message::new("85251230088".parse().unwrap(), whatsapp::Content::Text(String::new()));
/// let invalid = validate(&message).unwrap_err();
/// assert_eq!(invalid.to_string(), "/text: no characters, at least 1");
/// assert_eq!(invalid.violations()[0].rule().id(), "text.not_empty");
/// ```
///
/// # Errors
///
/// Returns an [`Invalid`] that lists *all* violations, in the order of the members.
pub fn validate<T: Validate + ?Sized>(value: &T) -> Result<Warnings, Invalid> {
    check(value).into_result()
}

/// The place of a value in its document. Built on the stack; formatted only for a violation.
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

    /// Returns the place of member `name` of this value.
    pub fn key(&'a self, name: &'a str) -> Self {
        Self { up: Some(self), step: Step::Key(name) }
    }

    /// Returns the place of item `index` of this array.
    pub fn index(&'a self, index: usize) -> Self {
        Self { up: Some(self), step: Step::Index(index) }
    }
}

/// Writes the JSON pointer (RFC 6901); empty for the whole document.
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

/// The result of a check: violations of documented rules, and warnings, both in the order of the members.
///
/// `Display` has one line for each violation, then one for each warning. To write it as JSON, serialize
/// [`violations`](Self::violations) and [`warnings`](Self::warnings).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    violations: Vec<Violation>,
    warnings: Vec<Violation>,
}

/// The warnings of a value that breaks no documented rule.
pub type Warnings = Vec<Violation>;

/// A [`Report`] with at least one violation. `Display` has one line for each violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(Report);

/// One rule that a value breaks, with the place of the value.
///
/// `Display` is `/interactive/body/text: 1025 characters, at most 1024`; it never holds the value. As JSON it is
/// `{"pointer", "rule", "limit", "found", "message"}`, with `suggestion` where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pointer: String,
    rule: &'static Rule,
    found: Measured,
    /// The message, if rule and measured value do not explain enough.
    message: Option<Box<str>>,
    suggestion: Option<&'static str>,
}

/// The measured value, to compare with the rule. Never the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Measured {
    /// Nothing that can be counted or named.
    Nothing,
    /// A number of characters, lines or items, or the number itself.
    Count(i64),
    /// A word defined by the platform or by this crate, like a kind or a file extension.
    Word(String),
}

impl Report {
    /// Returns true when no documented rule is broken. There may be warnings.
    pub fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }

    /// The violations of documented rules.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The violations of rules that are only sampled or inferred.
    pub fn warnings(&self) -> &[Violation] {
        &self.warnings
    }

    /// Returns the warnings of a valid value.
    ///
    /// # Errors
    ///
    /// Returns the whole report when there is at least one violation.
    pub fn into_result(self) -> Result<Warnings, Invalid> {
        if self.is_valid() { Ok(self.warnings) } else { Err(Invalid(self)) }
    }
}

impl Invalid {
    /// The violations, at least one.
    pub fn violations(&self) -> &[Violation] {
        self.0.violations()
    }

    /// The whole report, warnings included.
    pub fn report(&self) -> &Report {
        &self.0
    }

    /// The whole report, warnings included.
    pub fn into_report(self) -> Report {
        self.0
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

    /// The measured value.
    pub fn found(&self) -> &Measured {
        &self.found
    }

    /// The name that was probably meant, for an unknown member.
    pub fn suggestion(&self) -> Option<&'static str> {
        self.suggestion
    }

    /// Returns the message: `1025 characters, at most 1024`.
    pub fn message(&self) -> String {
        if let Some(message) = &self.message {
            return (**message).to_owned();
        }
        match (&self.found, self.rule.limit()) {
            (Measured::Count(count), Limit::MaxChars(max)) => format!("{count} characters, at most {max}"),
            (Measured::Count(count), Limit::MaxLineBreaks(max)) => format!("{count} line breaks, at most {max}"),
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
        let violations = self.violations.iter().map(ToString::to_string);
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}"));
        f.write_str(&violations.chain(warnings).collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.violations().iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Invalid {}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Violation", 5 + usize::from(self.suggestion.is_some()))?;
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
        if let Some(suggestion) = self.suggestion {
            out.serialize_field("suggestion", suggestion)?;
        }
        out.end()
    }
}

/// The violations and warnings found so far. Allocates only when there is one.
#[derive(Debug, Default)]
pub struct Violations(Report);

impl Violations {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a violation, or a warning if the rule is not documented.
    pub fn add(&mut self, at: &At<'_>, rule: &'static Rule, found: Measured) {
        self.push(Violation { pointer: at.to_string(), rule, found, message: None, suggestion: None });
    }

    /// Adds a violation with a message that explains more than its rule.
    pub(crate) fn explain(&mut self, pointer: &str, rule: &'static Rule, found: Measured, message: String) {
        let message = Some(message.into());
        self.push(Violation { pointer: pointer.to_owned(), rule, found, message, suggestion: None });
    }

    /// Adds a violation with the name that was probably meant.
    pub(crate) fn suggest(
        &mut self,
        pointer: &str,
        rule: &'static Rule,
        message: String,
        suggestion: Option<&'static str>,
    ) {
        let message = Some(message.into());
        self.push(Violation { pointer: pointer.to_owned(), rule, found: Measured::Nothing, message, suggestion });
    }

    /// Adds everything in the report on the value at `at`.
    pub(crate) fn merge(&mut self, at: &At<'_>, report: &Report) {
        for violation in report.violations.iter().chain(&report.warnings) {
            self.push(Violation { pointer: format!("{at}{}", violation.pointer), ..violation.clone() });
        }
    }

    fn push(&mut self, violation: Violation) {
        if violation.rule.is_enforced() {
            self.0.violations.push(violation);
        } else {
            self.0.warnings.push(violation);
        }
    }

    /// Returns everything that was found.
    pub fn into_report(self) -> Report {
        self.0
    }

    pub(crate) fn not_empty(&mut self, at: &At<'_>, text: &str) {
        if text.is_empty() {
            self.add(at, &common::TEXT_NOT_EMPTY, Measured::Count(0));
        }
    }

    /// Checks a length in characters; they are counted only when the length in bytes is inconclusive.
    pub(crate) fn max_chars(&mut self, at: &At<'_>, text: &str, rule: &'static Rule) {
        let Limit::MaxChars(max) = rule.limit() else { return };
        if text.len() > max {
            let chars = text.chars().count();
            if chars > max {
                self.add(at, rule, count(chars));
            }
        }
    }

    /// Checks a required text with a maximum.
    pub(crate) fn text(&mut self, at: &At<'_>, text: &str, rule: &'static Rule) {
        self.not_empty(at, text);
        self.max_chars(at, text, rule);
    }

    pub(crate) fn max_line_breaks(&mut self, at: &At<'_>, text: &str, rule: &'static Rule) {
        let Limit::MaxLineBreaks(max) = rule.limit() else { return };
        // Few texts have so many bytes of line breaks; only those are looked at more closely.
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        if text.bytes().filter(is_break).count() <= max {
            return;
        }
        let text = text.trim_end_matches(['\r', '\n']);
        // A carriage return with a line feed is one break.
        let breaks = text.bytes().filter(is_break).count() - text.matches("\r\n").count();
        if breaks > max {
            self.add(at, rule, count(breaks));
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

    /// Checks that a value is one that the rule lists.
    pub(crate) fn one_of(&mut self, at: &At<'_>, value: &str, rule: &'static Rule) {
        let Limit::OneOf(values) = rule.limit() else { return };
        if !values.contains(&value) {
            self.add(at, rule, Measured::Nothing);
        }
    }

    /// Checks that a value of an open enum is known.
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

    /// Checks a link to a file whose kinds the rule lists.
    pub(crate) fn file_link(&mut self, at: &At<'_>, link: &str, rule: &'static Rule) {
        let Ok(url) = HttpUrl::parse(link) else {
            self.add(at, &common::LINK_ABSOLUTE, Measured::Nothing);
            return;
        };
        let Limit::FileKinds(kinds) = rule.limit() else { return };
        if let Some(found) = link::other_kind(&url, kinds) {
            self.add(at, rule, Measured::Word(found.to_ascii_lowercase()));
        }
    }

    /// Reports a member that only Meta documents.
    pub(crate) fn meta_member(&mut self, at: &At<'_>, name: &str, is_present: bool) {
        if is_present {
            self.add(&at.key(name), &common::MEMBER_META, Measured::Nothing);
        }
    }

    /// Checks a known kind, which only Meta documents unless `is_documented`.
    pub(crate) fn meta_kind(&mut self, at: &At<'_>, tag: &str, kind: &str, is_documented: bool) {
        if !is_documented {
            self.add(&at.key(tag), &common::MEMBER_META, Measured::Word(kind.to_owned()));
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
