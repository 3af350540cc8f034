//! Checking a request against the rules of the platform, before it costs money.
//!
//! Decoding and constructing only refuse what can never be valid; everything else is checked here, all at once, and only
//! when you ask. That way a limit that the platform has raised since does not stop you.

mod at;
mod report;
mod violations;

pub use self::at::At;
pub use self::report::{Measured, Report, Violation};
pub use self::violations::Violations;
pub(crate) use self::violations::count;

/// Something the platform has rules for.
///
/// The types of this crate implement it. Implement it for a type of your own to check what it holds: call `check` of each
/// part with the place of that part.
pub trait Validate {
    /// Adds every violation in this value, found at `at`, to `found`.
    fn check(&self, at: &At<'_>, found: &mut Violations);
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
