//! Webhooks: subscribing, and the events of messages and templates.

mod bodies;
pub(crate) mod emit;
pub(crate) mod post;
pub(crate) mod webhook;

use incs_model::Timestamp;

use self::emit::{emit, emit_as};
use self::webhook::{Webhook, WebhookError};
use crate::channel::Channel;
use crate::state::inbound::Act;
use crate::state::messages::Message;
use crate::state::notices::{Gone, Kind};
use crate::state::subscriptions::{
    EXOTEL_INCOMING, EXOTEL_REPORT, MESSAGE_CREATED, MESSAGE_STATUS, NEW_MESSAGE, Provider, Subscription,
    TEMPLATE_STATUS, Url,
};
use crate::state::templates::Entry;
use crate::state::{Core, Records};

/// Most subscriptions at a time.
const MOST: usize = 100;

/// Adds a subscription.
pub(crate) fn subscribe(core: &Core, webhook: Webhook) -> Result<Subscription, WebhookError> {
    webhook.check(core.config.remote_webhooks)?;
    core.change(|records, _| {
        let subscriptions = &mut records.subscriptions;
        if subscriptions.list.len() >= MOST {
            return Err(WebhookError::new("", format!("{MOST} subscriptions already, at most {MOST}")));
        }
        subscriptions.count += 1;
        let subscription = Subscription {
            id: subscriptions.count,
            url: Url(webhook.url.into()),
            events: webhook.events,
            provider: webhook.provider,
            signing: webhook.signing,
            php: webhook.php,
            held: None,
        };
        subscriptions.list.push(subscription.clone());
        records.notices.tell(Kind::Subscription, &subscription);
        Ok(subscription)
    })
}

/// Removes a subscription, and says whether it was there. What was not posted yet is dropped when its time comes.
pub(crate) fn unsubscribe(core: &Core, id: u64) -> bool {
    core.change(|records, _| {
        let list = &mut records.subscriptions.list;
        let Some(index) = list.iter().position(|known| known.id == id) else { return false };
        list.remove(index);
        records.notices.tell(Kind::Subscription, &Gone::of(id));
        true
    })
}

/// Tells the subscribers that a message has a new state.
pub(crate) fn on_state(records: &mut Records, message: &Message, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(body) = bodies::message_status(message, now) else { return };
    emit(records, MESSAGE_STATUS, Some(message.number), &body, now);
    if message.channel == Channel::Rcs
        && let Some(body) = bodies::exotel_report(message, now)
    {
        emit_as(records, Provider::Exotel, EXOTEL_REPORT, Some(message.number), &body, now);
    }
}

/// Tells the subscribers of a message, in either direction, that it was made.
pub(crate) fn on_created(records: &mut Records, message: u64, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(message) = records.messages.get(message).cloned() else { return };
    let conversation = records.conversations.get(&(message.channel, message.customer.clone()));
    let body = bodies::message_created(&message, conversation.map_or(0, |known| known.id), now);
    emit(records, MESSAGE_CREATED, Some(message.number), &body, now);
}

/// Tells the subscribers what a customer wrote: on Viber by `message_created` only.
pub(crate) fn on_inbound(records: &mut Records, message: u64, act: &Act, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(message) = records.messages.get(message).cloned() else { return };
    on_created(records, message.number, now);
    if let Some(body) = bodies::new_message(records, &message, act, now) {
        emit(records, NEW_MESSAGE, Some(message.number), &body, now);
    }
    if message.channel == Channel::Rcs
        && let Some(body) = bodies::exotel_incoming(&message, act, now)
    {
        emit_as(records, Provider::Exotel, EXOTEL_INCOMING, Some(message.number), &body, now);
    }
}

/// Tells the subscribers that a template has a new status. Only templates of WhatsApp have such a webhook: no page knows one about
/// RCS templates.
pub(crate) fn on_template(records: &mut Records, entry: &Entry, now: Timestamp) {
    if entry.channel == Channel::WhatsApp {
        emit(records, TEMPLATE_STATUS, None, &bodies::template_status(entry, now), now);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use incs_model::RawJson;
    use incs_webhook::Secrets;
    use incs_webhook::scheme::{HmacSha256, SharedSecret};

    use super::*;
    use crate::config::{Clock, Config, Memory, Retry};
    use crate::customers;
    use crate::customers::reply::Reply;
    use crate::faults::rule::{Action, Rule};
    use crate::lifecycle::driver;
    use crate::state::deliveries::{Delivery, Progress};
    use crate::webhooks::emit::{RepostError, inject, repost};

    /// A port that nothing listens on.
    fn closed() -> String {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        format!("http://{address}/hooks")
    }

    fn core(set: impl FnOnce(&mut Config)) -> Arc<Core> {
        let start: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let mut config = Config { clock: Clock::starting_at(start), retry: Retry::never(), ..Config::default() };
        set(&mut config);
        Arc::new(Core::new(config))
    }

    async fn pass(core: &Arc<Core>, span: Duration) {
        driver::advance(core, core.now().checked_add(span).unwrap_or(Timestamp::MAX)).await;
    }

    fn says(core: &Core, text: &str) {
        let reply = Reply::text(text);
        core.change(|records, now| customers::act(records, now, Channel::WhatsApp, "6281200045678", &reply)).unwrap();
    }

    fn deliveries(core: &Core) -> Vec<Delivery> {
        core.records().deliveries.iter().cloned().collect()
    }

    #[tokio::test]
    async fn no_secret_stands_in_what_is_remembered_of_an_attempt() {
        let core = core(|_| {});
        let secrets = || Secrets::try_new("s3cret-word").unwrap();
        for webhook in [
            Webhook::to(closed()).signed_with(SharedSecret::in_path(secrets())),
            Webhook::to(closed()).signed_with(SharedSecret::in_query("token", secrets())),
            Webhook::to(closed()).signed_with(SharedSecret::in_header("x-secret", secrets()).with_prefix("Bearer ")),
            Webhook::to(closed()).signed_with(HmacSha256::new("x-signature", secrets())),
        ] {
            subscribe(&core, webhook.events(["new_message"])).unwrap();
        }
        says(&core, "Hello");
        pass(&core, Duration::ZERO).await;
        let found = deliveries(&core);
        let shown = serde_json::to_string(&found).unwrap()
            + &serde_json::to_string(&core.records().subscriptions.list).unwrap();
        assert!(!shown.contains("s3cret"), "{shown}");
        let attempts: Vec<_> = found.iter().map(|delivery| delivery.attempts.last().unwrap()).collect();
        assert!(attempts[0].url.ends_with("/hooks/***"), "{}", attempts[0].url);
        assert!(attempts[1].url.ends_with("/hooks?token=***"), "{}", attempts[1].url);
        assert_eq!(attempts[2].headers, [("x-secret".to_owned(), "***".to_owned())]);
        assert_eq!(attempts[3].headers[0].1.len(), 64, "a signature is no secret");
        assert_eq!(attempts[3].error.as_deref(), Some("no connection"));
        assert_eq!(found[3].progress, Progress::Failed);
        assert_eq!(core.records().counters.webhooks_failed, 4);
    }

    #[tokio::test]
    async fn what_is_forgotten_before_it_was_posted_is_dropped_and_counted() {
        let core = core(|config| config.memory = Memory { deliveries: 3, ..Memory::default() });
        subscribe(&core, Webhook::to(closed()).events(["new_message"])).unwrap();
        for _ in 0..5 {
            says(&core, "Hello");
        }
        assert_eq!(core.records().counters.webhooks_dropped, 2);
        pass(&core, Duration::ZERO).await;
        let counters = core.records().counters;
        assert_eq!((counters.webhooks_failed, counters.webhooks_dropped), (3, 2));
    }

    #[tokio::test]
    async fn a_delivery_is_posted_again_once_it_is_over() {
        let core = core(|_| {});
        let subscription = subscribe(&core, Webhook::to(closed()).events(["new_message"])).unwrap();
        says(&core, "Hello");
        let again = |number| core.change(|records, now| repost(records, number, now));
        assert_eq!(again(1), Err(RepostError::Pending));
        assert_eq!(again(2), Err(RepostError::NotFound));
        for _ in 0..32 {
            pass(&core, Duration::ZERO).await;
            if deliveries(&core)[0].attempts.len() < 32 {
                again(1).unwrap();
            }
        }
        assert_eq!(again(1), Err(RepostError::TooOften));
        assert_eq!(deliveries(&core)[0].attempts.len(), 32);
        says(&core, "Hello");
        assert!(unsubscribe(&core, subscription.id));
        assert!(!unsubscribe(&core, subscription.id));
        pass(&core, Duration::ZERO).await;
        assert_eq!(deliveries(&core)[1].progress, Progress::Dropped);
        assert_eq!(again(2), Err(RepostError::NoSubscription));
    }

    #[tokio::test]
    async fn faults_are_named_where_they_were_applied_also_when_they_change_nothing() {
        let core = core(|_| {});
        subscribe(&core, Webhook::to(closed()).events(["new_message"])).unwrap();
        for action in [Action::BadSignature, Action::UnknownValue, Action::Duplicate, Action::Late { millis: 5 }] {
            core.records().faults.add(Rule::new(action).count(1)).unwrap();
        }
        core.records().faults.add(Rule::new(Action::Lose).skip(1)).unwrap();
        says(&core, "Hello");
        says(&core, "Hello");
        let found = deliveries(&core);
        let words =
            ["bad_signature", "bad_signature changed nothing: the webhook is not signed", "unknown_value", "duplicate"];
        assert_eq!(found[0].faults[..4], words);
        assert_eq!(found[0].faults[4..], ["late"]);
        assert_eq!((found[1].faults[0].as_str(), found[1].progress), ("lose", Progress::Dropped));
        assert_eq!(core.records().counters.faults_applied, 5);
    }

    #[tokio::test]
    async fn any_event_goes_to_those_who_want_its_kind() {
        let core = core(|_| {});
        subscribe(&core, Webhook::to(closed())).unwrap();
        subscribe(&core, Webhook::to(closed()).events(["template_quality_update"])).unwrap();
        subscribe(&core, Webhook::to(closed()).exotel()).unwrap();
        let text = r#"{"event":"template_quality_update", "new_value":"RED"}"#;
        for (kind, count) in [("template_quality_update", 2), ("of_tomorrow", 1)] {
            let body = RawJson::parse(text).unwrap();
            assert_eq!(core.change(|records, now| inject(records, kind, body, now)), count, "{kind}");
        }
        assert!(deliveries(&core).iter().all(|delivery| delivery.body == text.as_bytes()));
    }

    #[test]
    fn subscriptions_are_bounded() {
        let core = core(|_| {});
        for _ in 0..MOST {
            subscribe(&core, Webhook::to("http://127.0.0.1:9/")).unwrap();
        }
        let error = subscribe(&core, Webhook::to("http://127.0.0.1:9/")).unwrap_err();
        assert_eq!(error.to_string(), "100 subscriptions already, at most 100");
    }
}
