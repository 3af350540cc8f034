//! Posts deliveries: signs each attempt, and records its result.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use incs_model::Timestamp;
use incs_webhook::scheme::Refusal;
use incs_webhook::testing::sign::Draft;

use super::emit::release;
use crate::seed::Purpose;
use crate::state::agenda::Job;
use crate::state::deliveries::{Attempt, Delivery, Lane, MOST_ATTEMPTS, Progress};
use crate::state::notices::Kind;
use crate::state::subscriptions::Signing;
use crate::state::{Core, Records};

/// Enters a delivery into its lane. Gives the lane if it was free: then [`work_off`] is to begin.
pub(crate) fn enter(core: &Core, number: u64) -> Option<Lane> {
    let mut records = core.records();
    let lane = records.deliveries.get(number).map(Lane::of)?;
    records.subscriptions.lanes.enter(lane, number).then_some(lane)
}

/// Posts a delivery, and then all that has entered its lane meanwhile, one after the other.
pub(crate) async fn work_off(core: Arc<Core>, lane: Lane, first: u64) {
    let mut next = Some(first);
    while let Some(number) = next {
        post(&core, number).await;
        next = core.records().subscriptions.lanes.advance(lane);
    }
}

/// Posts a delivery, twice if it is to be duplicated, and writes down what came of it. Nothing happens if it is not due.
pub(crate) async fn post(core: &Arc<Core>, number: u64) {
    loop {
        let Some(posting) = core.change(|records, now| Posting::take(records, number, now)) else { return };
        let attempt = posting.send(core).await;
        let again = core.change(|records, now| posting.close(core, records, attempt, now));
        if !again {
            return;
        }
    }
}

/// The part of a delivery that a post needs.
struct Posting {
    number: u64,
    mark: Arc<()>,
    at: Timestamp,
    url: Arc<str>,
    body: Bytes,
    signing: Option<Signing>,
    /// The id that schemes with one use; the same for each try.
    id: String,
    spoil: bool,
}

impl Posting {
    fn take(records: &mut Records, number: u64, now: Timestamp) -> Option<Self> {
        let delivery = records.deliveries.get_mut(number)?;
        delivery.next_at.take_if(|due| *due <= now)?;
        let known = records.subscriptions.list.iter().find(|known| known.id == delivery.subscription);
        let Some(signing) = known.map(|known| known.signing.clone()) else {
            delivery.progress = Progress::Dropped;
            records.counters.webhooks_dropped += 1;
            let delivery = delivery.clone();
            records.notices.tell(Kind::Delivery, &delivery);
            return None;
        };
        Some(Self {
            number,
            mark: Arc::clone(&delivery.mark),
            at: now,
            url: Arc::clone(&delivery.url),
            body: delivery.body.clone(),
            signing,
            id: format!("msg_{:032x}", records.seed.rng(Purpose::WebhookId, number).u128(..)),
            spoil: delivery.spoil_signature,
        })
    }

    async fn send(&self, core: &Core) -> Attempt {
        let start = Instant::now();
        let mut attempt = Attempt {
            at: self.at,
            micros: 0,
            url: self.url.to_string(),
            headers: Vec::new(),
            status: None,
            error: None,
        };
        let signed = Signed::new(self.signing.as_ref(), &self.url, &self.body, self.at, &self.id, self.spoil);
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
                    Ok(request) => core.http.send(request).await,
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

    /// Writes down what came of it, and says whether it is to be posted once more at once.
    fn close(&self, core: &Core, records: &mut Records, attempt: Attempt, now: Timestamp) -> bool {
        let seed = records.seed;
        let Some(delivery) = records.deliveries.get_mut(self.number) else { return false };
        if !Arc::ptr_eq(&delivery.mark, &self.mark) {
            return false;
        }
        let (is_taken, weight) = (attempt.is_taken(), attempt.weight());
        delivery.attempts.push(attempt);
        delivery.tries += 1;
        let mut again = false;
        if is_taken {
            again = std::mem::take(&mut delivery.repeat);
            if delivery.progress == Progress::Pending {
                delivery.progress = Progress::Delivered;
                records.counters.webhooks_delivered += 1;
            }
            delivery.next_at = again.then_some(now);
        } else if delivery.progress == Progress::Pending {
            let chance = seed.rng(Purpose::RetryWait, (self.number << 8) | u64::from(delivery.tries)).f64();
            let wait = core.config.retry.wait(delivery.tries, chance);
            if let Some(wait) = wait.filter(|_| delivery.attempts.len() < MOST_ATTEMPTS) {
                let due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
                delivery.next_at = Some(due);
                records.agenda.put(due, Job::Post(self.number));
            } else {
                delivery.progress = Progress::Failed;
                records.counters.webhooks_failed += 1;
            }
        }
        let told: Delivery = delivery.clone();
        records.deliveries.grow(self.number, weight);
        records.notices.tell(Kind::Delivery, &told);
        release(records, told.subscription, self.number, now);
        again
    }
}

/// Stands for a secret.
const MASK: &str = "***";
/// Some other body. What a scheme adds to both alike is not made of the body.
const OTHER: &[u8] = b"{\"other\":0}";

/// The signed target and headers of a request, as sent and as shown.
#[derive(Default)]
struct Signed {
    url: String,
    headers: Vec<(String, String)>,
    shown_url: String,
    shown_headers: Vec<(String, String)>,
}

impl Signed {
    /// Signs a body. Spoiled, it has the form of a signature and is none.
    fn new(
        signing: Option<&Signing>,
        url: &str,
        body: &[u8],
        at: Timestamp,
        id: &str,
        spoil: bool,
    ) -> Result<Self, Refusal> {
        let Some(signing) = signing else {
            return Ok(Self { url: url.to_owned(), shown_url: url.to_owned(), ..Self::default() });
        };
        let proof = signing.sign.sign(&Draft::new(body, at).with_id(id))?;
        let target = proof.to_target(url);
        let mut headers = proof.headers().to_vec();
        if spoil {
            let wrong = signing.sign.sign(&Draft::new(OTHER, at).with_id(id))?;
            if wrong.headers() == proof.headers() {
                for (_, value) in &mut headers {
                    value.push('x');
                }
            } else {
                headers = wrong.headers().to_vec();
            }
        }
        // Whatever stays the same when body, id and time are others can only be a secret.
        let later = at.checked_add(Duration::from_secs(1)).unwrap_or(Timestamp::MAX);
        let other = signing.sign.sign(&Draft::new(OTHER, later).with_id("msg_other"));
        let is_secret = |(name, value): &(String, String)| match &other {
            Ok(other) => other.headers().iter().any(|(known, same)| known == name && same == value),
            Err(_) => true,
        };
        let shown_headers = headers.iter().zip(proof.headers()).map(|(header, right)| {
            let value = if is_secret(right) { MASK.to_owned() } else { header.1.clone() };
            (header.0.clone(), value)
        });
        let shown_headers = shown_headers.collect();
        let (target, shown_url) = targets(url, &target, spoil);
        Ok(Self { url: target, headers, shown_url, shown_headers })
    }
}

/// The URL with what the scheme added to it, as it is sent and as it is shown.
fn targets(url: &str, target: &str, spoil: bool) -> (String, String) {
    let (path, query) = split(url);
    let (signed_path, signed_query) = split(target);
    let (mut sent, mut shown) = (signed_path.to_owned(), path.to_owned());
    let wrong = if spoil { "x" } else { "" };
    if signed_path != path {
        sent.push_str(wrong);
        shown = format!("{}/{MASK}", path.trim_end_matches('/'));
    }
    if let Some(signed) = signed_query {
        if signed_query == query {
            sent = format!("{sent}?{signed}");
            shown = format!("{shown}?{signed}");
        } else {
            // It is added at the end.
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
    fn a_secret_in_the_url_is_masked_where_it_stands() {
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
