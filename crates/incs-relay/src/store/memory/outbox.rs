//! The outbox of the store in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use incs_model::delivery::Stage;

use super::State;
use crate::clock::{earlier, later};
use crate::store::keys::RecipientKey;
use crate::store::outbox::{
    Advanced, CUSTOMER_WINDOW, Candidates, CustomerContact, Decision, DecisionResult, Enqueued, ExpiredSends,
    OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, OutboxState, OutboxStats, Proof, Recorded, Reported,
    SendLimits, SendOutcome, SendResult, SenderId, SendingMessage, Sighting, SightingKind,
};
use crate::store::types::StatusUpdate;

/// The largest number of messages that one call expires.
const MAX_EXPIRED: usize = 1000;

#[derive(Default)]
pub(super) struct Outbox {
    last_id: u64,
    rows: BTreeMap<OutboxId, Row>,
    /// The end of the lease of each sender.
    senders: HashMap<SenderId, Timestamp>,
    /// By name.
    sightings: BTreeMap<String, Sighting>,
    contacts: BTreeMap<(String, RecipientKey), Timestamp>,
    last_created_webhook: Option<Timestamp>,
    pub(super) properties: BTreeMap<String, String>,
}

struct Row {
    entry: OutboxEntry,
    body: Option<Arc<[u8]>>,
    /// The time at which it is due by itself.
    due_at: Timestamp,
    /// The time until which it holds later ones while it is unknown.
    hold_until: Option<Timestamp>,
    /// The last attempt whose outcome was recorded.
    recorded: u32,
    retries: u32,
    sender: Option<SenderId>,
    accepted_at: Option<Timestamp>,
    is_reported: bool,
    report_at: Option<Timestamp>,
}

impl Row {
    fn new(id: OutboxId, message: &OutboxMessage, now: Timestamp) -> Self {
        let mut entry = OutboxEntry::new(id, message.key.clone(), message.channel.clone(), now);
        (entry.not_after, entry.recipient, entry.content) = (message.not_after, message.recipient, message.content);
        (entry.is_ordered, entry.is_free_form) = (message.is_ordered, message.is_free_form);
        Self {
            entry,
            body: Some(Arc::clone(&message.body)),
            due_at: now,
            hold_until: None,
            recorded: 0,
            retries: 0,
            sender: None,
            accepted_at: None,
            is_reported: false,
            report_at: None,
        }
    }

    /// Sets the state. A state that a caller waits for is reported.
    fn set(&mut self, now: Timestamp, state: OutboxState) {
        (self.entry.state, self.entry.changed_at, self.hold_until) = (state, now, None);
        if !matches!(state, OutboxState::Queued | OutboxState::Sending) {
            self.report(now);
        }
    }

    fn report(&mut self, now: Timestamp) {
        self.entry.version += 1;
        if self.is_reported {
            (self.report_at, self.entry.report_attempts) = (Some(now), 0);
        }
    }

    /// Queues the message again.
    fn queue(&mut self, now: Timestamp, due_at: Timestamp) {
        self.set(now, OutboxState::Queued);
        self.due_at = due_at;
    }

    fn set_stage(&mut self, now: Timestamp, stage: Option<Stage>) {
        let is_failed = |stage: Option<Stage>| stage == Some(Stage::Failed);
        let before = self.entry.stage;
        self.entry.stage = before.max(stage);
        if is_failed(before) != is_failed(self.entry.stage) {
            self.report(now);
        }
    }

    /// Notes the first receipt. `message_created` does not count: it comes before the message is sent to the customer.
    fn receive(&mut self, now: Timestamp, stage: Option<Stage>) {
        if stage > Some(Stage::Created) {
            self.entry.receipt_at.get_or_insert(now);
        }
    }

    /// Reports whether evidence can belong to this message.
    fn is_uncertain(&self) -> bool {
        let is_uncertain = match self.entry.state {
            OutboxState::Sending | OutboxState::Unknown | OutboxState::Unresolved | OutboxState::Abandoned => true,
            OutboxState::Accepted => self.entry.message_id.is_none(),
            _ => false,
        };
        // Nobody knows about its earlier attempt.
        is_uncertain || self.entry.is_sent_again
    }

    /// Ends a queued message without sending it.
    fn cancel(&mut self, now: Timestamp) {
        // An earlier attempt may have been sent.
        let is_unknown = self.entry.is_sent_again;
        self.set(now, if is_unknown { OutboxState::Abandoned } else { OutboxState::Cancelled });
    }
}

impl State {
    pub(super) fn enqueue(&mut self, now: Timestamp, message: &OutboxMessage) -> Enqueued {
        if let Some(known) = self.outbox.rows.values().find(|row| row.entry.key == message.key) {
            let OutboxEntry { id, channel, not_after, is_ordered, .. } = &known.entry;
            let is_same = *channel == message.channel
                && known.body.as_ref().is_none_or(|body| {
                    *body == message.body && *not_after == message.not_after && *is_ordered == message.is_ordered
                });
            return if is_same { Enqueued::Seen(*id) } else { Enqueued::KeyReused(*id) };
        }
        self.outbox.last_id += 1;
        let id = OutboxId(self.outbox.last_id);
        self.outbox.rows.insert(id, Row::new(id, message, now));
        Enqueued::New(id)
    }

    pub(super) fn advance(&mut self, now: Timestamp, results: Vec<SendResult>, limits: SendLimits) -> Advanced {
        let recorded = results.into_iter().map(|result| self.record(now, result, limits.hold)).collect();
        let mut sending = Vec::new();
        let mut expired = 0;
        while sending.len() < limits.limit && expired < MAX_EXPIRED {
            let Some(id) = self.next_due(now) else { break };
            let reason = self.expiry(now, id);
            let Some(row) = self.outbox.rows.get_mut(&id) else { break };
            row.is_reported = limits.is_reported;
            if let Some(reason) = reason {
                row.entry.reason = Some(reason.to_owned());
                row.set(now, OutboxState::Expired);
                expired += 1;
                continue;
            }
            row.set(now, OutboxState::Sending);
            row.entry.attempts += 1;
            (row.entry.sending_at, row.sender) = (Some(now), Some(limits.sender));
            sending.push(SendingMessage {
                id,
                attempt: row.entry.attempts,
                key: row.entry.key.clone(),
                channel: row.entry.channel.clone(),
                body: row.body.clone().unwrap_or_default(),
                retries: row.retries,
            });
        }
        if !sending.is_empty() {
            self.outbox.senders.insert(limits.sender, later(now, limits.lease));
        }
        Advanced { recorded, sending, expired: expired as u64 }
    }

    fn next_due(&self, now: Timestamp) -> Option<OutboxId> {
        let due = self.outbox.rows.keys().filter_map(|id| Some((self.next_at(*id)?, *id)));
        due.filter(|(at, _)| *at <= now).min().map(|(_, id)| id)
    }

    /// Returns the time at which a queued message is due. `None` if an earlier one blocks it.
    fn next_at(&self, id: OutboxId) -> Option<Timestamp> {
        let row = self.outbox.rows.get(&id).filter(|row| row.entry.state == OutboxState::Queued)?;
        let mut due_at = row.due_at;
        if row.entry.is_ordered && row.entry.recipient.is_some() {
            let is_before = |other: &&Row| {
                other.entry.is_ordered
                    && other.entry.recipient == row.entry.recipient
                    && other.entry.channel == row.entry.channel
            };
            for other in self.outbox.rows.range(..id).map(|(_, row)| row).filter(is_before) {
                if matches!(other.entry.state, OutboxState::Queued | OutboxState::Sending) {
                    return None;
                }
                due_at = due_at.max(other.hold_until.unwrap_or(due_at));
            }
        }
        Some(row.entry.not_after.map_or(due_at, |end| due_at.min(end)))
    }

    /// Returns the reason why a message is not sent any more.
    fn expiry(&self, now: Timestamp, id: OutboxId) -> Option<&'static str> {
        let entry = &self.outbox.rows.get(&id)?.entry;
        if entry.not_after.is_some_and(|end| end <= now) {
            return Some("not_after");
        }
        let name = (entry.channel.clone(), entry.recipient.filter(|_| entry.is_free_form)?);
        let last = self.outbox.contacts.get(&name)?;
        (later(*last, CUSTOMER_WINDOW) <= now).then_some("window_closed")
    }

    fn record(&mut self, now: Timestamp, result: SendResult, hold: Duration) -> Recorded {
        let SendResult { id, attempt, outcome } = result;
        let outcome = match outcome {
            SendOutcome::Accepted { message_id: Some(given), .. }
                if self.owner(&given).is_some_and(|owner| owner != id) =>
            {
                SendOutcome::Unknown { error: "the reply gives the id of another message".to_owned() }
            }
            outcome => outcome,
        };
        let Some(row) = self.outbox.rows.get_mut(&id) else { return Recorded::Final };
        let is_first = row.recorded < attempt;
        if is_first && attempt < row.entry.attempts {
            if let SendOutcome::Accepted { message_id: Some(given), .. } = outcome
                && row.entry.message_id.as_ref() != Some(&given)
                && row.entry.second_message_id.is_none()
            {
                row.entry.second_message_id = Some(given);
                row.report(now);
            }
            return Recorded::Final;
        }
        if !is_first || attempt != row.entry.attempts {
            return Recorded::Final;
        }
        row.recorded = attempt;
        let state = row.entry.state;
        let is_open = matches!(state, OutboxState::Sending | OutboxState::Unknown | OutboxState::Unresolved);
        // The attempt came to nothing, so nothing was sent twice.
        let is_cleared = state == OutboxState::Queued
            && matches!(outcome, SendOutcome::Rejected { .. } | SendOutcome::Retry { .. } | SendOutcome::Dead { .. });
        match outcome {
            SendOutcome::Accepted { message_id, error } => {
                row.entry.error = error;
                if message_id.is_some() || row.entry.message_id.is_none() {
                    (row.entry.message_id, row.entry.proof) = (message_id, Some(Proof::Reply));
                }
                self.accept(now, id, now);
            }
            _ if is_cleared => row.entry.is_sent_again = false,
            SendOutcome::Rejected { error } if state != OutboxState::Queued => {
                (row.entry.message_id, row.entry.proof, row.accepted_at) = (None, None, None);
                row.entry.error = Some(error);
                row.set(now, OutboxState::Rejected);
            }
            SendOutcome::Retry { delay, error, is_counted } if is_open => {
                row.entry.error = Some(error);
                row.retries += u32::from(is_counted);
                if row.entry.is_erased {
                    row.set(now, OutboxState::Cancelled);
                } else {
                    row.queue(now, later(now, delay));
                }
            }
            SendOutcome::Dead { reason, error } if is_open => {
                (row.entry.reason, row.entry.error) = (Some(reason.to_owned()), Some(error));
                row.set(now, OutboxState::Dead);
            }
            SendOutcome::Unknown { error } => {
                row.entry.error = Some(error);
                if state == OutboxState::Sending {
                    row.set(now, OutboxState::Unknown);
                    row.hold_until = Some(later(now, hold));
                }
            }
            SendOutcome::Rejected { .. } | SendOutcome::Retry { .. } | SendOutcome::Dead { .. } => {}
        }
        Recorded::Applied(self.outbox.rows.get(&id).map_or(state, |row| row.entry.state))
    }

    /// Makes a message accepted, with the receipts that have come before.
    fn accept(&mut self, now: Timestamp, id: OutboxId, at: Timestamp) {
        let Some(row) = self.outbox.rows.get_mut(&id) else { return };
        row.accepted_at.get_or_insert(at);
        let name = row.entry.message_id.clone().map(|message| (message, None));
        let known = name.and_then(|name| self.delivery_states.get(&name)).map(|(state, _)| state.stage());
        row.set(now, OutboxState::Accepted);
        if let Some(stage) = known {
            row.receive(now, stage);
            row.set_stage(now, stage);
        }
    }

    /// Returns the message that has an id of the provider.
    fn owner(&self, message_id: &str) -> Option<OutboxId> {
        let rows = self.outbox.rows.values();
        rows.map(|row| &row.entry).find(|entry| entry.message_id.as_deref() == Some(message_id)).map(|entry| entry.id)
    }

    pub(super) fn renew_sender(&mut self, now: Timestamp, sender: SenderId, lease: Duration) {
        self.outbox.senders.insert(sender, later(now, lease));
    }

    pub(super) fn expire_sends(&mut self, now: Timestamp, hold: Duration, unresolved_after: Duration) -> ExpiredSends {
        let mut expired = ExpiredSends::default();
        let senders = &self.outbox.senders;
        for row in self.outbox.rows.values_mut() {
            let lease = row.sender.and_then(|sender| senders.get(&sender));
            if row.entry.state == OutboxState::Sending && lease.is_none_or(|end| *end <= now) {
                row.entry.error = Some("the sender ended before it recorded the outcome".to_owned());
                row.set(now, OutboxState::Unknown);
                row.hold_until = Some(later(now, hold));
                expired.unknown += 1;
            } else if row.entry.state == OutboxState::Unknown && later(row.entry.changed_at, unresolved_after) <= now {
                row.set(now, OutboxState::Unresolved);
                expired.unresolved += 1;
            }
        }
        expired
    }

    pub(super) fn decide(&mut self, now: Timestamp, id: OutboxId, decision: Decision) -> DecisionResult {
        let given = match &decision {
            Decision::Found { message_id, .. } | Decision::Accept { message_id: Some(message_id), .. } => {
                self.owner(message_id)
            }
            _ => None,
        };
        let Some(row) = self.outbox.rows.get_mut(&id) else { return DecisionResult::NotFound };
        let state = row.entry.state;
        let is_without_id = state == OutboxState::Accepted && row.entry.message_id.is_none();
        match decision {
            Decision::Found { .. } if !state.is_unknown() && !is_without_id => DecisionResult::WrongState(state),
            Decision::Accept { .. } | Decision::SendAgain { .. } | Decision::Abandon { .. } if !state.is_unknown() => {
                DecisionResult::WrongState(state)
            }
            Decision::Cancel { .. } | Decision::Refuse { .. } if state != OutboxState::Queued => {
                DecisionResult::WrongState(state)
            }
            Decision::Found { .. } | Decision::Accept { .. } if given.is_some() => {
                DecisionResult::IdTaken(given.unwrap_or(id))
            }
            Decision::Found { message_id, proof } => {
                row.entry.message_id = Some(message_id);
                row.entry.proof = if is_without_id { row.entry.proof } else { Some(proof) };
                let at = row.entry.sending_at.unwrap_or(now);
                self.accept(now, id, at);
                DecisionResult::Done
            }
            Decision::Accept { message_id, by } => {
                (row.entry.message_id, row.entry.proof) = (message_id, Some(Proof::Person));
                row.entry.decided_by = Some(by);
                let at = row.entry.sending_at.unwrap_or(now);
                self.accept(now, id, at);
                DecisionResult::Done
            }
            Decision::SendAgain { .. } if row.entry.is_erased => DecisionResult::Erased,
            Decision::SendAgain { by } => {
                (row.entry.decided_by, row.entry.is_sent_again, row.retries) = (Some(by), true, 0);
                row.queue(now, now);
                DecisionResult::Done
            }
            Decision::Abandon { by } => {
                row.entry.decided_by = Some(by);
                row.set(now, OutboxState::Abandoned);
                DecisionResult::Done
            }
            Decision::Cancel { by } => {
                row.entry.decided_by = by;
                row.cancel(now);
                DecisionResult::Done
            }
            Decision::Refuse { error } => {
                (row.entry.reason, row.entry.error) = (Some("invalid".to_owned()), Some(error));
                row.set(now, OutboxState::Dead);
                DecisionResult::Done
            }
        }
    }

    /// Returns the description of a message.
    fn outbox_entry(&self, row: &Row) -> OutboxEntry {
        OutboxEntry { next_at: self.next_at(row.entry.id), ..row.entry.clone() }
    }

    pub(super) fn messages(&self, filter: &OutboxFilter) -> Vec<OutboxEntry> {
        let is_selected = |row: &&Row| {
            let entry = &row.entry;
            filter.state.is_none_or(|state| state == entry.state)
                && filter.id.is_none_or(|id| id == entry.id)
                && filter.key.as_ref().is_none_or(|key| *key == entry.key)
                && filter.after.is_none_or(|after| after < entry.id)
                && filter.without_receipt.as_ref().is_none_or(|time| {
                    let is_in_time = row.accepted_at.is_some_and(|at| time.contains(&at));
                    is_in_time && entry.message_id.is_some() && entry.receipt_at.is_none()
                })
                && filter.not_asked_since.is_none_or(|since| entry.asked_at.is_none_or(|asked| asked < since))
        };
        let rows = self.outbox.rows.values().filter(is_selected).take(filter.limit);
        rows.map(|row| self.outbox_entry(row)).collect()
    }

    pub(super) fn message_body(&self, id: OutboxId) -> Option<Vec<u8>> {
        Some(self.outbox.rows.get(&id)?.body.as_ref()?.to_vec())
    }

    pub(super) fn candidates(&self, id: OutboxId) -> Option<Candidates> {
        let row = self.outbox.rows.get(&id)?;
        let entry = self.outbox_entry(row);
        let (Some(recipient), Some(sent)) = (entry.recipient, entry.sending_at) else {
            return Some(Candidates::new(entry, Vec::new(), Vec::new()));
        };
        let is_rival =
            |other: &&Row| other.entry.id != id && other.entry.recipient == Some(recipient) && other.is_uncertain();
        let rivals = self.outbox.rows.values().filter(is_rival).map(|row| self.outbox_entry(row)).collect();
        let is_evidence = |sighting: &&Sighting| {
            let after = match sighting.kind {
                SightingKind::Created => Candidates::AFTER,
                SightingKind::Receipt => Candidates::RECEIPT_AFTER,
            };
            sighting.message_id.as_ref().is_none_or(|id| self.owner(id).is_none())
                && sighting.recipient.is_none_or(|other| other == recipient)
                && sighting.at >= earlier(sent, Candidates::BEFORE)
                && sighting.at <= later(sent, after)
        };
        let mut sightings: Vec<_> = self.outbox.sightings.values().filter(is_evidence).cloned().collect();
        // The sort keeps the order of the names.
        sightings.sort_by_key(|sighting| sighting.at);
        Some(Candidates::new(entry, rivals, sightings))
    }

    /// Adds a receipt to its message, or keeps it as evidence. It is merged into `delivery_states` already.
    pub(super) fn receipt(&mut self, now: Timestamp, update: &StatusUpdate) {
        let name = (update.message_id.clone(), update.recipient.clone());
        let stage = self.delivery_states.get(&name).and_then(|(state, _)| state.stage());
        if let Some(row) = self.owner(&update.message_id).and_then(|id| self.outbox.rows.get_mut(&id)) {
            row.receive(now, update.update.stage);
            row.set_stage(now, stage);
        }
        let Some(sighting) = &update.sighting else { return };
        if sighting.kind == SightingKind::Created {
            self.outbox.last_created_webhook = Some(now);
        }
        if self.owner(&update.message_id).is_none() {
            self.add_sighting(sighting);
        }
    }

    fn add_sighting(&mut self, new: &Sighting) {
        let is_wanted = |row: &Row| {
            row.is_uncertain() && new.recipient.is_none_or(|recipient| row.entry.recipient == Some(recipient))
        };
        let Some(name) = new.incs_id.map(|id| format!("incs:{id}")).or_else(|| new.message_id.clone()) else { return };
        let sightings = &mut self.outbox.sightings;
        let is_known = sightings.contains_key(&name);
        if !is_known && !self.outbox.rows.values().any(is_wanted) {
            return;
        }
        match (new.kind, &new.message_id) {
            (SightingKind::Created, Some(id))
                if *id != name && sightings.get(id).is_some_and(|other| other.kind == SightingKind::Receipt) =>
            {
                sightings.remove(id);
            }
            (SightingKind::Receipt, Some(id)) => {
                let is_it =
                    |other: &Sighting| other.kind == SightingKind::Created && other.message_id.as_ref() == Some(id);
                if sightings.values().any(is_it) {
                    return;
                }
            }
            _ => {}
        }
        let Some(known) = sightings.get_mut(&name) else {
            sightings.insert(name, new.clone());
            return;
        };
        if new.kind == SightingKind::Created {
            known.kind = SightingKind::Created;
        }
        known.message_id = known.message_id.take().or_else(|| new.message_id.clone());
        known.channel = known.channel.take().or_else(|| new.channel.clone());
        known.recipient = known.recipient.or(new.recipient);
        known.content = known.content.or(new.content);
        known.at = known.at.min(new.at);
        known.is_exact |= new.is_exact;
    }

    pub(super) fn record_statuses(&mut self, now: Timestamp, asked: &[OutboxId], updates: Vec<StatusUpdate>) {
        for update in updates {
            let stage = self.merge(now, &update);
            if let Some(row) = self.owner(&update.message_id).and_then(|id| self.outbox.rows.get_mut(&id)) {
                row.set_stage(now, stage);
            }
        }
        for id in asked {
            if let Some(row) = self.outbox.rows.get_mut(id) {
                row.entry.asked_at = Some(now);
            }
        }
    }

    pub(super) fn add_contact(&mut self, contact: &CustomerContact) {
        for customer in &contact.customers {
            let last = self.outbox.contacts.entry((contact.channel.clone(), *customer)).or_insert(contact.at);
            *last = contact.at.max(*last);
        }
    }

    pub(super) fn last_contact(&self, channel: &str, customer: &[RecipientKey]) -> Option<Timestamp> {
        let times = customer.iter().filter_map(|key| self.outbox.contacts.get(&(channel.to_owned(), *key)));
        times.max().copied()
    }

    pub(super) fn claim_reports(&mut self, now: Timestamp, limit: usize, lease: Duration) -> Vec<OutboxEntry> {
        let due = self.outbox.rows.values().filter_map(|row| Some((row.report_at?, row.entry.id)));
        let mut due: Vec<_> = due.filter(|(at, _)| *at <= now).collect();
        due.sort_unstable();
        due.truncate(limit);
        let mut claimed = Vec::new();
        for (_, id) in due {
            if let Some(row) = self.outbox.rows.get_mut(&id) {
                row.report_at = Some(later(now, lease));
            }
            claimed.extend(self.outbox.rows.get(&id).map(|row| self.outbox_entry(row)));
        }
        claimed
    }

    pub(super) fn complete_report(&mut self, now: Timestamp, report: Reported) {
        let row = self.outbox.rows.get_mut(&report.id).filter(|row| row.entry.version == report.version);
        let Some(row) = row else { return };
        row.report_at = report.retry.map(|delay| later(now, delay));
        row.entry.report_attempts += u32::from(report.retry.is_some());
    }

    pub(super) fn erase_messages(&mut self, now: Timestamp, recipients: &[RecipientKey]) -> u64 {
        let mut erased = 0;
        self.outbox.contacts.retain(|(_, customer), _| !recipients.contains(customer));
        self.outbox.sightings.retain(|_, sighting| sighting.recipient.is_none_or(|key| !recipients.contains(&key)));
        for row in self.outbox.rows.values_mut() {
            let is_theirs = row.entry.recipient.is_some_and(|recipient| recipients.contains(&recipient));
            if !is_theirs || row.entry.is_erased {
                continue;
            }
            (row.entry.is_erased, row.body) = (true, None);
            erased += 1;
            if row.entry.state == OutboxState::Queued {
                row.cancel(now);
            }
        }
        erased
    }

    /// Removes old messages, evidence and contacts. Returns the number of messages, and whether nothing old is left.
    pub(super) fn sweep_outbox(
        &mut self,
        ended_before: Timestamp,
        seen_before: Timestamp,
        budget: usize,
    ) -> (u64, bool) {
        let is_old = |row: &&Row| row.entry.state.is_final() && row.entry.changed_at < ended_before;
        let mut old: Vec<_> = self.outbox.rows.values().filter(is_old).map(|row| row.entry.id).collect();
        let is_finished = old.len() <= budget;
        old.truncate(budget);
        for id in &old {
            self.outbox.rows.remove(id);
        }
        self.outbox.sightings.retain(|_, sighting| sighting.at >= seen_before);
        self.outbox.contacts.retain(|_, at| *at >= seen_before);
        (old.len() as u64, is_finished)
    }

    pub(super) fn outbox_stats(&self) -> OutboxStats {
        let mut stats =
            OutboxStats { last_created_webhook: self.outbox.last_created_webhook, ..OutboxStats::default() };
        for row in self.outbox.rows.values() {
            if let Some(count) = stats.by_state.get_mut(row.entry.state as usize) {
                *count += 1;
            }
        }
        let queued = self.outbox.rows.values().find(|row| row.entry.state == OutboxState::Queued);
        stats.oldest_queued = queued.map(|row| row.entry.enqueued_at);
        stats
    }
}
