//! A rule: when, how often, and what goes wrong.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Spot;

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

fn always() -> f64 {
    1.0
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

    /// What has to do with a customer.
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
    /// Whether it happens to requests.
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

    /// Whether it happens to webhooks.
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

    /// Whether a request that it happens to is carried out.
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
