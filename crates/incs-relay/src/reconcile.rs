//! Finding out whether a message was sent: the evidence of webhooks.

use crate::clock::{earlier, later};
use crate::store::{Candidates, OutboxEntry, OutboxState, Proof, Sighting, SightingKind};

/// Returns the provider's id of a message whose outcome is unknown, if the evidence shows it.
///
/// A webhook shows that a message was accepted if it fits this message and no other, and if no other webhook fits this message as well. It
/// is [`Confirmed`](Proof::Confirmed) if it is a `message_created` with the same text, and [`Likely`](Proof::Likely) if the content cannot
/// be compared. The absence of evidence shows nothing.
///
/// This holds if every message to the customer that comes through the API comes from this outbox.
pub fn judge(candidates: &Candidates) -> Option<(&str, Proof)> {
    let Candidates { entry, rivals, sightings } = candidates;
    let is_open = entry.state.is_unknown() || (entry.state == OutboxState::Accepted && entry.message_id.is_none());
    let mut fitting: Vec<_> = sightings.iter().filter_map(|sighting| Some((sighting, fit(entry, sighting)?))).collect();
    let is_confirmed = fitting.iter().any(|(_, grade)| *grade == Proof::Confirmed);
    if is_confirmed {
        // Weaker evidence may be about a message that somebody else has sent.
        fitting.retain(|(_, grade)| *grade == Proof::Confirmed);
    }
    let (first, _) = fitting.first()?;
    // Several webhooks may be about one message.
    let is_one = fitting.iter().all(|(sighting, _)| sighting.message_id == first.message_id);
    let belongs_to =
        |rival: &OutboxEntry, sighting: &Sighting| is_in_time(rival, sighting) && fit(rival, sighting).is_some();
    let is_shared = rivals.iter().any(|rival| fitting.iter().any(|(sighting, _)| belongs_to(rival, sighting)));
    if !is_open || !is_one || is_shared {
        return None;
    }
    let grade = if is_confirmed { Proof::Confirmed } else { Proof::Likely };
    // Either attempt may have been the one.
    let grade = if entry.is_sent_again { Proof::Likely } else { grade };
    Some((first.message_id.as_deref()?, grade))
}

/// Returns how well a webhook fits a message. `None` if it is about another one, or if it does not name its recipient: then it may be
/// about any message of the channel, such as one that a person wrote in the workbench.
pub fn fit(entry: &OutboxEntry, sighting: &Sighting) -> Option<Proof> {
    let is_channel = match &sighting.channel {
        Some(channel) => *channel == entry.channel,
        // Ids of WhatsApp show the channel.
        None => sighting.message_id.is_none() || entry.channel != "whatsapp",
    };
    if !is_channel || sighting.recipient.is_none() || sighting.recipient != entry.recipient {
        return None;
    }
    match (sighting.kind, entry.content, sighting.content) {
        (_, Some(sent), Some(seen)) if sent != seen => None,
        (SightingKind::Created, Some(_), Some(_)) if sighting.is_exact => Some(Proof::Confirmed),
        _ => Some(Proof::Likely),
    }
}

/// Reports whether a webhook can be about an attempt of a message.
fn is_in_time(entry: &OutboxEntry, sighting: &Sighting) -> bool {
    let after = match sighting.kind {
        SightingKind::Created => Candidates::AFTER,
        SightingKind::Receipt => Candidates::RECEIPT_AFTER,
    };
    let Some(sent) = entry.sending_at else { return false };
    // The time of the attempt before the last one is not kept.
    let first = if entry.is_sent_again { entry.enqueued_at } else { sent };
    sighting.at >= earlier(first, Candidates::BEFORE) && sighting.at <= later(sent, after)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use incs_model::{Timestamp, whatsapp};

    use super::*;
    use crate::store::{
        ContentKey, Decision, MemoryStore, OutboxId, OutboxMessage, RecipientKey, SendLimits, SendOutcome, SendResult,
        SenderId, Store as _,
    };

    const CUSTOMER: &str = "6281200045678";

    /// Returns a store with two unknown messages of this text to one customer.
    async fn unknown(text: &str) -> MemoryStore {
        let store = MemoryStore::new();
        let hour = Duration::from_hours(1);
        let limits = SendLimits { sender: SenderId(1), limit: 2, lease: hour, hold: hour, is_reported: false };
        for key in ["first", "second"] {
            let message = whatsapp::Message::new(CUSTOMER.parse().unwrap(), text);
            store.enqueue(vec![OutboxMessage::try_new(key, message).unwrap().unordered()]).await.unwrap();
        }
        let sending = store.advance(Vec::new(), limits).await.unwrap().sending;
        let unknown = || SendOutcome::Unknown { error: String::new() };
        let results = sending.iter().map(|one| SendResult { id: one.id, attempt: 1, outcome: unknown() }).collect();
        store.advance(results, SendLimits { limit: 0, ..limits }).await.unwrap();
        store
    }

    fn sighting(kind: SightingKind, id: &str) -> Sighting {
        let (message_id, channel) = (Some(id.to_owned()), Some("whatsapp".to_owned()));
        Sighting { message_id, channel, ..Sighting::new(kind, Timestamp::now()) }
    }

    fn created(id: &str, text: &str) -> Sighting {
        let recipient = RecipientKey::of_phone(&CUSTOMER.parse().unwrap());
        let content = Some(ContentKey::of_text(text));
        Sighting { recipient, content, is_exact: true, ..sighting(SightingKind::Created, id) }
    }

    async fn candidates(store: &MemoryStore, sightings: Vec<Sighting>) -> Candidates {
        let found = store.candidates(OutboxId(1)).await.unwrap().unwrap();
        Candidates { sightings, ..found }
    }

    #[tokio::test]
    async fn receipt_without_recipient_says_nothing() {
        let store = unknown("Paid.").await;
        let alone = Candidates { rivals: Vec::new(), ..candidates(&store, Vec::new()).await };
        let stray = sighting(SightingKind::Receipt, "wamid.9");
        let of = |sightings: &[&Sighting]| {
            let sightings = sightings.iter().map(|sighting| (*sighting).clone()).collect();
            Candidates { sightings, ..alone.clone() }
        };
        assert_eq!(judge(&of(&[&stray])), None);
        // It may be about a message of the staff, so it does not weaken other evidence either.
        let created = created("wamid.7", "Paid.");
        assert_eq!(judge(&of(&[&stray, &created])), Some(("wamid.7", Proof::Confirmed)));
        let recipient = created.recipient;
        let receipt = Sighting { recipient, ..stray };
        assert_eq!(judge(&of(&[&receipt])), Some(("wamid.9", Proof::Likely)));
        assert_eq!(judge(&of(&[&receipt, &created])), Some(("wamid.7", Proof::Confirmed)));
        let other = Sighting { message_id: Some("wamid.8".to_owned()), ..created.clone() };
        assert_eq!(judge(&of(&[&other, &created])), None);
    }

    #[tokio::test]
    async fn message_that_a_person_gave_up_keeps_its_evidence() {
        let by = || "a person".to_owned();
        for decision in [Decision::Abandon { by: by() }, Decision::SendAgain { by: by() }] {
            let store = unknown("Paid.").await;
            let sighting = created("wamid.7", "Paid.");
            assert_eq!(judge(&candidates(&store, vec![sighting.clone()]).await), None);
            store.decide(vec![(OutboxId(2), decision.clone())]).await.unwrap();
            // It may have been sent nevertheless.
            assert_eq!(judge(&candidates(&store, vec![sighting]).await), None, "{decision:?}");
        }
    }
}
