//! How a rule is read out of JSON, and what a rule may say.

use std::fmt;

use incs_model::Pointer;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::rule::{Action, Rule, When};
use crate::operation;

/// Longest delay of a reply or a webhook: five minutes.
const MOST_MILLIS: u64 = 300_000;

/// Longest `Retry-After`: a day.
const MOST_SECONDS: u64 = 86_400;

/// Longest name of an operation or event, number of a customer, or title of a failure, in bytes.
const LONGEST_TEXT: usize = 256;

/// Why a rule was refused: where, what was found, and what is expected. It repeats no number of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    pointer: String,
    text: String,
}

impl RuleError {
    pub(super) fn new(pointer: impl Into<String>, text: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), text: text.into() }
    }

    /// The member, by JSON pointer: `/share`. Empty when it is about the rule as a whole.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, text } = self;
        if pointer.is_empty() { f.write_str(text) } else { write!(f, "{pointer}: {text}") }
    }
}

impl std::error::Error for RuleError {}

impl Rule {
    /// Reads a rule, and checks it.
    ///
    /// ```
    /// use incs_sandbox::Rule;
    ///
    /// let error = Rule::parse(br#"{"kind":"slow","millis":50,"shar":0.5}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "/shar: no such member of slow");
    /// ```
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn parse(json: &[u8]) -> Result<Self, RuleError> {
        let value: Value = serde_json::from_slice(json).map_err(|_| RuleError::new("", "no JSON"))?;
        let rule = Self::try_from(value)?;
        rule.check().map(|()| rule)
    }

    /// Checks what the types allow and no fault can do: a share beyond 1, an operation that there is none of, a webhook's event for
    /// a request.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn check(&self) -> Result<(), RuleError> {
        let refuse = |pointer: &str, text: String| Err(RuleError::new(pointer, text));
        if !(0.0..=1.0).contains(&self.share) {
            return refuse("/share", format!("{}, expected 0 to 1", self.share));
        }
        match &self.action {
            Action::RateLimit { retry_after: Some(seconds) } if *seconds > MOST_SECONDS => {
                return refuse("/retry_after", format!("{seconds} seconds, at most {MOST_SECONDS}"));
            }
            Action::Slow { millis } | Action::Late { millis } if *millis > MOST_MILLIS => {
                return refuse("/millis", format!("{millis}, at most {MOST_MILLIS}"));
            }
            Action::Fail { title, .. } if title.len() > LONGEST_TEXT => {
                return refuse("/title", format!("{} bytes, at most {LONGEST_TEXT}", title.len()));
            }
            _ => {}
        }
        self.check_when()
    }

    fn check_when(&self) -> Result<(), RuleError> {
        let kind = self.action.as_str();
        let When { operation, event, to } = &self.when;
        if let Some(name) = operation {
            if self.action.is_of_webhooks() {
                return Err(RuleError::new("/operation", format!("{kind} happens to webhooks: name an event")));
            }
            let is_known = match name.strip_suffix('*') {
                Some(start) => operation::names().any(|known| known.starts_with(start)),
                None => operation::names().any(|known| known == name),
            };
            if !is_known {
                return Err(RuleError::new("/operation", "no such operation"));
            }
        }
        if let Some(name) = event {
            if !self.action.is_of_webhooks() {
                return Err(RuleError::new("/event", format!("{kind} happens to no webhook: name an operation")));
            }
            if name.is_empty() || name.len() > LONGEST_TEXT {
                return Err(RuleError::new("/event", format!("{} bytes, expected 1 to {LONGEST_TEXT}", name.len())));
            }
        }
        if let Some(number) = to {
            let digits = number.strip_suffix('*').unwrap_or(number);
            if number.is_empty() || number.len() > LONGEST_TEXT || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(RuleError::new("/to", "expected digits, and * at the end if need be"));
            }
        }
        Ok(())
    }
}

impl TryFrom<Value> for Rule {
    type Error = RuleError;

    fn try_from(value: Value) -> Result<Self, RuleError> {
        let Value::Object(members) = value else { return Err(RuleError::new("", "expected an object")) };
        let mut members = Members(members);
        let kind: String = members.needed("kind")?;
        let action = members.action(&kind)?;
        let when = When {
            operation: members.optional("operation")?,
            event: members.optional("event")?,
            to: members.optional("to")?,
        };
        let (share, skip) = (members.optional("share")?.unwrap_or(1.0), members.optional("skip")?.unwrap_or(0));
        let count = members.optional("count")?;
        match members.0.keys().next() {
            Some(left) => Err(RuleError::new(Pointer::new([left]), format!("no such member of {kind}"))),
            None => Ok(Self { action, when, share, skip, count }),
        }
    }
}

/// The members of a rule that were not read yet.
struct Members(Map<String, Value>);

impl Members {
    fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, RuleError> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        // `null` says the same as nothing; a value of another type is not repeated.
        serde_json::from_value(value).map_err(|_| RuleError::new(Pointer::new([name]), "not of the right type"))
    }

    fn needed<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, RuleError> {
        self.optional(name)?.ok_or_else(|| RuleError::new(Pointer::new([name]), "missing"))
    }

    fn flag(&mut self, name: &str) -> Result<bool, RuleError> {
        Ok(self.optional(name)?.unwrap_or(false))
    }

    fn action(&mut self, kind: &str) -> Result<Action, RuleError> {
        Ok(match kind {
            "rate_limit" => Action::RateLimit { retry_after: self.optional("retry_after")? },
            "server_error" => Action::ServerError { accepted: self.flag("accepted")? },
            "drop" => Action::Drop { accepted: self.flag("accepted")? },
            "stall" => Action::Stall { accepted: self.flag("accepted")? },
            "slow" => Action::Slow { millis: self.needed("millis")? },
            "garbage" => Action::Garbage { accepted: self.flag("accepted")? },
            "duplicate" => Action::Duplicate,
            "reorder" => Action::Reorder,
            "late" => Action::Late { millis: self.needed("millis")? },
            "lose" => Action::Lose,
            "bad_signature" => Action::BadSignature,
            "unknown_value" => Action::UnknownValue,
            "fail" => Action::Fail { code: self.needed("code")?, title: self.needed("title")? },
            _ => return Err(RuleError::new("/kind", "no such fault")),
        })
    }
}
