//! A fault rule: its condition, its action, its JSON form, and its checks.

use std::fmt;

use incs_model::Pointer;
use incs_model::errors::{self, Family};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::operation;

/// The longest delay of a reply or a webhook: five minutes.
const MAX_MILLIS: u64 = 300_000;

/// The longest `Retry-After`: a day.
const MAX_SECONDS: u64 = 86_400;

/// The longest operation, event, customer number, or title of a failure, in bytes.
const MAX_TEXT: usize = 256;

/// A fault: its action, its condition, and its frequency.
///
/// ```
/// use incs_sandbox::{Action, Rule, When};
///
/// // Every other WhatsApp send is accepted, but the connection is dropped before the reply.
/// let rule = Rule::new(Action::Drop { accepted: true }).when(When::operation("send_whatsapp_message")).share(0.5);
/// assert_eq!(
///     serde_json::to_string(&rule).unwrap(),
///     r#"{"kind":"drop","accepted":true,"operation":"send_whatsapp_message","share":0.5,"skip":0}"#
/// );
/// ```
///
/// [`parse`](Self::parse) reads the same JSON, and its errors name the invalid member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Value")]
#[schemars(!try_from)]
#[non_exhaustive]
pub struct Rule {
    /// The action.
    #[serde(flatten)]
    pub action: Action,
    /// The condition.
    #[serde(flatten)]
    pub when: When,
    /// The share of matching cases, from 0 to 1.
    #[schemars(default = "always", range(min = 0, max = 1))]
    pub share: f64,
    /// The number of matching cases that are skipped first.
    #[schemars(default)]
    pub skip: u64,
    /// The most times it applies; unlimited if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

impl Rule {
    /// Creates a rule that always applies.
    pub fn new(action: Action) -> Self {
        Self { action, when: When::default(), share: 1.0, skip: 0, count: None }
    }

    /// Sets the condition.
    #[must_use]
    pub fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    /// Sets the share of matching cases, from 0 to 1.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Sets the number of matching cases that are skipped first.
    #[must_use]
    pub fn skip(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// Sets the most times it applies.
    #[must_use]
    pub fn count(self, count: u64) -> Self {
        Self { count: Some(count), ..self }
    }

    /// Parses and checks a rule.
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
    /// The first problem, with its JSON pointer.
    pub fn parse(json: &[u8]) -> Result<Self, RuleError> {
        let value: Value = serde_json::from_slice(json).map_err(|_| RuleError::new("", "not JSON"))?;
        let rule = Self::try_from(value)?;
        rule.check().map(|()| rule)
    }

    /// Checks values that the types allow but no fault can have: a share above 1, an unknown operation, an event on a rule for
    /// requests.
    ///
    /// # Errors
    ///
    /// The first problem, with its JSON pointer.
    pub fn check(&self) -> Result<(), RuleError> {
        let refuse = |pointer: &str, text: String| Err(RuleError::new(pointer, text));
        if !(0.0..=1.0).contains(&self.share) {
            return refuse("/share", format!("{}, expected 0 to 1", self.share));
        }
        match &self.action {
            Action::RateLimit { retry_after: Some(seconds) } if *seconds > MAX_SECONDS => {
                return refuse("/retry_after", format!("{seconds} seconds, at most {MAX_SECONDS}"));
            }
            Action::Slow { millis } | Action::Late { millis } if *millis > MAX_MILLIS => {
                return refuse("/millis", format!("{millis}, at most {MAX_MILLIS}"));
            }
            Action::Fail { title, .. } | Action::Refuse { title, .. } if title.len() > MAX_TEXT => {
                return refuse("/title", format!("{} bytes, at most {MAX_TEXT}", title.len()));
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
                return Err(RuleError::new("/operation", format!("{kind} affects webhooks: use event instead")));
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
                return Err(RuleError::new(
                    "/event",
                    format!("{kind} does not affect webhooks: use operation instead"),
                ));
            }
            if name.is_empty() || name.len() > MAX_TEXT {
                return Err(RuleError::new("/event", format!("{} bytes, expected 1 to {MAX_TEXT}", name.len())));
            }
        }
        if let Some(number) = to {
            let digits = number.strip_suffix('*').unwrap_or(number);
            if number.is_empty() || number.len() > MAX_TEXT || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(RuleError::new("/to", "expected digits, optionally with * at the end"));
            }
        }
        Ok(())
    }
}

/// The condition of a rule. The default matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct When {
    /// The operation, like `send_whatsapp_message`; a `*` at the end matches any rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The kind of event, for webhooks: `message_status_update`; also with `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The customer's number, digits only; also with `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl When {
    /// Matches requests of an operation.
    pub fn operation(name: impl Into<String>) -> Self {
        Self { operation: Some(name.into()), ..Self::default() }
    }

    /// Matches webhooks of a kind of event.
    pub fn event(kind: impl Into<String>) -> Self {
        Self { event: Some(kind.into()), ..Self::default() }
    }

    /// Matches everything about a customer.
    pub fn to(number: impl Into<String>) -> Self {
        Self { to: Some(number.into()), ..Self::default() }
    }

    pub(crate) fn matches(&self, target: Target<'_>) -> bool {
        let fits = |pattern: &Option<String>, value: Option<&str>| match (pattern, value) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(pattern), Some(value)) => match pattern.strip_suffix('*') {
                Some(start) => value.starts_with(start),
                None => value == pattern,
            },
        };
        fits(&self.operation, target.operation) && fits(&self.event, target.event) && fits(&self.to, target.to)
    }
}

/// The action of a fault. The first group affects requests, the second webhooks, the last messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// 429, with `Retry-After` in seconds if given.
    RateLimit {
        /// Seconds to wait; no header if `None`.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// 500, before or after the call was processed.
    ServerError {
        /// True if the call is processed.
        #[schemars(default)]
        accepted: bool,
    },
    /// The connection is dropped without a reply.
    Drop {
        /// True if the call is processed.
        #[schemars(default)]
        accepted: bool,
    },
    /// No reply is sent until the client gives up, five minutes are over, or the sandbox ends.
    Stall {
        /// True if the call is processed.
        #[schemars(default)]
        accepted: bool,
    },
    /// The reply is delayed, in real time even with a virtual clock. The call is processed at once. Combines with one of the
    /// other faults.
    Slow {
        /// The delay in milliseconds.
        millis: u64,
    },
    /// The reply is 200 with a body that is not an envelope.
    Garbage {
        /// True if the call is processed.
        #[schemars(default)]
        accepted: bool,
    },
    /// A send is refused by its provider: with code 10002 and `(#131049) title` on WhatsApp, with 10003 or 10004 and the title on
    /// Viber and RCS. Applies to sends only.
    Refuse {
        /// The provider's code.
        code: i64,
        /// The provider's text. In JSON the title of Meta's code unless given.
        #[schemars(with = "Option<String>")]
        title: String,
    },

    /// A webhook is posted twice.
    Duplicate,
    /// A webhook is held back until the next one to the same URL was posted, for 5 seconds at most. Only one is held back at a
    /// time.
    Reorder,
    /// A webhook is delayed: `sent` after `read`.
    Late {
        /// The delay in milliseconds.
        millis: u64,
    },
    /// A webhook is never posted.
    Lose,
    /// A webhook's signature or secret is wrong. An unsigned webhook is not changed.
    BadSignature,
    /// A webhook contains a value and a member that no version knows.
    UnknownValue,

    /// A message is accepted and fails.
    Fail {
        /// The provider's code.
        code: i64,
        /// The provider's text. In JSON the title of Meta's code unless given.
        #[schemars(with = "Option<String>")]
        title: String,
    },
}

impl Action {
    /// Returns whether it affects requests.
    pub fn is_of_requests(&self) -> bool {
        matches!(
            self,
            Self::RateLimit { .. }
                | Self::ServerError { .. }
                | Self::Drop { .. }
                | Self::Stall { .. }
                | Self::Slow { .. }
                | Self::Garbage { .. }
                | Self::Refuse { .. }
        )
    }

    /// Returns whether it affects webhooks.
    pub fn is_of_webhooks(&self) -> bool {
        !self.is_of_requests() && !matches!(self, Self::Fail { .. })
    }

    /// Returns its name, which is `kind` in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::RateLimit { .. } => "rate_limit",
            Self::ServerError { .. } => "server_error",
            Self::Drop { .. } => "drop",
            Self::Stall { .. } => "stall",
            Self::Slow { .. } => "slow",
            Self::Garbage { .. } => "garbage",
            Self::Refuse { .. } => "refuse",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Late { .. } => "late",
            Self::Lose => "lose",
            Self::BadSignature => "bad_signature",
            Self::UnknownValue => "unknown_value",
            Self::Fail { .. } => "fail",
        }
    }

    /// Returns whether the request is processed.
    pub(crate) fn is_carried_out(&self) -> bool {
        match self {
            Self::RateLimit { .. } | Self::Refuse { .. } => false,
            Self::ServerError { accepted }
            | Self::Drop { accepted }
            | Self::Stall { accepted }
            | Self::Garbage { accepted } => *accepted,
            _ => true,
        }
    }
}

/// An invalid rule: the member, the value found, and the expected one. Contains no customer number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    pointer: String,
    text: String,
}

impl RuleError {
    pub(crate) fn new(pointer: impl Into<String>, text: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), text: text.into() }
    }

    /// Returns the JSON pointer of the member: `/share`. Empty for the rule as a whole.
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

/// The request, webhook or message that rules are matched against.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Target<'a> {
    /// The operation, like `send_whatsapp_message`, for a request.
    pub(crate) operation: Option<&'a str>,
    /// The kind of event, for a webhook.
    pub(crate) event: Option<&'a str>,
    /// The customer's number, if known.
    pub(crate) to: Option<&'a str>,
}

fn always() -> f64 {
    1.0
}

impl TryFrom<Value> for Rule {
    type Error = RuleError;

    fn try_from(value: Value) -> Result<Self, RuleError> {
        let Value::Object(members) = value else { return Err(RuleError::new("", "expected an object")) };
        let mut members = Members(members);
        let kind: String = members.required("kind")?;
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
        // `null` is the same as absent; the error does not repeat a value of the wrong type.
        serde_json::from_value(value).map_err(|_| RuleError::new(Pointer::new([name]), "not of the right type"))
    }

    fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, RuleError> {
        self.optional(name)?.ok_or_else(|| RuleError::new(Pointer::new([name]), "missing"))
    }

    fn flag(&mut self, name: &str) -> Result<bool, RuleError> {
        Ok(self.optional(name)?.unwrap_or(false))
    }

    /// Reads a provider's code and its title, which the catalogue has for the codes of Meta.
    fn failure(&mut self) -> Result<(i64, String), RuleError> {
        let code = self.required("code")?;
        let known = || errors::explain(Family::Meta, code).map(|known| known.title().to_owned());
        let title = self.optional("title")?.or_else(known);
        let title = title.ok_or_else(|| RuleError::new("/title", "missing, and the catalogue has none for this code"));
        Ok((code, title?))
    }

    fn action(&mut self, kind: &str) -> Result<Action, RuleError> {
        Ok(match kind {
            "rate_limit" => Action::RateLimit { retry_after: self.optional("retry_after")? },
            "server_error" => Action::ServerError { accepted: self.flag("accepted")? },
            "drop" => Action::Drop { accepted: self.flag("accepted")? },
            "stall" => Action::Stall { accepted: self.flag("accepted")? },
            "slow" => Action::Slow { millis: self.required("millis")? },
            "garbage" => Action::Garbage { accepted: self.flag("accepted")? },
            "refuse" => {
                let (code, title) = self.failure()?;
                Action::Refuse { code, title }
            }
            "duplicate" => Action::Duplicate,
            "reorder" => Action::Reorder,
            "late" => Action::Late { millis: self.required("millis")? },
            "lose" => Action::Lose,
            "bad_signature" => Action::BadSignature,
            "unknown_value" => Action::UnknownValue,
            "fail" => {
                let (code, title) = self.failure()?;
                Action::Fail { code, title }
            }
            _ => return Err(RuleError::new("/kind", "no such fault")),
        })
    }
}
