//! Checking a body against the JSON Schema of what is received.
//!
//! Two questions can be asked. [`check`] asks whether a body keeps the published contract: the documents `receive/event.json` and
//! `receive/exotel-callback.json` of [`incs_model::schema`]. That contract is open, so it lets much pass:
//!
//! | body | what [`check`] finds |
//! | --- | --- |
//! | an event of INCS of known name, save `new_message` | missing members, and values of another type |
//! | `new_message` | a missing or wrong `message`, `channel_id` or `business_phone`; **nothing inside `message`**, since any object may be a form of tomorrow |
//! | an event of INCS of unknown name | nothing |
//! | anything from Exotel | **nothing**, as long as it is an object |
//!
//! [`check_known`] asks more: whether a body has one of the forms that are known today. It takes the same documents without the
//! alternative "any object". So it looks into messages of WhatsApp and of Exotel too. What it does not find: a fault in an RCS
//! message of INCS or in a flat report of Exotel, since either also fits a form whose members are all optional; a member that is
//! new, which is for [`drift`](crate::drift); what stands in strings that hold JSON.
//!
//! Neither is needed to receive: [`Verified::parse`] finds faults by itself, tells them item by item, and is much cheaper. These
//! checks are for tests, for a look at a body that was kept, and for comparing notes with a team that validates by the schemas.
//!
//! ```
//! use incs_webhook::{Delivery, schema};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let body = br#"{"event": "message_status_update", "message_id": 7}"#;
//! let headers: [(&str, &str); 0] = [];
//! // Verify yours.
//! let verified = Delivery::new(&headers, body).dangerously_skip_verification()?;
//!
//! let differences = schema::check(&verified)?;
//! let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
//! assert_eq!(lines, ["/message_id: expected a string, found a whole number", "/message_status: missing"]);
//! # Ok(())
//! # }
//! ```

mod branch;
mod difference;
mod documents;
mod message;

use incs_model::inbound::Provider;
use serde_json::Value;

pub use self::difference::Difference;

use self::documents::{CONTRACT, Documents, KNOWN_FORMS};
use crate::provider;
use crate::shape::{self, ShapeError};
use crate::verified::Verified;

/// Where a body leaves the published contract; empty when it keeps it. Whose body it is shows in the body.
///
/// # Errors
///
/// When it is not JSON, or not a body of a provider that is known.
pub fn check(verified: &Verified<'_>) -> Result<Vec<Difference>, ShapeError> {
    read(verified, None, &CONTRACT)
}

/// Like [`check`], for a URL that only one provider knows.
///
/// # Errors
///
/// When it is not JSON, or there is no schema for the provider.
pub fn check_from(provider: &Provider, verified: &Verified<'_>) -> Result<Vec<Difference>, ShapeError> {
    read(verified, Some(provider), &CONTRACT)
}

/// Where a body leaves the forms that are known today; empty when it has one of them. Whose body it is shows in the body.
///
/// # Errors
///
/// When it is not JSON, or not a body of a provider that is known.
pub fn check_known(verified: &Verified<'_>) -> Result<Vec<Difference>, ShapeError> {
    read(verified, None, &KNOWN_FORMS)
}

/// Like [`check_known`], for a URL that only one provider knows.
///
/// # Errors
///
/// When it is not JSON, or there is no schema for the provider.
pub fn check_known_from(provider: &Provider, verified: &Verified<'_>) -> Result<Vec<Difference>, ShapeError> {
    read(verified, Some(provider), &KNOWN_FORMS)
}

fn read(
    verified: &Verified<'_>,
    provider: Option<&Provider>,
    documents: &Documents,
) -> Result<Vec<Difference>, ShapeError> {
    let text = shape::read_text(verified.body(), verified.limits())?;
    let body: Value = incs_model::decode_str(text).map_err(ShapeError::NotJson)?;
    let provider = provider.cloned().or_else(|| provider::of(text)).ok_or(ShapeError::Envelope)?;
    let validator = documents.of(&provider).ok_or(ShapeError::Envelope)?;
    let mut differences = Vec::new();
    for error in validator.iter_errors(&body) {
        branch::differences(&error, &mut |difference| differences.push(difference));
    }
    differences.sort();
    differences.dedup();
    Ok(differences)
}
