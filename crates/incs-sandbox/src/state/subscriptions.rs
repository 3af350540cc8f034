//! Webhook subscriptions and the kinds of event.

use std::fmt;
use std::sync::Arc;

use incs_webhook::testing::sign::Sign;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deliveries::Lanes;

/// Event: a message has a new state.
pub(crate) const MESSAGE_STATUS: &str = "message_status_update";
/// Event: a customer wrote.
pub(crate) const NEW_MESSAGE: &str = "new_message";
/// Event: a message passed the workbench, in either direction.
pub(crate) const MESSAGE_CREATED: &str = "message_created";
/// Event: a template has a new status.
pub(crate) const TEMPLATE_STATUS: &str = "template_status_update";
/// Exotel's event: a user wrote.
pub(crate) const EXOTEL_INCOMING: &str = "incoming_message";
/// Exotel's event: a message has a new state.
pub(crate) const EXOTEL_REPORT: &str = "dlr";

/// The kinds of event of INCS, by the platform's own names.
pub(crate) const INCS_EVENTS: &[&str] = &[
    MESSAGE_STATUS,
    NEW_MESSAGE,
    MESSAGE_CREATED,
    TEMPLATE_STATUS,
    "template_category_update",
    "template_quality_update",
];

/// The kinds of event of Exotel, by its `callback_type`.
pub(crate) const EXOTEL_EVENTS: &[&str] = &[EXOTEL_INCOMING, EXOTEL_REPORT];

/// The provider whose format webhooks have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Provider {
    #[default]
    Incs,
    Exotel,
}

impl Provider {
    /// Returns the provider's kinds of event.
    pub(crate) fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Incs => INCS_EVENTS,
            Self::Exotel => EXOTEL_EVENTS,
        }
    }
}

/// The subscriptions and the lanes of their deliveries.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    pub(crate) list: Vec<Subscription>,
    pub(crate) count: u64,
    pub(crate) lanes: Lanes,
}

impl Subscriptions {
    /// Drops all waiting deliveries. Posts in progress finish, and new deliveries wait for them.
    pub(crate) fn forget_posts(&mut self) {
        self.lanes.clear();
        for known in &mut self.list {
            known.held_back = None;
        }
    }
}

/// One URL that webhooks are posted to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Subscription {
    pub(crate) id: u64,
    pub(crate) url: Url,
    /// The kinds of event it receives; empty for all.
    pub(crate) events: Vec<String>,
    pub(crate) provider: Provider,
    /// The signing scheme, if any; the secret is never shown.
    pub(crate) signing: Option<Signing>,
    /// Bodies use PHP's JSON escapes if true.
    pub(crate) php: bool,
    /// The delivery that waits until the next one was posted (the fault `reorder`).
    #[serde(skip)]
    pub(crate) held_back: Option<u64>,
}

impl Subscription {
    pub(crate) fn wants(&self, provider: Provider, event: &str) -> bool {
        self.provider == provider && (self.events.is_empty() || self.events.iter().any(|kind| kind == event))
    }
}

/// The signing of a subscription's webhooks. Only the scheme is shown, never the secret.
#[derive(Clone, Serialize, JsonSchema)]
pub(crate) struct Signing {
    scheme: &'static str,
    /// The name of the header or parameter, where it can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip)]
    pub(crate) sign: Arc<dyn Sign + Send + Sync>,
}

impl Signing {
    pub(crate) fn new(scheme: &'static str, name: Option<String>, sign: Arc<dyn Sign + Send + Sync>) -> Self {
        Self { scheme, name, sign }
    }
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing").field("scheme", &self.scheme).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A URL that may contain a secret, so `Debug` hides it.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Url(pub(crate) Arc<str>);

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Url(…)")
    }
}
