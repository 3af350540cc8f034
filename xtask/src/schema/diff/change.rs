//! A change of a schema, and its effect on existing programs.

use std::fmt::{self, Display, Formatter};

/// The two directions of the wire, for which opposite changes are breaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Contract {
    Send,
    Receive,
}

impl Display for Contract {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Send => "send",
            Self::Receive => "receive",
        })
    }
}

/// The effect of a change on a program that was written for the older schema, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// The program stops working, or receives values that were excluded before.
    Breaking,
    /// The comparison is undecided; counts as breaking.
    Unclear,
    /// The program works as before.
    Compatible,
    /// Only texts for people or internal names changed.
    Documentation,
}

impl Class {
    /// Reports whether a release with this change needs a breaking version.
    pub(crate) fn counts_as_breaking(self) -> bool {
        matches!(self, Self::Breaking | Self::Unclear)
    }
}

impl Display for Class {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Unclear => "breaking?",
            Self::Compatible => "not breaking",
            Self::Documentation => "documentation",
        })
    }
}

/// The effect of a change on the JSON values that are valid at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// The same values are valid: one got or lost a name.
    Same,
    /// Some values are no longer valid.
    Narrower,
    /// More values are valid.
    Wider,
    /// Some values are no longer valid, others are new.
    Crosswise,
    /// The effect is unknown.
    Unclear,
    /// The change does not concern values.
    Words,
}

/// The effect of a change on names that a reader can look for: a member, a value, a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Came,
    Went,
}

/// A change without its contract and place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect {
    pub(super) set: Set,
    pub(super) name: Option<Name>,
}

impl Effect {
    pub(super) const fn added(set: Set) -> Self {
        Self { set, name: Some(Name::Came) }
    }

    pub(super) const fn removed(set: Set) -> Self {
        Self { set, name: Some(Name::Went) }
    }

    /// Returns the same change below a `not`, where it has the opposite effect and no names.
    pub(super) fn negated(self) -> Self {
        let set = match self.set {
            Set::Narrower => Set::Wider,
            Set::Wider => Set::Narrower,
            other => other,
        };
        Self { set, name: None }
    }

    /// Returns the class of the change in a contract. Values that are no longer valid break a sender; new values and removed names
    /// break a reader.
    pub(super) fn class(self, contract: Contract) -> Class {
        match (contract, self.name) {
            _ if self.set == Set::Words => return Class::Documentation,
            (Contract::Receive, Some(Name::Went)) => return Class::Breaking,
            (Contract::Receive, Some(Name::Came)) => return Class::Compatible,
            _ => {}
        }
        let breaks = match self.set {
            Set::Unclear => return Class::Unclear,
            Set::Narrower => contract == Contract::Send,
            Set::Wider => contract == Contract::Receive,
            Set::Crosswise => true,
            Set::Same | Set::Words => false,
        };
        if breaks { Class::Breaking } else { Class::Compatible }
    }
}

impl From<Set> for Effect {
    fn from(set: Set) -> Self {
        Self { set, name: None }
    }
}

/// One difference between two versions of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The file of the document, like `send/viber-message.json`.
    pub(crate) document: String,
    pub(crate) contract: Contract,
    /// JSON pointer of the place in the newer document, or in the older one if the place was removed.
    pub(crate) pointer: String,
    pub(crate) class: Class,
    /// The change in words.
    pub(crate) what: String,
}
