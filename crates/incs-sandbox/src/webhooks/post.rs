//! Posts deliveries: signs each attempt, and records its result.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use incs_model::Timestamp;
use incs_webhook::scheme::VerifyError;
use incs_webhook::testing::sign::Draft;

use super::queue::release;
use crate::seed::Purpose;
use crate::state::deliveries::{Attempt, Delivery, Lane, MAX_ATTEMPTS, Progress};
use crate::state::events::EventKind;
use crate::state::schedule::Job;
use crate::state::subscriptions::Signing;
use crate::state::{App, Records};

/// Enters a delivery into its lane. Returns the lane if it was free: the caller then runs [`post_lane`].
pub(crate) fn enter(app: &App, number: u64) -> Option<Lane> {
    let mut records = app.records();
    let lane = records.deliveries.get(number).map(Lane::of)?;
    records.subscriptions.lanes.enter(lane, number).then_some(lane)
}

/// Posts a delivery, and then all that have entered its lane in the meantime, in order.
pub(crate) async fn post_lane(app: Arc<App>, lane: Lane, first: u64) {
    let mut next = Some(first);
    while let Some(number) = next {
        post(&app, number).await;
        next = app.records().subscriptions.lanes.advance(lane);
    }
}

/// Posts a delivery if it is due, twice for the fault `duplicate`, and records the result.
pub(crate) async fn post(app: &Arc<App>, number: u64) {
    loop {
        let Some(post) = app.change(|records, now| Post::take(records, number, now)) else { return };
        let attempt = post.send(app).await;
        let again = app.change(|records, now| post.record(app, records, attempt, now));
        if !again {
            return;
        }
    }
}

/// The data of a delivery that an attempt needs.
struct Post {
    number: u64,
    identity: Arc<()>,
    at: Timestamp,
    url: Arc<str>,
    body: Bytes,
    signing: Option<Signing>,
    /// The webhook id for schemes with one; the same for each attempt.
    id: String,
    bad_signature: bool,
}

impl Post {
    fn take(records: &mut Records, number: u64, now: Timestamp) -> Option<Self> {
        let delivery = records.deliveries.get_mut(number)?;
        delivery.next_at.take_if(|due| *due <= now)?;
        let known = records.subscriptions.list.iter().find(|known| known.id == delivery.subscription);
        let Some(signing) = known.map(|known| known.signing.clone()) else {
            delivery.progress = Progress::Dropped;
            records.counters.webhooks_dropped += 1;
            let delivery = delivery.clone();
            records.events.send(EventKind::Delivery, &delivery);
            return None;
        };
        Some(Self {
            number,
            identity: Arc::clone(&delivery.identity),
            at: now,
            url: Arc::clone(&delivery.url),
            body: delivery.body.clone(),
            signing,
            id: format!("msg_{:032x}", records.seed.rng(Purpose::WebhookId, number).u128(..)),
            bad_signature: delivery.bad_signature,
        })
    }

    async fn send(&self, app: &App) -> Attempt {
        let start = Instant::now();
        let mut attempt = Attempt {
            at: self.at,
            micros: 0,
            url: self.url.to_string(),
            headers: Vec::new(),
            status: None,
            error: None,
        };
        let signed = Signed::new(self.signing.as_ref(), &self.url, &self.body, self.at, &self.id, self.bad_signature);
        let result = match signed {
            Ok(signed) => {
                attempt.url = signed.shown_url;
                attempt.headers = signed.shown_headers;
                let mut request = Request::post(signed.url)
                    .header("content-type", "application/json")
                    .header("user-agent", concat!("incs-sandbox/", env!("CARGO_PKG_VERSION")));
                for (name, value) in signed.headers {
                    request = request.header(name, value);
                }
                match request.body(Full::new(self.body.clone())) {
                    Ok(request) => app.http.send(request).await,
                    Err(_) => Err("no request could be made".to_owned()),
                }
            }
            Err(refusal) => Err(format!("no signature could be made: {refusal}")),
        };
        match result {
            Ok(status) => attempt.status = Some(status),
            Err(error) => attempt.error = Some(error),
        }
        attempt.micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        attempt
    }

    /// Records an attempt. Returns whether to post the delivery again at once.
    fn record(&self, app: &App, records: &mut Records, attempt: Attempt, now: Timestamp) -> bool {
        let seed = records.seed;
        let Some(delivery) = records.deliveries.get_mut(self.number) else { return false };
        if !Arc::ptr_eq(&delivery.identity, &self.identity) {
            return false;
        }
        let (is_accepted, weight) = (attempt.is_accepted(), attempt.weight());
        delivery.attempts.push(attempt);
        delivery.tries += 1;
        let mut again = false;
        if is_accepted {
            again = std::mem::take(&mut delivery.repeat);
            if delivery.progress == Progress::Pending {
                delivery.progress = Progress::Delivered;
                records.counters.webhooks_delivered += 1;
            }
            delivery.next_at = again.then_some(now);
        } else if delivery.progress == Progress::Pending {
            let chance = seed.rng(Purpose::RetryWait, (self.number << 8) | u64::from(delivery.tries)).f64();
            let wait = app.config.retry.wait(delivery.tries, chance);
            if let Some(wait) = wait.filter(|_| delivery.attempts.len() < MAX_ATTEMPTS) {
                let due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
                delivery.next_at = Some(due);
                records.schedule.add(due, Job::Post(self.number));
            } else {
                delivery.progress = Progress::Failed;
                records.counters.webhooks_failed += 1;
            }
        }
        let changed: Delivery = delivery.clone();
        records.deliveries.grow(self.number, weight);
        records.events.send(EventKind::Delivery, &changed);
        release(records, changed.subscription, self.number, now);
        again
    }
}

/// Replaces a secret.
const MASK: &str = "***";
/// Another body: a header that a scheme adds to both unchanged does not depend on the body.
const OTHER_BODY: &[u8] = b"{\"other\":0}";

/// The URL and headers of a signed request, as sent and as shown.
#[derive(Default)]
struct Signed {
    url: String,
    headers: Vec<(String, String)>,
    shown_url: String,
    shown_headers: Vec<(String, String)>,
}

impl Signed {
    /// Signs a body. With `bad_signature` the signature is well-formed and wrong.
    fn new(
        signing: Option<&Signing>,
        url: &str,
        body: &[u8],
        at: Timestamp,
        id: &str,
        bad_signature: bool,
    ) -> Result<Self, VerifyError> {
        let Some(signing) = signing else {
            return Ok(Self { url: url.to_owned(), shown_url: url.to_owned(), ..Self::default() });
        };
        let proof = signing.sign.sign(&Draft::new(body, at).with_id(id))?;
        let target = proof.to_target(url);
        let mut headers = proof.headers().to_vec();
        if bad_signature {
            let wrong = signing.sign.sign(&Draft::new(OTHER_BODY, at).with_id(id))?;
            if wrong.headers() == proof.headers() {
                for (_, value) in &mut headers {
                    value.push('x');
                }
            } else {
                headers = wrong.headers().to_vec();
            }
        }
        // A header that does not change with body, id and time can only be a secret.
        let later = at.checked_add(Duration::from_secs(1)).unwrap_or(Timestamp::MAX);
        let other = signing.sign.sign(&Draft::new(OTHER_BODY, later).with_id("msg_other"));
        let is_secret = |(name, value): &(String, String)| match &other {
            Ok(other) => other.headers().iter().any(|(known, same)| known == name && same == value),
            Err(_) => true,
        };
        let shown_headers = headers.iter().zip(proof.headers()).map(|(header, right)| {
            let value = if is_secret(right) { MASK.to_owned() } else { header.1.clone() };
            (header.0.clone(), value)
        });
        let shown_headers = shown_headers.collect();
        let (target, shown_url) = targets(url, &target, bad_signature);
        Ok(Self { url: target, headers, shown_url, shown_headers })
    }
}

/// Returns the URL with the parts that the scheme added, as sent and as shown.
fn targets(url: &str, target: &str, bad_signature: bool) -> (String, String) {
    let (path, query) = split(url);
    let (signed_path, signed_query) = split(target);
    let (mut sent, mut shown) = (signed_path.to_owned(), path.to_owned());
    let wrong = if bad_signature { "x" } else { "" };
    if signed_path != path {
        sent.push_str(wrong);
        shown = format!("{}/{MASK}", path.trim_end_matches('/'));
    }
    if let Some(signed) = signed_query {
        if signed_query == query {
            sent = format!("{sent}?{signed}");
            shown = format!("{shown}?{signed}");
        } else {
            // The scheme adds it at the end.
            let start = signed.rfind('=').map_or(signed.len(), |at| at + 1);
            sent = format!("{sent}?{signed}{wrong}");
            shown = format!("{shown}?{}{MASK}", signed.get(..start).unwrap_or_default());
        }
    }
    (sent, shown)
}

fn split(url: &str) -> (&str, Option<&str>) {
    url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_in_url_is_masked() {
        for (url, target, sent, shown) in [
            ("http://h/a", "http://h/a", "http://h/a", "http://h/a"),
            ("http://h/a", "http://h/a/s3", "http://h/a/s3x", "http://h/a/***"),
            ("http://h", "http://h/s3", "http://h/s3x", "http://h/***"),
            ("http://h/a?b=1", "http://h/a/s3?b=1", "http://h/a/s3x?b=1", "http://h/a/***?b=1"),
            ("http://h/a?b=1", "http://h/a?b=1&t=s3", "http://h/a?b=1&t=s3x", "http://h/a?b=1&t=***"),
            ("http://h/a", "http://h/a?t=s3", "http://h/a?t=s3x", "http://h/a?t=***"),
        ] {
            assert_eq!(targets(url, target, true), (sent.to_owned(), shown.to_owned()));
            assert_eq!(targets(url, target, false).0, target);
        }
    }
}
