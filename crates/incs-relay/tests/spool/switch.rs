//! A store that can be switched off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use incs_model::Timestamp;
use incs_model::delivery::DeliveryState;
use incs_relay::store::{
    Advanced, Appended, Candidates, Claim, ClaimLimits, Completion, Decision, DecisionResult, Enqueued, Erasure,
    ExpiredSends, InboxItem, ItemFilter, ItemId, Lease, LeaseState, NewDelivery, OperatorAction, OperatorResult,
    OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, RecipientKey, Reported, Retention, SendLimits, SendResult,
    SenderId, Stats, StatusUpdate, Store, StoreError, StoredItem, Swept,
};

/// The behaviour of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mode {
    /// It works.
    On,
    /// Every operation fails.
    Off,
    /// No operation ends before the mode changes. It fails then.
    Hangs,
    /// Every operation is done, and its answer is lost.
    Loses,
    /// The next operation panics, and the ones after it work.
    Panics,
}

impl Mode {
    pub(crate) const ALL: [Self; 5] = [Self::On, Self::Off, Self::Hangs, Self::Loses, Self::Panics];
}

/// The store behind a network that the test controls.
#[derive(Clone)]
pub(crate) struct Switched<S> {
    store: S,
    mode: Arc<AtomicU8>,
}

impl<S> Switched<S> {
    pub(crate) fn new(store: S) -> Self {
        Self { store, mode: Arc::default() }
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.store(mode as u8, Ordering::SeqCst);
    }

    fn mode(&self) -> Option<Mode> {
        Mode::ALL.get(usize::from(self.mode.load(Ordering::SeqCst))).copied()
    }

    #[allow(clippy::panic, reason = "a store can panic")]
    async fn pass<T>(&self, operation: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let lost = || Err(StoreError::Unreachable("switched off".to_owned()));
        match self.mode() {
            Some(Mode::Off) => lost(),
            Some(Mode::Hangs) => {
                while self.mode() == Some(Mode::Hangs) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                lost()
            }
            Some(Mode::Loses) => operation.await.and_then(|_| lost()),
            Some(Mode::Panics) => {
                self.set(Mode::On);
                panic!("asked to panic")
            }
            Some(Mode::On) | None => operation.await,
        }
    }
}

macro_rules! switched {
    ($($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl<S: Store> Store for Switched<S> {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                self.pass(self.store.$name($($argument),*)).await
            })+

            async fn wait(&self, limit: Duration) {
                self.store.wait(limit).await;
            }

            async fn wait_to_send(&self, limit: Duration) {
                self.store.wait_to_send(limit).await;
            }
        }
    };
}

switched! {
    append(deliveries: Vec<NewDelivery>) -> Vec<Vec<Appended>>;
    claim(limits: ClaimLimits) -> Vec<Claim>;
    renew(leases: Vec<Lease>, lease: Duration) -> Vec<LeaseState>;
    complete(completions: Vec<Completion>) -> Vec<LeaseState>;
    list(filter: ItemFilter) -> Vec<InboxItem>;
    read(after: Option<ItemId>, limit: usize) -> Vec<StoredItem>;
    body(id: ItemId) -> Option<Vec<u8>>;
    delivery_state(message_id: &str, recipient: Option<&str>) -> Option<DeliveryState>;
    operate(actions: Vec<(ItemId, OperatorAction)>) -> Vec<OperatorResult>;
    erase(erasures: Vec<Erasure>) -> u64;
    sweep(retention: Retention, budget: usize) -> Swept;
    stats() -> Stats;
    enqueue(messages: Vec<OutboxMessage>) -> Vec<Enqueued>;
    advance(results: Vec<SendResult>, limits: SendLimits) -> Advanced;
    renew_sender(sender: SenderId, lease: Duration) -> ();
    expire_sends(hold: Duration, unresolved_after: Duration) -> ExpiredSends;
    decide(decisions: Vec<(OutboxId, Decision)>) -> Vec<DecisionResult>;
    messages(filter: OutboxFilter) -> Vec<OutboxEntry>;
    message_body(id: OutboxId) -> Option<Vec<u8>>;
    candidates(id: OutboxId) -> Option<Candidates>;
    record_statuses(asked: Vec<OutboxId>, updates: Vec<StatusUpdate>) -> ();
    last_contact(channel: &str, customer: Vec<RecipientKey>) -> Option<Timestamp>;
    claim_reports(limit: usize, lease: Duration) -> Vec<OutboxEntry>;
    complete_reports(reports: Vec<Reported>) -> ();
    erase_messages(recipients: Vec<RecipientKey>) -> u64;
    property(name: &str) -> Option<String>;
    set_property(name: &str, value: &str) -> ();
}
