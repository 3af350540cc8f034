//! What was found.

use std::fmt;

use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::limits::{Limit, Rule};

/// All violations of a value, at least one. `Display` is one line each.
///
/// As JSON it is an array of [`Violation`]s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(transparent)]
#[error("{}", Lines(.violations))]
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
    pub(super) fn new(violations: Vec<Violation>) -> Option<Self> {
        if violations.is_empty() { None } else { Some(Self { violations }) }
    }

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
    pub(super) fn new(pointer: String, rule: &'static Rule, found: Measured) -> Self {
        Self { pointer, rule, found }
    }

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
        Sentence(self).to_string()
    }
}

struct Lines<'a>(&'a [Violation]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, violation) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        Sentence(self).fmt(f)
    }
}

struct Sentence<'a>(&'a Violation);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { rule, found, .. } = self.0;
        match (found, rule.limit()) {
            (Measured::Count(count), Limit::MaxChars(max)) => write!(f, "{count} characters, at most {max}"),
            (Measured::Count(count), Limit::MaxLines(max)) => write!(f, "{count} lines, at most {max}"),
            (Measured::Count(count), limit @ Limit::Items { .. }) => write!(f, "{count} items, expected {limit}"),
            (Measured::Count(_), Limit::NotEmpty) => write!(f, "no characters, at least 1"),
            (Measured::Count(count), limit) => write!(f, "{count}, expected {limit}"),
            (Measured::Word(word), limit) => write!(f, "{word}, expected {limit}"),
            (Measured::Nothing, limit) => write!(f, "expected {limit}"),
        }
    }
}

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
