//! Every limit of the platform, written once.
//!
//! The numbers are constants (`limits::whatsapp::BODY_TEXT_MAX`), used by the validator and by the JSON Schemas alike.
//! The rules around them carry a stable id, the source of the fact, and who checks it; [`all`] lists them, and the page
//! `docs/limits.md` is made from that list.
//!
//! Lengths count Unicode scalar values (`char`s). The platform says "characters" and not how it counts them.

pub mod common;
pub mod rcs;
mod rule;
pub mod status;
pub mod task;
pub mod template;
pub mod viber;
pub mod whatsapp;

pub(crate) use self::rule::rules;
pub use self::rule::{Checked, Confidence, Limit, Rule, Source};

/// Every rule, grouped by what it speaks of.
///
/// ```
/// let rule = incs_model::limits::all().find(|rule| rule.id() == "whatsapp.interactive.body.max_length").unwrap();
/// assert_eq!(rule.limit().to_string(), "at most 1024 characters");
/// ```
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [common::ALL, whatsapp::ALL, viber::ALL, rcs::ALL, status::ALL, template::ALL, task::ALL]
        .into_iter()
        .flatten()
        .copied()
}
