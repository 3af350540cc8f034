//! The pages of docs/sending, made of code that compiles: one module for each kind of message, which is both shown and called.

mod page;
pub mod rcs;
pub mod viber;
pub mod whatsapp;

use incs_model::limits::{self, Rule};
use incs_model::{Channel, OutboundMessage, PhoneNumber};

pub use self::page::page;

/// A channel, and the page about what can be sent on it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Chapter {
    /// Its name on the wire, which is also that of its page, its pictures and its rules.
    pub name: &'static str,
    /// What stands above the kinds, after the heading.
    pub introduction: &'static str,
    /// The heading of its table on the page of limits.
    pub limits: &'static str,
    /// Whether it has [`SESSION_WINDOW`], so that all but templates are bound to it.
    pub has_window: bool,
    /// Every kind of message, in the order of the page.
    pub kinds: &'static [Kind],
}

/// One kind of message: its module, what the function in it makes, and how that looks.
#[derive(Debug)]
#[non_exhaustive]
pub struct Kind {
    /// The name of the function and of its module.
    pub name: &'static str,
    /// The source file of the channel.
    pub file: &'static str,
    /// What the function makes.
    pub message: fn(PhoneNumber) -> OutboundMessage,
    /// How its rules begin; those that fit are listed.
    pub rules: &'static [&'static str],
    /// What the picture shows, for who does not see it.
    pub alt: &'static str,
}

/// The last part of the id of the rule of the 24 hours.
pub const SESSION_WINDOW: &str = "session_window";

/// All channels, in the order of the book.
pub const CHAPTERS: &[Chapter] = &[whatsapp::CHAPTER, viber::CHAPTER, rcs::CHAPTER];

impl Chapter {
    /// The channel.
    pub fn channel(&self) -> Channel {
        Channel::from(self.name)
    }

    /// The path of the page, from the root of the repository.
    pub fn path(&self) -> String {
        format!("docs/sending/{}.md", self.name)
    }

    /// The path of the picture of a kind, from docs/.
    pub fn picture(&self, kind: &Kind) -> String {
        format!("images/sending/{}-{}.png", self.name, kind.name.replace('_', "-"))
    }
}

impl Kind {
    /// Returns the text of the module, without its indentation.
    pub fn source(&self) -> Option<String> {
        let (_, module) = self.file.split_once(&format!("\npub mod {} {{\n", self.name))?;
        let (module, _) = module.split_once("\n}\n")?;
        let lines = module.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
        Some(lines.collect::<Vec<_>>().join("\n"))
    }

    /// The rules of a message of this kind.
    pub fn limits(&self) -> impl Iterator<Item = &'static Rule> {
        limits::all().filter(|rule| self.rules.iter().any(|start| rule.id().starts_with(start)))
    }
}

/// Lists the kinds of a channel, each of a module that is named like its function.
macro_rules! kinds {
    ($file:literal: $($name:ident $rules:tt $alt:literal;)+) => {
        &[$($crate::sending::Kind {
            name: stringify!($name),
            file: include_str!($file),
            message: |to| $name::$name(to).into(),
            rules: &$rules,
            alt: $alt,
        }),+]
    };
}
use kinds;
