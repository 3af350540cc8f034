//! Running handlers: claims, leases, retries and the drain at the end.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};

use crate::failpoint;
use crate::handler::{AfterFailure, Context, HandlerError};
use crate::inbox;
use crate::relay::{Relay, Shared};
use crate::settings::varied;
use crate::store::{
    Claim, ClaimLimits, ClaimedItem, Completion, ItemId, Lease, LeaseState, NextStep, OutboxMessage, StatusUpdate,
    StoreError,
};

/// The largest number of items of one conversation that are leased at once.
const ITEMS_PER_KEY: usize = 32;
/// The number of bytes that one claim reads.
const CLAIM_BYTES: usize = 16 << 20;
/// The longest wait between two looks for items that are due.
const IDLE: Duration = Duration::from_millis(250);
/// The time after which handled items are completed although more of their claim are left.
const COMPLETE_AFTER: Duration = Duration::from_millis(50);
/// The longest pause between two renewals. A renewal also shows that an operator has ended a lease.
const RENEW_PAUSE: Duration = Duration::from_secs(1);
/// The wait after the store has failed.
const STORE_PAUSE: Duration = Duration::from_millis(500);
/// The pause between two sweeps, and between two steps of one.
const SWEEP_PAUSE: Duration = Duration::from_mins(1);
const SWEEP_STEP_PAUSE: Duration = Duration::from_millis(50);
const SWEEP_BUDGET: usize = 1000;
/// The pause between two measurements of the gauges.
#[cfg(feature = "metrics")]
const MEASURE_PAUSE: Duration = Duration::from_secs(10);

impl Relay {
    /// Hands stored items to the handlers, and sends the messages of the outbox if there is a [client](crate::RelayBuilder::client), until
    /// `shutdown` ends. Then it waits for what is running and returns. Webhooks are stored until it returns, and answered with 503
    /// afterwards.
    ///
    /// If the store fails, it waits and goes on. Handlers that do not end within the [drain](crate::RelayBuilder::drain) limit are
    /// dropped; their items are handled again. Messages that are being sent are waited for as long as the client waits for a reply, since
    /// nobody would know their outcome otherwise.
    pub async fn run_until(&self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(());
        let stopping = async move {
            shutdown.await;
            // Ends the waits for it.
            drop(stop);
        };
        tokio::join!(stopping, self.handle_until(ended(stopped.clone())), self.send_until(ended(stopped)));
        self.close();
    }

    /// Hands stored items to the handlers until `stopped` ends, then waits for running handlers.
    async fn handle_until(&self, stopped: impl Future<Output = ()>) {
        let running = Arc::new(Running::default());
        let slots = Arc::new(Semaphore::new(self.0.settings.concurrency));
        let mut handlers = JoinSet::new();
        {
            let upkeep = async { tokio::join!(running.renew(&self.0), self.sweep(), self.measure(), self.report()) };
            tokio::select! {
                () = stopped => {}
                () = self.dispatch(&slots, &running, &mut handlers) => {}
                _ = upkeep => {}
            }
        }
        let ended = async { while handlers.join_next().await.is_some() {} };
        tokio::select! {
            ended = timeout(self.0.settings.drain, ended) => drop(ended),
            () = running.renew(&self.0) => {}
        }
        handlers.shutdown().await;
    }

    /// Without the feature `outbox`, nothing is sent.
    #[cfg(not(feature = "outbox"))]
    async fn send_until(&self, stopped: impl Future<Output = ()>) {
        stopped.await;
    }

    #[cfg(not(feature = "outbox"))]
    async fn report(&self) {
        std::future::pending::<()>().await;
    }

    /// Claims items and starts their handlers. Never returns.
    async fn dispatch(&self, slots: &Arc<Semaphore>, running: &Arc<Running>, handlers: &mut JoinSet<()>) {
        let settings = &self.0.settings;
        loop {
            while handlers.try_join_next().is_some() {}
            // The semaphore is never closed.
            let Ok(first) = Arc::clone(slots).acquire_owned().await else { return };
            let mut free = vec![first];
            while let Ok(more) = Arc::clone(slots).try_acquire_owned() {
                free.push(more);
            }
            let limits = ClaimLimits {
                keys: free.len(),
                items_per_key: ITEMS_PER_KEY,
                bytes: CLAIM_BYTES,
                lease: settings.lease,
                max_attempts: u32::try_from(settings.retry_schedule.len()).unwrap_or(u32::MAX).saturating_add(1),
            };
            match self.0.store.claim(limits).await {
                Ok(claims) if claims.is_empty() => {
                    drop(free);
                    self.0.store.wait(IDLE).await;
                }
                Ok(claims) => {
                    for (claim, slot) in claims.into_iter().zip(free) {
                        let (shared, running) = (Arc::clone(&self.0), Arc::clone(running));
                        handlers.spawn(async move {
                            let lost = running.add(claim.lease);
                            tokio::select! {
                                () = handle(&shared, &claim) => {}
                                // The handler's future is dropped.
                                () = lost.notified() => {}
                            }
                            running.remove(claim.lease);
                            drop(slot);
                        });
                    }
                }
                Err(_) => {
                    drop(free);
                    sleep(STORE_PAUSE).await;
                }
            }
        }
    }

    /// Sets the gauges from time to time. Never returns.
    #[cfg(feature = "metrics")]
    async fn measure(&self) {
        loop {
            // The gauges keep their values if the store fails.
            drop(self.stats().await);
            sleep(MEASURE_PAUSE).await;
        }
    }

    #[cfg(not(feature = "metrics"))]
    async fn measure(&self) {
        std::future::pending::<()>().await;
    }

    /// Removes old items from time to time. Never returns.
    async fn sweep(&self) {
        let Some(retention) = self.0.settings.retention else { return std::future::pending().await };
        loop {
            match self.0.store.sweep(retention, SWEEP_BUDGET).await {
                Ok(swept) if !swept.is_finished => sleep(SWEEP_STEP_PAUSE).await,
                Ok(_) | Err(_) => sleep(SWEEP_PAUSE).await,
            }
        }
    }
}

/// Waits until the other end of a channel is dropped.
async fn ended(mut channel: watch::Receiver<()>) {
    while channel.changed().await.is_ok() {}
}

/// The leases of running handlers.
#[derive(Default)]
struct Running(Mutex<HashMap<Lease, Arc<Notify>>>);

impl Running {
    /// Adds a lease. The result is notified when it is lost.
    fn add(&self, lease: Lease) -> Arc<Notify> {
        let lost = Arc::new(Notify::new());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(lease, Arc::clone(&lost));
        lost
    }

    fn remove(&self, lease: Lease) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&lease);
    }

    /// Renews all leases from time to time. Never returns.
    async fn renew(&self, shared: &Shared) {
        let mut ticks = interval((shared.settings.lease / 3).clamp(Duration::from_millis(1), RENEW_PAUSE));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let leases: Vec<_> = self.0.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
            if leases.is_empty() {
                continue;
            }
            // If the store fails, the leases go on until they end.
            let Ok(states) = shared.store.renew(leases.clone(), shared.settings.lease).await else { continue };
            for (lease, state) in leases.into_iter().zip(states) {
                let lost = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&lease).map(Arc::clone);
                if let (LeaseState::Stale, Some(lost)) = (state, lost) {
                    lost.notify_one();
                }
            }
        }
    }
}

/// The handled items of a claim that are not completed yet.
struct Handled {
    lease: Lease,
    done: Vec<ItemId>,
    status_updates: Vec<StatusUpdate>,
    enqueue: Vec<OutboxMessage>,
    /// The time at which the first of them was handled.
    since: Instant,
}

impl Handled {
    fn new(lease: Lease) -> Self {
        Self { lease, done: Vec::new(), status_updates: Vec::new(), enqueue: Vec::new(), since: Instant::now() }
    }

    fn add(&mut self, id: ItemId, effects: Effects) {
        if self.done.is_empty() {
            self.since = Instant::now();
        }
        self.done.push(id);
        self.status_updates.extend(effects.status_update);
        self.enqueue.extend(effects.messages);
    }

    /// Takes the items out, as a completion with this next step.
    fn take(&mut self, next: NextStep) -> Completion {
        let Self { lease, done, status_updates, enqueue, .. } = std::mem::replace(self, Self::new(self.lease));
        Completion { lease, done, next, status_updates, enqueue }
    }

    /// Waits until it is time to complete the items. Never returns without items.
    async fn late(&self) {
        if self.done.is_empty() {
            std::future::pending::<()>().await;
        }
        sleep_until(self.since + COMPLETE_AFTER).await;
    }
}

/// Handles the items of a claim in order. Handled items are completed together, and not later than shortly after the first of them,
/// also while the handler of the next one runs.
async fn handle(shared: &Shared, claim: &Claim) {
    let mut handled = Handled::new(claim.lease);
    for (place, claimed) in claim.items.iter().enumerate() {
        let result = {
            let mut running = std::pin::pin!(handle_item(shared, claim.lease, claimed));
            loop {
                tokio::select! {
                    biased;
                    result = &mut running => break result,
                    () = handled.late() => {}
                }
                let mut completing = std::pin::pin!(complete(shared, handled.take(NextStep::KeepLease)));
                let (state, result) = tokio::select! {
                    biased;
                    state = &mut completing => (state, None),
                    result = &mut running => (completing.await, Some(result)),
                };
                match (state, result) {
                    (LeaseState::Stale, _) => return,
                    (LeaseState::Held, Some(result)) => break result,
                    (LeaseState::Held, None) => {}
                }
            }
        };
        let next = match result {
            Ok(effects) => {
                handled.add(claimed.item.id, effects);
                match place + 1 == claim.items.len() {
                    true => NextStep::Release,
                    false if handled.since.elapsed() >= COMPLETE_AFTER => NextStep::KeepLease,
                    false => continue,
                }
            }
            Err(error) => next_step(shared, claimed, error),
        };
        let is_last = next != NextStep::KeepLease;
        if complete(shared, handled.take(next)).await == LeaseState::Stale || is_last {
            return;
        }
    }
}

/// The data that is stored with the completion of an item.
#[derive(Default)]
struct Effects {
    status_update: Option<StatusUpdate>,
    messages: Vec<OutboxMessage>,
}

/// Calls the handler of one item.
async fn handle_item(shared: &Shared, lease: Lease, claimed: &ClaimedItem) -> Result<Effects, HandlerError> {
    let ClaimedItem { item: stored, attempt, copy } = claimed;
    let Some(item) = shared.restorer.restore(stored) else {
        if stored.raw.is_none() {
            return Ok(Effects::default());
        }
        return Err(HandlerError::dead_letter("the stored item cannot be read"));
    };
    let context = Context::new(stored.id, item.clone(), *attempt, stored.received_at, stored.replay_of, lease);
    let settings = &shared.settings;
    let (future, update) = if let Some(mut message) = item.inbound() {
        if let Some(copy) = copy.as_ref().and_then(|copy| shared.restorer.restore(copy)).and_then(|copy| copy.inbound())
        {
            message = message.completed_by(&copy);
        }
        (settings.on_message.as_ref().map(|handler| handler(message, context.clone())), None)
    } else {
        let update = inbox::status_update(&item, stored.received_at);
        let is_understood = item.event().is_some();
        match &settings.on_event {
            Some(on_event) => (Some(on_event(item, context.clone())), update),
            None if is_understood => {
                return Ok(Effects { status_update: update, ..Effects::default() });
            }
            None => (None, None),
        }
    };
    let Some(future) = future else { return Err(HandlerError::no_handler()) };
    failpoint::reached("handler.before");
    #[cfg(feature = "tracing")]
    let span = crate::trace::handle(stored, *attempt);
    #[cfg(feature = "tracing")]
    let future = tracing::Instrument::instrument(future, span.clone());
    #[cfg(feature = "metrics")]
    let started = Instant::now();
    // A handler that panics has failed. Its state is its own.
    let result = AssertUnwindSafe(future).catch_unwind().await;
    let result = result.unwrap_or_else(|_| Err(HandlerError::retry("the handler panicked")));
    #[cfg(feature = "metrics")]
    crate::metrics::handled(stored.class, started.elapsed(), result.as_ref().copied());
    #[cfg(feature = "tracing")]
    crate::trace::handled(&span, result.as_ref().copied());
    result?;
    failpoint::reached("handler.after");
    Ok(Effects { status_update: update, messages: context.take_messages() })
}

fn next_step(shared: &Shared, claimed: &ClaimedItem, error: HandlerError) -> NextStep {
    let schedule = &shared.settings.retry_schedule;
    let scheduled = schedule.get(claimed.attempt.saturating_sub(1) as usize).copied();
    let HandlerError { text, next } = error;
    match (next, scheduled) {
        (AfterFailure::Retry, Some(delay)) => NextStep::Retry { delay: varied(delay), error: text },
        (AfterFailure::RetryAfter(delay), Some(_)) => NextStep::Retry { delay, error: text },
        (AfterFailure::Retry | AfterFailure::RetryAfter(_), None) => {
            NextStep::DeadLetter { item: claimed.item.id, reason: "attempts_used_up", error: text }
        }
        (AfterFailure::DeadLetter, _) => NextStep::DeadLetter { item: claimed.item.id, reason: "handler", error: text },
        (AfterFailure::NoHandler, _) => {
            NextStep::DeadLetter { item: claimed.item.id, reason: "no_handler", error: text }
        }
    }
}

/// Completes handled items. If the store fails, tries again: the items were handled.
async fn complete(shared: &Shared, completion: Completion) -> LeaseState {
    loop {
        match shared.store.complete(vec![completion.clone()]).await {
            Ok(states) => return states.first().copied().unwrap_or(LeaseState::Stale),
            Err(StoreError::Closed) => return LeaseState::Stale,
            Err(_) => sleep(STORE_PAUSE).await,
        }
    }
}
