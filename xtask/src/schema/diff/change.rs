//! One change of a schema, and what it means to those who were there before.

use std::fmt::{self, Display, Formatter};

/// The two directions of the wire, which want opposite things.
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

/// What a change means to a program that was written for the older schema. The worst stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// It stops working, or meets what it was promised not to meet.
    Breaking,
    /// The comparison cannot tell; counts as breaking.
    Unclear,
    /// It goes on as before.
    Compatible,
    /// Words for people, and names that never travel.
    Documentation,
}

impl Class {
    /// Whether a release with this change needs the version of a breaking one.
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

/// What a change does to the JSON values that are valid at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// As many as before: a value got a name, or lost one.
    Same,
    /// Some are not valid any more.
    Narrower,
    /// Some more are valid.
    Wider,
    /// Some went, others came.
    Crosswise,
    /// Nobody worked it out.
    Unclear,
    /// It says nothing about values.
    Words,
}

/// What a change does to what a reader can look for by name: a member, a value, a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Came,
    Went,
}

/// A change, before it is known in which contract and place it was met.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect {
    pub(super) set: Set,
    pub(super) name: Option<Name>,
}

impl Effect {
    pub(super) const fn came(set: Set) -> Self {
        Self { set, name: Some(Name::Came) }
    }

    pub(super) const fn went(set: Set) -> Self {
        Self { set, name: Some(Name::Went) }
    }

    /// The same change below a `not`, where less is more, and nothing is promised by name.
    pub(super) fn negated(self) -> Self {
        let set = match self.set {
            Set::Narrower => Set::Wider,
            Set::Wider => Set::Narrower,
            other => other,
        };
        Self { set, name: None }
    }

    /// A sender suffers from what is not valid any more, a reader from what it was not told of and from what it looks for
    /// in vain.
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
    /// Where, as JSON pointer: into the newer document, or into the older one when the place is gone.
    pub(crate) pointer: String,
    pub(crate) class: Class,
    /// What changed, in words.
    pub(crate) what: String,
}
