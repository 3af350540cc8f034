//! The checks, and the list they add to.

use std::collections::HashSet;

use super::at::At;
use super::report::{Measured, Report, Violation};
use crate::limits::{Limit, Rule, common};
use crate::link::{self, FileLink};
use crate::scan::zeros;

/// The violations found so far. Nothing is allocated until there is one.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// No violations yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a violation.
    #[cold]
    pub fn add(&mut self, at: &At<'_>, rule: &'static Rule, found: Measured) {
        self.0.push(Violation::new(at.to_string(), rule, found));
    }

    /// A report, if anything was found.
    ///
    /// # Errors
    ///
    /// The report, when there is at least one violation.
    pub fn into_result(self) -> Result<(), Report> {
        Report::new(self.0).map_or(Ok(()), Err)
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
        // Text without a line break needs no counting, and that is told many bytes at a time.
        if zeros(text, |byte| [byte ^ b'\n']) == [true] {
            let lines = text.split('\n').count();
            if lines > max {
                self.add(at, rule, count(lines));
            }
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
        let link = FileLink::of(link);
        if !link.is_absolute {
            self.add(at, &common::LINK_ABSOLUTE, Measured::Nothing);
        }
        let Limit::FileKinds(kinds) = rule.limit() else { return };
        if !link.has_kind(kinds) {
            let found = link.extension().map_or(Measured::Nothing, |kind| Measured::Word(kind.to_ascii_lowercase()));
            self.add(at, rule, found);
        }
    }

    pub(crate) fn unknown_kind(&mut self, at: &At<'_>, tag: &str) {
        self.add(&at.key(tag), &common::KIND_KNOWN, Measured::Nothing);
    }

    /// Adds a violation for each text that stands earlier in the list; `place` says where the text at a position is.
    pub(crate) fn unique<'t, I>(
        &mut self,
        texts: I,
        rule: &'static Rule,
        place: impl Fn(usize, &mut dyn FnMut(&At<'_>)),
    ) where
        I: Iterator<Item = &'t str> + Clone,
    {
        /// Up to here pairs are compared, which allocates nothing.
        const PAIRWISE_MAX: usize = 32;

        let mut report = |position: usize| place(position, &mut |at| self.add(at, rule, Measured::Nothing));
        if texts.clone().nth(PAIRWISE_MAX).is_none() {
            for (position, text) in texts.clone().enumerate() {
                if texts.clone().take(position).any(|earlier| earlier == text) {
                    report(position);
                }
            }
        } else {
            let mut seen = HashSet::new();
            for (position, text) in texts.enumerate() {
                if !seen.insert(text) {
                    report(position);
                }
            }
        }
    }
}

pub(crate) fn count(number: usize) -> Measured {
    Measured::Count(i64::try_from(number).unwrap_or(i64::MAX))
}
