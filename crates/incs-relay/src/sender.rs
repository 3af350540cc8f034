//! Sending the messages of the outbox, each at most once.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use incs_client::retry::RetryPolicy;
use incs_client::{Client, Error, ErrorKind, RequestState, RetryAdvice, StatusFailure};
use incs_model::{Channel, Document, Timestamp};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::clock::earlier;
use crate::handler::{AfterFailure, HandlerError, OutcomeHandler};
use crate::relay::{Relay, Shared};
use crate::settings::{Sending, varied};
use crate::store::{
    Decision, DecisionResult, OutboxEntry, OutboxFilter, OutboxId, OutboxState, Proof, Reported, SendLimits,
    SendOutcome, SendResult, SenderId, SendingMessage, StoreError,
};
use crate::{failpoint, inbox, reconcile};

/// The longest wait between two looks for messages that are due.
const IDLE: Duration = Duration::from_millis(250);
/// The wait after the store has failed.
const STORE_PAUSE: Duration = Duration::from_millis(500);
/// The time for which nothing is sent after a credential was refused.
const CREDENTIAL_PAUSE: Duration = Duration::from_secs(30);
/// The time for which an outcome waits for others, so that one sync records them all, if the send took longer than `SLOW`.
const GATHER: Duration = Duration::from_millis(1);
const SLOW: Duration = Duration::from_millis(10);
/// The number of messages that one step of a look through the outbox reads.
const PAGE: usize = 100;
/// The number of changes that are reported at once, and the time after which another process may report them.
const REPORTS: usize = 32;
const REPORT_LEASE: Duration = Duration::from_mins(1);

impl Relay {
    /// Sends messages until `stopped` ends, then waits for those that are being sent.
    pub(crate) async fn send_until(&self, stopped: impl Future<Output = ()>) {
        let Some(sending) = &self.0.settings.sending else { return stopped.await };
        let mut sender = Sender::new(&self.0, sending);
        let upkeep = async {
            tokio::join!(self.find_out(sending), self.ask_about_receipts(sending));
        };
        tokio::select! {
            () = sender.run(stopped) => {}
            () = upkeep => {}
        }
    }

    /// Reports changes to the handler of outcomes. Never returns.
    pub(crate) async fn report(&self) {
        let Some(handler) = &self.0.settings.on_outcome else { return std::future::pending().await };
        loop {
            match self.0.store.claim_reports(REPORTS, REPORT_LEASE).await {
                Ok(entries) if !entries.is_empty() => {
                    let calls = entries.into_iter().map(|entry| report_one(&self.0, handler, entry));
                    let reports = futures_util::future::join_all(calls).await;
                    // After an error, the lease ends and they are reported again.
                    if self.0.store.complete_reports(reports).await.is_err() {
                        sleep(STORE_PAUSE).await;
                    }
                }
                Ok(_) => sleep(IDLE).await,
                Err(_) => sleep(STORE_PAUSE).await,
            }
        }
    }

    /// Looks for messages of senders that are gone, and for evidence about unknown ones. Never returns.
    async fn find_out(&self, sending: &Sending) {
        loop {
            // If the store fails, the next look does it.
            drop(self.0.store.expire_sends(sending.hold, sending.unresolved_after).await);
            for state in [OutboxState::Unknown, OutboxState::Unresolved] {
                drop(self.judge_all(sending, state).await);
            }
            sleep(sending.evidence_pause).await;
        }
    }

    async fn judge_all(&self, sending: &Sending, state: OutboxState) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let filter = OutboxFilter { state: Some(state), after, limit: PAGE, ..OutboxFilter::default() };
            let page = self.0.store.messages(filter).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for entry in page {
                let Some(candidates) = self.0.store.candidates(entry.id).await? else { continue };
                let Some((message_id, proof)) = reconcile::judge(&candidates) else { continue };
                if proof == Proof::Confirmed || sending.accepts_likely {
                    let decision = Decision::Found { message_id: message_id.to_owned(), proof };
                    let results = self.0.store.decide(vec![(entry.id, decision)]).await?;
                    if results.first() == Some(&DecisionResult::Done) {
                        #[cfg(feature = "metrics")]
                        crate::metrics::found(proof);
                        #[cfg(feature = "tracing")]
                        crate::trace::found(entry.id, proof);
                    }
                }
            }
        }
    }

    /// Asks the platform about accepted messages that have had no receipt for long, so that lost webhooks are noticed. Never returns.
    async fn ask_about_receipts(&self, sending: &Sending) {
        let Some(after) = sending.receipts_after else { return std::future::pending().await };
        // About four times in the time after which a message is asked about.
        let pause = (after / 4).clamp(Duration::from_millis(10), Duration::from_mins(5));
        loop {
            sleep(pause).await;
            drop(self.ask(&sending.client, after).await);
        }
    }

    /// Makes status queries about accepted messages without a receipt. Returns the number of messages that were asked about.
    async fn ask(&self, client: &Client, after: Duration) -> Result<usize, StoreError> {
        let now = Timestamp::now();
        let filter = OutboxFilter {
            without_receipt: Some(Timestamp::MIN..earlier(now, after)),
            not_asked_since: Some(earlier(now, after.max(Duration::from_hours(24)))),
            limit: PAGE,
            ..OutboxFilter::default()
        };
        let entries = self.0.store.messages(filter).await?;
        let mut by_channel: HashMap<String, Vec<(OutboxId, String)>> = HashMap::new();
        for entry in &entries {
            let Some(message_id) = entry.message_id.clone() else { continue };
            by_channel.entry(entry.channel.clone()).or_default().push((entry.id, message_id));
        }
        for (channel, messages) in by_channel {
            let (asked, ids): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
            let call = client.messages().status(ids).channel(Channel::from(channel.as_str()));
            let (report, is_answered) = match call.await {
                Ok(report) => (report, true),
                // A query that the platform rejects would be rejected again.
                Err(error) => {
                    let is_rejected = |failure: &StatusFailure| failure.error.retry_advice() == RetryAdvice::Correct;
                    let is_hopeless = error.failures().iter().all(is_rejected);
                    (error.into_report(), is_hopeless)
                }
            };
            // What failed otherwise is asked again soon.
            let asked = if is_answered { asked } else { Vec::new() };
            let updates = report.answered().iter().map(inbox::queried_status).collect();
            self.0.store.record_statuses(asked, updates).await?;
        }
        Ok(entries.len())
    }
}

/// Calls the handler of outcomes for one message.
async fn report_one(shared: &Shared, handler: &OutcomeHandler, entry: OutboxEntry) -> Reported {
    let (id, version, attempts) = (entry.id, entry.version, entry.report_attempts);
    let result = AssertUnwindSafe(handler(entry)).catch_unwind().await;
    let Err(HandlerError { next, .. }) = result.unwrap_or_else(|_| Err(HandlerError::retry("the handler panicked")))
    else {
        return Reported { id, version, retry: None };
    };
    let scheduled = shared.settings.retry_schedule.get(attempts as usize).copied();
    let retry = match (next, scheduled) {
        (AfterFailure::Retry, Some(delay)) => Some(varied(delay)),
        (AfterFailure::RetryAfter(delay), Some(_)) => Some(delay),
        _ => None,
    };
    Reported { id, version, retry }
}

/// The state of the loop that sends.
struct Sender<'a> {
    shared: &'a Shared,
    sending: &'a Sending,
    /// Renewed when the store has failed: a message that was marked without this sender's knowledge must not stay marked.
    id: SenderId,
    /// The number of messages that are being sent, by the sender that marked them.
    flights: HashMap<SenderId, usize>,
    tasks: JoinSet<Landed>,
    /// Outcomes that are not recorded yet.
    results: Vec<SendResult>,
    is_closed: bool,
    paused_until: Option<Instant>,
    /// The time from which the next message may be sent by the rate.
    next_slot: Instant,
}

/// A send that has ended.
struct Landed {
    sender: SenderId,
    result: SendResult,
    /// True if the platform does not accept the credential.
    is_credential_refused: bool,
    took: Duration,
}

impl<'a> Sender<'a> {
    fn new(shared: &'a Shared, sending: &'a Sending) -> Self {
        Self {
            shared,
            sending,
            id: SenderId(fastrand::u64(..)),
            flights: HashMap::new(),
            tasks: JoinSet::new(),
            results: Vec::new(),
            is_closed: false,
            paused_until: None,
            next_slot: Instant::now(),
        }
    }

    /// Sends until `stopped` ends and nothing is being sent any more.
    async fn run(&mut self, stopped: impl Future<Output = ()>) {
        let mut stopped = std::pin::pin!(stopped);
        let mut is_stopped = false;
        // A store that fails until then leaves the outcomes unknown.
        let mut given_up_at = None;
        let lease = self.shared.settings.lease;
        let mut renewed = Instant::now();
        loop {
            if renewed.elapsed() >= lease / 3 {
                renewed = Instant::now();
                self.renew(lease).await;
            }
            let room = if is_stopped { 0 } else { self.room() };
            if is_stopped && self.tasks.is_empty() {
                let given_up_at = *given_up_at.get_or_insert(Instant::now() + self.shared.settings.drain);
                if self.results.is_empty() || self.is_closed || Instant::now() >= given_up_at {
                    return;
                }
            }
            if room == 0 && self.results.is_empty() {
                let pause = self.pause();
                tokio::select! {
                    biased;
                    () = &mut stopped, if !is_stopped => is_stopped = true,
                    Some(landed) = self.tasks.join_next() => self.land(landed.ok()).await,
                    () = sleep(pause) => {}
                }
                continue;
            }
            if self.advance(room).await {
                continue;
            }
            // Nothing is due.
            tokio::select! {
                biased;
                () = &mut stopped, if !is_stopped => is_stopped = true,
                Some(landed) = self.tasks.join_next() => self.land(landed.ok()).await,
                () = self.shared.store.wait_to_send(IDLE) => {}
            }
        }
    }

    /// Returns the number of further messages that may be sent now.
    fn room(&mut self) -> usize {
        let now = Instant::now();
        if self.paused_until.is_some_and(|until| now < until) {
            return 0;
        }
        let free = self.sending.concurrency.saturating_sub(self.tasks.len()).min(self.batch());
        let Some(interval) = self.sending.interval else { return free };
        // A sender that was idle or late may catch up with a twentieth of a second.
        self.next_slot = self.next_slot.max(now.checked_sub(Duration::from_millis(50)).unwrap_or(now));
        let Some(waited) = now.checked_duration_since(self.next_slot) else { return 0 };
        let slots = waited.as_nanos() / interval.as_nanos().max(1) + 1;
        free.min(usize::try_from(slots).unwrap_or(usize::MAX))
    }

    /// Returns the time after which there may be room again although no send has ended.
    fn pause(&self) -> Duration {
        let until = self.paused_until.map_or(self.next_slot, |until| until.max(self.next_slot));
        let pause = until.saturating_duration_since(Instant::now());
        if pause.is_zero() { IDLE } else { pause.min(IDLE) }
    }

    /// Records outcomes and sends further messages. Returns whether anything was done.
    async fn advance(&mut self, room: usize) -> bool {
        let settings = &self.shared.settings;
        let limits = SendLimits {
            sender: self.id,
            limit: room,
            lease: settings.lease,
            hold: self.sending.hold,
            is_reported: settings.on_outcome.is_some(),
        };
        let marked_after = Instant::now();
        let advanced = match self.shared.store.advance(self.results.clone(), limits).await {
            Ok(advanced) => advanced,
            Err(error) => {
                self.is_closed = error == StoreError::Closed;
                // A message that the store has marked nevertheless belongs to a sender that is not renewed.
                self.id = SenderId(fastrand::u64(..));
                sleep(STORE_PAUSE).await;
                return false;
            }
        };
        let is_idle = self.results.is_empty() && advanced.sending.is_empty() && advanced.expired == 0;
        self.results.clear();
        #[cfg(feature = "metrics")]
        crate::metrics::expired(advanced.expired);
        if let Some(interval) = self.sending.interval {
            let count = u32::try_from(advanced.sending.len()).unwrap_or(u32::MAX);
            self.next_slot += interval.saturating_mul(count);
        }
        for message in advanced.sending {
            *self.flights.entry(self.id).or_default() += 1;
            let (client, schedule) = (self.sending.client.clone(), self.sending.retry_schedule.clone());
            let (sender, deadline) = (self.id, marked_after + settings.lease);
            self.tasks.spawn(async move {
                let started = Instant::now();
                let sending = send(&client, &message, deadline, &schedule);
                #[cfg(feature = "tracing")]
                let sending = tracing::Instrument::instrument(sending, crate::trace::send(&message));
                let (outcome, is_credential_refused) = sending.await;
                #[cfg(feature = "metrics")]
                crate::metrics::sent(&outcome);
                #[cfg(feature = "tracing")]
                if matches!(outcome, SendOutcome::Unknown { .. }) {
                    crate::trace::unknown(&message);
                }
                let result = SendResult { id: message.id, attempt: message.attempt, outcome };
                Landed { sender, result, is_credential_refused, took: started.elapsed() }
            });
        }
        !is_idle
    }

    /// Takes the outcome of a send, and the outcomes of others that end at about the same time.
    async fn land(&mut self, first: Option<Landed>) {
        let is_slow = first.as_ref().is_some_and(|landed| landed.took >= SLOW);
        self.add(first);
        let until = Instant::now() + GATHER;
        while self.results.len() < self.batch() {
            let next = match self.tasks.try_join_next() {
                Some(next) => Some(next),
                None if is_slow => timeout_at(until, self.tasks.join_next()).await.ok().flatten(),
                None => None,
            };
            let Some(next) = next else { return };
            self.add(next.ok());
        }
    }

    /// Returns the number of messages that are marked or recorded together. A part of those that are sent at once, so that the others are on
    /// their way meanwhile.
    fn batch(&self) -> usize {
        (self.sending.concurrency / 3).max(8)
    }

    fn add(&mut self, landed: Option<Landed>) {
        // A send does not panic, and nobody aborts it.
        let Some(Landed { sender, result, is_credential_refused, .. }) = landed else { return };
        if let Some(count) = self.flights.get_mut(&sender) {
            *count = count.saturating_sub(1);
        }
        self.flights.retain(|_, count| *count > 0);
        if is_credential_refused {
            self.paused_until = Some(Instant::now() + CREDENTIAL_PAUSE);
            self.shared.credential_refused.send_replace(true);
        } else if matches!(result.outcome, SendOutcome::Accepted { .. }) {
            self.shared.credential_refused.send_if_modified(std::mem::take);
        }
        self.results.push(result);
    }

    async fn renew(&self, lease: Duration) {
        for sender in self.flights.keys() {
            // If the store fails, the lease goes on until it ends.
            drop(self.shared.store.renew_sender(*sender, lease).await);
        }
    }
}

/// Sends a message, unless the sender was stopped for longer than its lease. Returns the outcome, and whether the platform does not accept
/// the credential.
async fn send(
    client: &Client,
    message: &SendingMessage,
    deadline: Instant,
    schedule: &[Duration],
) -> (SendOutcome, bool) {
    let channel = Channel::from(message.channel.as_str());
    let document = Document::read(&channel, &*message.body);
    // Its marks may have been taken away meanwhile, and a person may have had the message sent again.
    if Instant::now() >= deadline {
        let error = "the process was stopped for longer than its lease; nothing was sent".to_owned();
        return (SendOutcome::Retry { delay: Duration::ZERO, error, is_counted: false }, false);
    }
    failpoint::reached("send.before");
    let call = client.messages().send(document).retry(RetryPolicy::never());
    let result = AssertUnwindSafe(call.into_future()).catch_unwind().await;
    failpoint::reached("send.after");
    match result {
        Ok(Ok(sent)) => {
            (SendOutcome::Accepted { message_id: Some(sent.message_id.as_str().to_owned()), error: None }, false)
        }
        Ok(Err(error)) => (outcome_of(&error, message.retries, schedule), is_credential_refused(&error)),
        Err(_) => (SendOutcome::Unknown { error: "the transport panicked".to_owned() }, false),
    }
}

fn is_credential_refused(error: &Error) -> bool {
    error.request_state().is_safe_to_retry() && error.retry_advice() == RetryAdvice::Authenticate
}

/// Returns the outcome of an attempt that failed. Its text contains no number and no text of the message.
fn outcome_of(error: &Error, retries: u32, schedule: &[Duration]) -> SendOutcome {
    let text = error.to_string();
    match (error.request_state(), error.retry_advice()) {
        (RequestState::Accepted, _) => SendOutcome::Accepted { message_id: None, error: Some(text) },
        (RequestState::Unknown, _) => SendOutcome::Unknown { error: text },
        (_, RetryAdvice::Authenticate) => {
            // The sender itself pauses. The next one may have another credential.
            SendOutcome::Retry { delay: Duration::ZERO, error: text, is_counted: false }
        }
        (RequestState::NotSent, _) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Request) => {
            SendOutcome::Dead { reason: "invalid", error: text }
        }
        (RequestState::Rejected, RetryAdvice::Correct | RetryAdvice::Never | RetryAdvice::Reconcile) => {
            SendOutcome::Rejected { error: text }
        }
        (_, advice) => {
            let after = if let RetryAdvice::Later { after } = advice { after } else { None };
            match schedule.get(retries as usize) {
                Some(delay) => {
                    let delay = varied(*delay).max(after.unwrap_or_default());
                    SendOutcome::Retry { delay, error: text, is_counted: true }
                }
                None => SendOutcome::Dead { reason: "attempts_used_up", error: text },
            }
        }
    }
}
