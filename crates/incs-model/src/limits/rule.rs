//! The type of a rule and its parts.

use std::fmt;

/// One rule of the platform: a stable id, the limit, the source, and the component that checks it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) limit: Limit,
    pub(crate) source: Source,
    pub(crate) confidence: Confidence,
    pub(crate) checked: Checked,
}

impl Rule {
    /// The stable id, like `whatsapp.interactive.body.max_length`. Ids are never renamed or reused.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The subject of the rule.
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// The limit itself.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// The platform's page that documents it.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The confidence in the fact.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// Returns true when breaking the rule is a violation, and false when it only gives a warning.
    pub fn is_enforced(&self) -> bool {
        matches!(self.confidence, Confidence::Documented | Confidence::Implied)
    }

    /// The component that checks the rule.
    pub fn checked(&self) -> Checked {
        self.checked
    }
}

/// A limit. `Display` is a phrase: `at most 1024 characters`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// At least one character.
    NotEmpty,
    /// At most this many characters.
    MaxChars(usize),
    /// At most this many line breaks; line breaks at the very end do not count.
    MaxLineBreaks(usize),
    /// A number of items in this range.
    Items {
        /// The minimum.
        min: usize,
        /// The maximum; `None` where no page documents one.
        max: Option<usize>,
    },
    /// A whole number in this range.
    Range {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A whole number of at least this value.
    AtLeast(i64),
    /// One of these values.
    OneOf(&'static [&'static str]),
    /// A link to a file of one of these kinds, if the end of its path names a kind.
    FileKinds(&'static [&'static str]),
    /// A file of at most this many megabytes.
    Megabytes(u32),
    /// A limit in words.
    Must(&'static str),
}

impl Limit {
    /// The maximum, if the limit has exactly one number.
    pub fn max(self) -> Option<usize> {
        match self {
            Self::MaxChars(max) | Self::MaxLineBreaks(max) => Some(max),
            Self::Items { max, .. } => max,
            Self::Range { max, .. } => usize::try_from(max).ok(),
            Self::Megabytes(megabytes) => usize::try_from(megabytes).ok(),
            Self::NotEmpty | Self::AtLeast(_) | Self::OneOf(_) | Self::FileKinds(_) | Self::Must(_) => None,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEmpty => f.write_str("at least 1 character"),
            Self::MaxChars(max) => write!(f, "at most {max} characters"),
            Self::MaxLineBreaks(max) => write!(f, "at most {max} line breaks"),
            Self::Items { min, max: Some(max) } if *min == 0 => write!(f, "at most {max}"),
            Self::Items { min, max: Some(max) } => write!(f, "{min} to {max}"),
            Self::Items { min, max: None } => write!(f, "at least {min}"),
            Self::Range { min, max } if min == max => write!(f, "{min}"),
            Self::Range { min, max } => write!(f, "{min} to {max}"),
            Self::AtLeast(min) => write!(f, "at least {min}"),
            Self::OneOf([only]) => f.write_str(only),
            Self::OneOf(values) => write!(f, "one of {}", values.join(", ")),
            Self::FileKinds(kinds) => write!(f, "a file of kind {}", kinds.join(", ")),
            Self::Megabytes(megabytes) => write!(f, "at most {megabytes} MB"),
            Self::Must(what) => f.write_str(what),
        }
    }
}

/// The platform's page that documents a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(&'static str);

impl Source {
    /// "INCS: send WhatsApp message".
    pub const SEND_WHATSAPP: Self = Self("INCS: send WhatsApp message");
    /// "INCS: send Viber message".
    pub const SEND_VIBER: Self = Self("INCS: send Viber message");
    /// "INCS: send RCS message".
    pub const SEND_RCS: Self = Self("INCS: send RCS message");
    /// "INCS: message status".
    pub const MESSAGE_STATUS: Self = Self("INCS: message status");
    /// "INCS: RCS templates".
    pub const RCS_TEMPLATES: Self = Self("INCS: RCS templates");
    /// "INCS: WhatsApp templates".
    pub const WHATSAPP_TEMPLATES: Self = Self("INCS: WhatsApp templates");
    /// "INCS: tasks".
    pub const TASKS: Self = Self("INCS: tasks");
    /// "INCS: get a token".
    pub const TOKEN: Self = Self("INCS: get a token");

    /// The name of the page.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The confidence in a fact. Documented and implied rules are enforced; sampled and inferred ones give warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// A page states it.
    Documented,
    /// Follows from what a page states.
    Implied,
    /// Shown in a sample, but in no table.
    Sampled,
    /// Deduced; nothing contradicts it.
    Inferred,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Implied => "implied",
            Self::Sampled => "sampled",
            Self::Inferred => "inferred",
        })
    }
}

/// The component that checks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Checked {
    /// `validate`; the *send* schema has the same rule.
    ValidateAndSchema,
    /// `validate`; JSON Schema cannot express it, so it is listed in `x-incs-rules`.
    Validate,
    /// The type: an invalid value cannot be created, and decoding refuses it. The schema has the same rule.
    Type,
    /// The reader of documents; the schema has the same rule.
    Document,
    /// The comparison of a send with its template.
    TemplateCheck,
    /// The platform only: the check needs the file, the clock or the template.
    Platform,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ValidateAndSchema => "validate and schema",
            Self::Validate => "validate",
            Self::Type => "type and schema",
            Self::Document => "document and schema",
            Self::TemplateCheck => "template check",
            Self::Platform => "the platform only",
        })
    }
}

/// Declares the rules of a module, and `ALL` of them.
macro_rules! rules {
    ($(
        $name:ident = $id:literal, $summary:literal, $limit:expr, $source:ident, $confidence:ident, $checked:ident;
    )+) => {
        $(
            #[doc = concat!("`", $id, "`: ", $summary, ".")]
            pub static $name: $crate::limits::rule::Rule = $crate::limits::rule::Rule {
                id: $id,
                summary: $summary,
                limit: $limit,
                source: $crate::limits::rule::Source::$source,
                confidence: $crate::limits::rule::Confidence::$confidence,
                checked: $crate::limits::rule::Checked::$checked,
            };
        )+

        pub(in crate::limits) static ALL: &[&$crate::limits::rule::Rule] = &[$(&$name),+];
    };
}
pub(super) use rules;
