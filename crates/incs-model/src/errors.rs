//! The catalogue of error codes: what a code of INCS, Meta, Exotel or Viber means, and what to do about it.
//!
//! Each code is described once, with the source that was read. The catalogue explains an error to a person, and to a program that
//! decides about a late failure. It does not decide whether a request may be repeated: after a failed call, the state of the
//! request does.
//!
//! ```
//! use incs_model::errors::{self, Family, NextTry};
//!
//! let known = errors::explain(Family::Meta, 131_049).unwrap();
//! assert_eq!(known.next_try(), NextTry::AfterAWait);
//! assert!(errors::explain(Family::Meta, 7).is_none()); // no source was read
//!
//! // A refused call has an explanation, and so has a failure that arrives later.
//! let refused = incs_model::envelope::Envelope::failure(incs_model::envelope::Code::WhatsApp, "(#132012) Parameter format");
//! assert_eq!(refused.explanation().unwrap().code(), 132_012);
//! ```
//!
//! The page `docs/errors.md` is generated from [`all`], and `incs explain` prints the same entries.

mod exotel;
mod incs;
mod meta;
mod viber;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// Returns every explanation, grouped by family, in the order of the codes.
pub fn all() -> impl Iterator<Item = &'static Explanation> {
    Family::ALL.into_iter().flat_map(Family::explanations)
}

/// Returns the explanation of a code; `None` when no source was read for it.
pub fn explain(family: Family, code: i64) -> Option<&'static Explanation> {
    family.explanations().iter().find(|known| known.covers(code))
}

/// Returns the explanation of a failure by its name and its code.
///
/// A name is compared first, because Exotel uses the same numbers for different things. Exotel's WhatsApp names also explain a
/// report on RCS, which is inferred: the names that both channels document mean the same. A code counts alone only when there is
/// no name, or when the family has no names.
pub fn explain_named(family: Family, name: Option<&str>, code: Option<i64>) -> Option<&'static Explanation> {
    let by_code = || explain(family, code?);
    let Some(name) = name.filter(|_| family.has_names()) else { return by_code() };
    let families: &[Family] = match family {
        Family::ExotelRcs => &[Family::ExotelRcs, Family::ExotelWhatsApp],
        _ => &[family],
    };
    let named = || families.iter().flat_map(|family| family.explanations()).filter(|known| known.name == Some(name));
    named().find(|known| code.is_some_and(|code| known.covers(code))).or_else(|| named().next())
}

/// The owner of a code. The same number means different things in different families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// The code of an INCS reply.
    Incs,
    /// Meta's error number: `(#132012)` in the message of a reply with code 10002, `code` in a WhatsApp receipt.
    Meta,
    /// Exotel's status code of an RCS message.
    ExotelRcs,
    /// Exotel's status code of a WhatsApp message. These crates do not receive such reports; the names also appear in RCS.
    #[serde(rename = "exotel_whatsapp")]
    ExotelWhatsApp,
    /// Exotel's status code of an SMS, such as the one that replaces an RCS message.
    ExotelSms,
    /// Viber's status code of a business message.
    Viber,
    /// Viber's status code of a bot message.
    ViberBot,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 7] =
        [Self::Incs, Self::Meta, Self::ExotelRcs, Self::ExotelWhatsApp, Self::ExotelSms, Self::Viber, Self::ViberBot];

    /// Returns the family in one word, as in JSON: `exotel_rcs`.
    pub fn as_str(self) -> &'static str {
        self.word_and_title().0
    }

    /// Returns the family as a heading: `Exotel, RCS`.
    pub fn title(self) -> &'static str {
        self.word_and_title().1
    }

    fn word_and_title(self) -> (&'static str, &'static str) {
        match self {
            Self::Incs => ("incs", "INCS"),
            Self::Meta => ("meta", "Meta, WhatsApp"),
            Self::ExotelRcs => ("exotel_rcs", "Exotel, RCS"),
            Self::ExotelWhatsApp => ("exotel_whatsapp", "Exotel, WhatsApp"),
            Self::ExotelSms => ("exotel_sms", "Exotel, SMS"),
            Self::Viber => ("viber", "Viber, business messages"),
            Self::ViberBot => ("viber_bot", "Viber, bots"),
        }
    }

    /// Returns the explanations of this family, in the order of the codes.
    pub fn explanations(self) -> &'static [Explanation] {
        match self {
            Self::Incs => incs::CODES,
            Self::Meta => meta::CODES,
            Self::ExotelRcs => exotel::RCS,
            Self::ExotelWhatsApp => exotel::WHATSAPP,
            Self::ExotelSms => exotel::SMS,
            Self::Viber => viber::BUSINESS,
            Self::ViberBot => viber::BOT,
        }
    }

    /// Returns true when the provider sends a name with each code.
    fn has_names(self) -> bool {
        matches!(self, Self::ExotelRcs | Self::ExotelWhatsApp | Self::ExotelSms)
    }

    /// Returns the family of a word: `exotel_rcs`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == word)
    }

    /// Reads a family that a later version may have written: an unknown one is absent.
    pub(crate) fn read_known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let word = Option::<String>::deserialize(deserializer)?;
        Ok(word.and_then(|word| Self::parse(&word)))
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl crate::masked::Masked for Family {}

/// The explanation of a code: its meaning, what to do, when another try makes sense, and the source.
///
/// The title is the provider's; the other texts are ours and contain no data of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    family: Family,
    code: i64,
    /// The last code that the explanation covers.
    last: i64,
    name: Option<&'static str>,
    title: &'static str,
    cause: &'static str,
    action: &'static str,
    next_try: NextTry,
    source: &'static Reference,
    basis: Basis,
}

impl Explanation {
    /// The owner of the code.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The code; the first one when the explanation covers several.
    pub fn code(&self) -> i64 {
        self.code
    }

    /// The last code: 299 for 200 to 299, usually the same as [`code`](Self::code).
    pub fn last_code(&self) -> i64 {
        self.last
    }

    /// Returns true when the explanation is about this code.
    pub fn covers(&self, code: i64) -> bool {
        (self.code..=self.last).contains(&code)
    }

    /// The provider's name of the code, such as `EX_SYSTEM_ERROR`.
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// The provider's title.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The cause, in one sentence.
    pub fn cause(&self) -> &'static str {
        self.cause
    }

    /// The action of a person, in one sentence.
    pub fn action(&self) -> &'static str {
        self.action
    }

    /// When another try makes sense.
    pub fn next_try(&self) -> NextTry {
        self.next_try
    }

    /// The page that was read.
    pub fn source(&self) -> &'static Reference {
        self.source
    }

    /// How far the source goes.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    const fn new(
        family: Family,
        code: i64,
        title: &'static str,
        cause: &'static str,
        action: &'static str,
        next_try: NextTry,
        source: &'static Reference,
    ) -> Self {
        let (last, name, basis) = (code, None, Basis::Quoted);
        Self { family, code, last, name, title, cause, action, next_try, source, basis }
    }

    const fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    const fn up_to(mut self, last: i64) -> Self {
        self.last = last;
        self
    }

    const fn on_page(mut self, source: &'static Reference) -> Self {
        self.source = source;
        self
    }

    const fn inferred(mut self) -> Self {
        self.basis = Basis::Inferred;
        self
    }
}

/// When another try with the same message can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextTry {
    /// At once: the cause was momentary.
    Now,
    /// After a wait, without a change.
    AfterAWait,
    /// After a change: of the message, the template, the account, the recipient's device, or the recipient.
    AfterAChange,
    /// Never: the recipient or the provider decided against it, or nothing failed.
    Never,
    /// The source does not say.
    NotStated,
}

impl NextTry {
    /// Returns the answer in one word, as in JSON: `after_a_wait`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::AfterAWait => "after_a_wait",
            Self::AfterAChange => "after_a_change",
            Self::Never => "never",
            Self::NotStated => "unknown",
        }
    }
}

/// The answer for people: `after a wait`.
impl fmt::Display for NextTry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AfterAWait => "after a wait",
            Self::AfterAChange => "after a change",
            other => other.as_str(),
        })
    }
}

/// How much of an explanation its source states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The source states the meaning and what to do, in other words than ours.
    Quoted,
    /// The source states the meaning, or only a name. What to do, or when to try again, is deduced.
    Inferred,
}

impl Basis {
    /// Returns the basis in one word: `quoted`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::Inferred => "inferred",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A public page that was read for the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    title: &'static str,
    address: &'static str,
    read_in: &'static str,
    date: &'static str,
}

impl Reference {
    /// The title: `Meta: WhatsApp error codes`.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The address. For INCS it is the path on the platform's documentation site.
    pub fn address(&self) -> &'static str {
        self.address
    }

    /// The source that was read: the page itself, or copies of it.
    pub fn read_in(&self) -> &'static str {
        self.read_in
    }

    /// The date on which it was read, as `YYYY-MM-DD`.
    pub fn date(&self) -> &'static str {
        self.date
    }
}

/// The date on which the public pages were read.
const DATE: &str = "2026-11-30";
