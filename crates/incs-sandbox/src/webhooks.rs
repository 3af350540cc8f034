//! Webhooks: subscriptions, and the events of messages and templates.

mod bodies;
pub(crate) mod post;
pub(crate) mod queue;
pub(crate) mod webhook;

use incs_model::Timestamp;

use self::queue::{queue, queue_for};
use self::webhook::{Webhook, WebhookError};
use crate::channel::Channel;
use crate::state::events::{EventKind, Removed};
use crate::state::inbound::InboundContent;
use crate::state::messages::Message;
use crate::state::subscriptions::{
    EXOTEL_INCOMING, EXOTEL_REPORT, MESSAGE_CREATED, MESSAGE_STATUS, NEW_MESSAGE, Provider, Subscription,
    TEMPLATE_STATUS, Url,
};
use crate::state::templates::TemplateRecord;
use crate::state::{App, Records};

/// The most subscriptions at the same time.
const MAX_SUBSCRIPTIONS: usize = 100;

/// Adds a subscription.
pub(crate) fn subscribe(app: &App, webhook: Webhook) -> Result<Subscription, WebhookError> {
    webhook.check(app.config.remote_webhooks, app.config.address)?;
    app.change(|records, _| {
        let subscriptions = &mut records.subscriptions;
        if subscriptions.list.len() >= MAX_SUBSCRIPTIONS {
            return Err(WebhookError::new(
                "",
                format!("{MAX_SUBSCRIPTIONS} subscriptions already, at most {MAX_SUBSCRIPTIONS}"),
            ));
        }
        subscriptions.count += 1;
        let subscription = Subscription {
            id: subscriptions.count,
            url: Url(webhook.url.into()),
            events: webhook.events,
            provider: webhook.provider,
            signing: webhook.signing,
            php: webhook.php,
            held_back: None,
        };
        subscriptions.list.push(subscription.clone());
        records.events.send(EventKind::Subscription, &subscription);
        Ok(subscription)
    })
}

/// Removes a subscription. Returns whether it existed. Its pending deliveries are dropped when they are due.
pub(crate) fn unsubscribe(app: &App, id: u64) -> bool {
    app.change(|records, _| {
        let list = &mut records.subscriptions.list;
        let Some(index) = list.iter().position(|known| known.id == id) else { return false };
        list.remove(index);
        records.events.send(EventKind::Subscription, &Removed::new(id));
        true
    })
}

/// Queues the webhooks about a message's new state.
pub(crate) fn on_state(records: &mut Records, message: &Message, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(body) = bodies::message_status(message, now) else { return };
    queue(records, MESSAGE_STATUS, Some(message.number), &body, now);
    if message.channel == Channel::Rcs
        && let Some(body) = bodies::exotel_report(message, now)
    {
        queue_for(records, Provider::Exotel, EXOTEL_REPORT, Some(message.number), &body, now);
    }
}

/// Queues the webhooks about a new message, in either direction.
pub(crate) fn on_created(records: &mut Records, message: u64, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(message) = records.messages.get(message).cloned() else { return };
    let conversation = records.conversations.get(&(message.channel, message.customer.clone()));
    let body = bodies::message_created(&message, conversation.map_or(0, |known| known.id), now);
    queue(records, MESSAGE_CREATED, Some(message.number), &body, now);
}

/// Queues the webhooks about a customer's message: on Viber `message_created` only.
pub(crate) fn on_inbound(records: &mut Records, message: u64, content: &InboundContent, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(message) = records.messages.get(message).cloned() else { return };
    on_created(records, message.number, now);
    if let Some(body) = bodies::new_message(records, &message, content, now) {
        queue(records, NEW_MESSAGE, Some(message.number), &body, now);
    }
    if message.channel == Channel::Rcs
        && let Some(body) = bodies::exotel_incoming(&message, content, now)
    {
        queue_for(records, Provider::Exotel, EXOTEL_INCOMING, Some(message.number), &body, now);
    }
}

/// Queues the webhooks about a template's new status. Only WhatsApp templates have one: no page documents a webhook about RCS
/// templates.
pub(crate) fn on_template(records: &mut Records, entry: &TemplateRecord, now: Timestamp) {
    if entry.channel == Channel::WhatsApp {
        queue(records, TEMPLATE_STATUS, None, &bodies::template_status(entry, now), now);
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
    use crate::webhooks::queue::{RepostError, inject, repost};

    /// A URL with a port that nothing listens on.
    fn closed() -> String {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        format!("http://{address}/hooks")
    }

    fn app(set: impl FnOnce(&mut Config)) -> Arc<App> {
        let start: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let mut config = Config { clock: Clock::starting_at(start), retry: Retry::never(), ..Config::default() };
        set(&mut config);
        Arc::new(App::new(config))
    }

    async fn pass(app: &Arc<App>, span: Duration) {
        driver::advance(app, app.now().checked_add(span).unwrap_or(Timestamp::MAX)).await;
    }

    fn says(app: &App, text: &str) {
        let reply = Reply::text(text);
        app.change(|records, now| customers::handle_reply(records, now, Channel::WhatsApp, "6281200045678", &reply))
            .unwrap();
    }

    fn deliveries(app: &App) -> Vec<Delivery> {
        app.records().deliveries.iter().cloned().collect()
    }

    #[tokio::test]
    async fn recorded_attempts_hold_no_secret() {
        let app = app(|_| {});
        let secrets = || Secrets::try_new("s3cret-word").unwrap();
        for webhook in [
            Webhook::to(closed()).signed_with(SharedSecret::in_path(secrets())),
            Webhook::to(closed()).signed_with(SharedSecret::in_query("token", secrets())),
            Webhook::to(closed()).signed_with(SharedSecret::in_header("x-secret", secrets()).with_prefix("Bearer ")),
            Webhook::to(closed()).signed_with(HmacSha256::new("x-signature", secrets())),
        ] {
            subscribe(&app, webhook.events(["new_message"])).unwrap();
        }
        says(&app, "Hello");
        pass(&app, Duration::ZERO).await;
        let found = deliveries(&app);
        let shown =
            serde_json::to_string(&found).unwrap() + &serde_json::to_string(&app.records().subscriptions.list).unwrap();
        assert!(!shown.contains("s3cret"), "{shown}");
        let attempts: Vec<_> = found.iter().map(|delivery| delivery.attempts.last().unwrap()).collect();
        assert!(attempts[0].url.ends_with("/hooks/***"), "{}", attempts[0].url);
        assert!(attempts[1].url.ends_with("/hooks?token=***"), "{}", attempts[1].url);
        assert_eq!(attempts[2].headers, [("x-secret".to_owned(), "***".to_owned())]);
        assert_eq!(attempts[3].headers[0].1.len(), 64, "a signature is no secret");
        assert_eq!(attempts[3].error.as_deref(), Some("no connection"));
        assert_eq!(found[3].progress, Progress::Failed);
        assert_eq!(app.records().counters.webhooks_failed, 4);
    }

    #[tokio::test]
    async fn forgotten_pending_deliveries_count_as_dropped() {
        let app = app(|config| config.memory = Memory { deliveries: 3, ..Memory::default() });
        subscribe(&app, Webhook::to(closed()).events(["new_message"])).unwrap();
        for _ in 0..5 {
            says(&app, "Hello");
        }
        assert_eq!(app.records().counters.webhooks_dropped, 2);
        pass(&app, Duration::ZERO).await;
        let counters = app.records().counters;
        assert_eq!((counters.webhooks_failed, counters.webhooks_dropped), (3, 2));
    }

    #[tokio::test]
    async fn finished_delivery_can_be_reposted() {
        let app = app(|_| {});
        let subscription = subscribe(&app, Webhook::to(closed()).events(["new_message"])).unwrap();
        says(&app, "Hello");
        let again = |number| app.change(|records, now| repost(records, number, now));
        assert_eq!(again(1), Err(RepostError::Pending));
        assert_eq!(again(2), Err(RepostError::NotFound));
        for _ in 0..32 {
            pass(&app, Duration::ZERO).await;
            if deliveries(&app)[0].attempts.len() < 32 {
                again(1).unwrap();
            }
        }
        assert_eq!(again(1), Err(RepostError::TooOften));
        assert_eq!(deliveries(&app)[0].attempts.len(), 32);
        says(&app, "Hello");
        assert!(unsubscribe(&app, subscription.id));
        assert!(!unsubscribe(&app, subscription.id));
        pass(&app, Duration::ZERO).await;
        assert_eq!(deliveries(&app)[1].progress, Progress::Dropped);
        assert_eq!(again(2), Err(RepostError::NoSubscription));
    }

    #[tokio::test]
    async fn applied_faults_are_recorded() {
        let app = app(|_| {});
        subscribe(&app, Webhook::to(closed()).events(["new_message"])).unwrap();
        for action in [Action::BadSignature, Action::UnknownValue, Action::Duplicate, Action::Late { millis: 5 }] {
            app.records().faults.add(Rule::new(action).count(1)).unwrap();
        }
        app.records().faults.add(Rule::new(Action::Lose).skip(1)).unwrap();
        says(&app, "Hello");
        says(&app, "Hello");
        let found = deliveries(&app);
        let words =
            ["bad_signature", "bad_signature changed nothing: the webhook is not signed", "unknown_value", "duplicate"];
        assert_eq!(found[0].faults[..4], words);
        assert_eq!(found[0].faults[4..], ["late"]);
        assert_eq!((found[1].faults[0].as_str(), found[1].progress), ("lose", Progress::Dropped));
        assert_eq!(app.records().counters.faults_applied, 5);
    }

    #[tokio::test]
    async fn injected_event_reaches_its_subscribers() {
        let app = app(|_| {});
        subscribe(&app, Webhook::to(closed())).unwrap();
        subscribe(&app, Webhook::to(closed()).events(["template_quality_update"])).unwrap();
        subscribe(&app, Webhook::to(closed()).exotel()).unwrap();
        let text = r#"{"event":"template_quality_update", "new_value":"RED"}"#;
        for (kind, count) in [("template_quality_update", 2), ("of_tomorrow", 1)] {
            let body = RawJson::parse(text).unwrap();
            assert_eq!(app.change(|records, now| inject(records, kind, body, now)), count, "{kind}");
        }
        assert!(deliveries(&app).iter().all(|delivery| delivery.body == text.as_bytes()));
    }

    #[test]
    fn subscriptions_are_bounded() {
        let app = app(|_| {});
        for _ in 0..MAX_SUBSCRIPTIONS {
            subscribe(&app, Webhook::to("http://127.0.0.1:9/")).unwrap();
        }
        let error = subscribe(&app, Webhook::to("http://127.0.0.1:9/")).unwrap_err();
        assert_eq!(error.to_string(), "100 subscriptions already, at most 100");
    }
}
