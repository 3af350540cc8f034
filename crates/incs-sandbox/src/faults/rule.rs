//! A fault rule: its condition, its action, and how it is read from JSON and checked.

use std::fmt;

use incs_model::Pointer;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::operation;

/// Longest delay of a reply or a webhook: five minutes.
const MOST_MILLIS: u64 = 300_000;

/// Longest `Retry-After`: a day.
const MOST_SECONDS: u64 = 86_400;

/// Longest name of an operation or event, number of a customer, or title of a failure, in bytes.
const LONGEST_TEXT: usize = 256;

/// When something goes wrong, how often, and what.
///
/// ```
/// use incs_sandbox::{Action, Rule, When};
///
/// // Every other WhatsApp send is accepted, and the connection dropped before the reply.
/// let rule = Rule::new(Action::Drop { accepted: true }).when(When::operation("send_whatsapp_message")).share(0.5);
/// assert_eq!(
///     serde_json::to_string(&rule).unwrap(),
///     r#"{"kind":"drop","accepted":true,"operation":"send_whatsapp_message","share":0.5,"skip":0}"#
/// );
/// ```
///
/// The same JSON is read back; [`parse`](Self::parse) says where it is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Value")]
#[schemars(!try_from)]
#[non_exhaustive]
pub struct Rule {
    /// What goes wrong.
    #[serde(flatten)]
    pub action: Action,
    /// Where.
    #[serde(flatten)]
    pub when: When,
    /// The share of the cases, from 0 to 1.
    #[schemars(default = "always", range(min = 0, max = 1))]
    pub share: f64,
    /// Cases that are let through first.
    #[schemars(default)]
    pub skip: u64,
    /// Most times; without end if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

impl Rule {
    /// A rule that always applies.
    pub fn new(action: Action) -> Self {
        Self { action, when: When::default(), share: 1.0, skip: 0, count: None }
    }

    /// Sets where it applies.
    #[must_use]
    pub fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    /// Sets the share of the cases, from 0 to 1.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Sets how many cases are let through first.
    #[must_use]
    pub fn skip(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// Sets how often it applies at most.
    #[must_use]
    pub fn count(self, count: u64) -> Self {
        Self { count: Some(count), ..self }
    }

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

/// Where a rule applies: everywhere, unless something is named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct When {
    /// The operation, like `send_whatsapp_message`; with `*` at its end all that begin so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The kind of event, for webhooks: `message_status_update`; with `*` likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The customer's number, digits only; with `*` likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl When {
    /// Requests of an operation.
    pub fn operation(name: impl Into<String>) -> Self {
        Self { operation: Some(name.into()), ..Self::default() }
    }

    /// Webhooks of a kind of event.
    pub fn event(kind: impl Into<String>) -> Self {
        Self { event: Some(kind.into()), ..Self::default() }
    }

    /// Everything about a customer.
    pub fn to(number: impl Into<String>) -> Self {
        Self { to: Some(number.into()), ..Self::default() }
    }

    pub(crate) fn matches(&self, spot: Spot<'_>) -> bool {
        let fits = |pattern: &Option<String>, value: Option<&str>| match (pattern, value) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(pattern), Some(value)) => match pattern.strip_suffix('*') {
                Some(start) => value.starts_with(start),
                None => value == pattern,
            },
        };
        fits(&self.operation, spot.operation) && fits(&self.event, spot.event) && fits(&self.to, spot.to)
    }
}

/// What goes wrong. The first group happens to requests, the second to webhooks, the last to a message.
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
    /// 500, before or after the call was carried out.
    ServerError {
        /// Whether the call was carried out.
        #[schemars(default)]
        accepted: bool,
    },
    /// The connection is dropped without a reply.
    Drop {
        /// Whether the call was carried out.
        #[schemars(default)]
        accepted: bool,
    },
    /// No reply comes, until the client gives up, five minutes are over, or the sandbox ends.
    Stall {
        /// Whether the call was carried out.
        #[schemars(default)]
        accepted: bool,
    },
    /// The reply comes late, by the time of this machine whatever the clock. The call is carried out at once. It goes together with
    /// one of the others.
    Slow {
        /// By how many milliseconds.
        millis: u64,
    },
    /// The reply is 200 with something that is no envelope.
    Garbage {
        /// Whether the call was carried out.
        #[schemars(default)]
        accepted: bool,
    },

    /// A webhook is posted twice.
    Duplicate,
    /// A webhook is held back until the next one to the same URL was posted, for 5 seconds at most. One is held at a time.
    Reorder,
    /// A webhook comes late: `sent` after `read`.
    Late {
        /// By how many milliseconds.
        millis: u64,
    },
    /// A webhook is never posted.
    Lose,
    /// A webhook's signature or secret is wrong. One that is not signed stays as it is.
    BadSignature,
    /// A webhook holds a value and a member that no version knows.
    UnknownValue,

    /// A message is accepted and fails.
    Fail {
        /// The provider's number.
        code: i64,
        /// The provider's words.
        title: String,
    },
}

impl Action {
    /// Returns whether it happens to requests.
    pub fn is_of_requests(&self) -> bool {
        matches!(
            self,
            Self::RateLimit { .. }
                | Self::ServerError { .. }
                | Self::Drop { .. }
                | Self::Stall { .. }
                | Self::Slow { .. }
                | Self::Garbage { .. }
        )
    }

    /// Returns whether it happens to webhooks.
    pub fn is_of_webhooks(&self) -> bool {
        !self.is_of_requests() && !matches!(self, Self::Fail { .. })
    }

    /// The word for it: what stands in `kind`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::RateLimit { .. } => "rate_limit",
            Self::ServerError { .. } => "server_error",
            Self::Drop { .. } => "drop",
            Self::Stall { .. } => "stall",
            Self::Slow { .. } => "slow",
            Self::Garbage { .. } => "garbage",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Late { .. } => "late",
            Self::Lose => "lose",
            Self::BadSignature => "bad_signature",
            Self::UnknownValue => "unknown_value",
            Self::Fail { .. } => "fail",
        }
    }

    /// Returns whether the request is carried out.
    pub(crate) fn is_carried_out(&self) -> bool {
        match self {
            Self::RateLimit { .. } => false,
            Self::ServerError { accepted }
            | Self::Drop { accepted }
            | Self::Stall { accepted }
            | Self::Garbage { accepted } => *accepted,
            _ => true,
        }
    }
}

/// Why a rule was refused: where, what was found, and what is expected. It repeats no number of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    pointer: String,
    text: String,
}

impl RuleError {
    pub(crate) fn new(pointer: impl Into<String>, text: impl Into<String>) -> Self {
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

/// A place where a rule may apply: one request, one webhook, or one message.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spot<'a> {
    /// The operation, like `send_whatsapp_message`, for a request.
    pub(crate) operation: Option<&'a str>,
    /// The kind of event, for a webhook.
    pub(crate) event: Option<&'a str>,
    /// The customer's number, where one is known.
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
