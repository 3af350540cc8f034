//! Posts webhooks.

mod proof;
mod resolver;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use incs_model::Timestamp;

use self::proof::Signed;
use self::resolver::Resolver;
use super::emit::release;
use super::lane::Lane;
use super::signing::Signing;
use crate::agenda::Job;
use crate::config::Config;
use crate::core::Core;
use crate::notice::Kind;
use crate::seed::Purpose;
use crate::world::World;
use crate::world::delivery::{Attempt, Delivery, MOST_ATTEMPTS, Progress};

/// What is read of a reply, so that its connection can be used again.
const LONGEST_REPLY: usize = 64 << 10;
/// How long a connection is kept that nothing uses.
const KEPT: Duration = Duration::from_secs(5);

type Connector = HttpsConnector<HttpConnector<Resolver<GaiResolver>>>;

/// The pooled HTTP client that webhooks are posted with. It follows no redirect and knows no proxy.
pub(crate) struct Poster {
    /// `None` if TLS cannot be had, which no build is known to do.
    client: Option<Client<Connector, Full<Bytes>>>,
}

impl fmt::Debug for Poster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poster").finish_non_exhaustive()
    }
}

impl Poster {
    pub(crate) fn new(config: &Config) -> Self {
        Self { client: client(config.remote_webhooks).ok() }
    }
}

fn client(remote: bool) -> Result<Client<Connector, Full<Bytes>>, rustls::Error> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    let mut http = HttpConnector::new_with_resolver(Resolver::new(GaiResolver::new(), remote));
    http.enforce_http(false);
    http.set_nodelay(true);
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(http);
    let mut builder = Client::builder(TokioExecutor::new());
    builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(KEPT);
    Ok(builder.build(connector))
}

/// Enters a delivery into its lane. Gives the lane if it was free: then [`work_off`] is to begin.
pub(crate) fn enter(core: &Core, number: u64) -> Option<Lane> {
    let mut world = core.world();
    let lane = world.deliveries.get(number).map(Lane::of)?;
    world.subscriptions.lanes.enter(lane, number).then_some(lane)
}

/// Posts a delivery, and then all that has entered its lane meanwhile, one after the other.
pub(crate) async fn work_off(core: Arc<Core>, lane: Lane, first: u64) {
    let mut next = Some(first);
    while let Some(number) = next {
        post(&core, number).await;
        next = core.world().subscriptions.lanes.advance(lane);
    }
}

/// Posts a delivery, twice if it is to be duplicated, and writes down what came of it. Nothing happens if it is not due.
pub(crate) async fn post(core: &Arc<Core>, number: u64) {
    loop {
        let Some(draft) = core.change(|world, now| Draft::take(world, number, now)) else { return };
        let attempt = draft.send(core).await;
        let again = core.change(|world, now| draft.close(core, world, attempt, now));
        if !again {
            return;
        }
    }
}

/// What is needed of a delivery to post it.
struct Draft {
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

impl Draft {
    fn take(world: &mut World, number: u64, now: Timestamp) -> Option<Self> {
        let delivery = world.deliveries.get_mut(number)?;
        delivery.next_at.take_if(|due| *due <= now)?;
        let known = world.subscriptions.list.iter().find(|known| known.id == delivery.subscription);
        let Some(signing) = known.map(|known| known.signing.clone()) else {
            delivery.progress = Progress::Dropped;
            world.counters.webhooks_dropped += 1;
            let delivery = delivery.clone();
            world.notices.tell(Kind::Delivery, &delivery);
            return None;
        };
        Some(Self {
            number,
            mark: Arc::clone(&delivery.mark),
            at: now,
            url: Arc::clone(&delivery.url),
            body: delivery.body.clone(),
            signing,
            id: format!("msg_{:032x}", world.seed.rng(Purpose::Webhook, number).u128(..)),
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
                    Ok(request) => exchange(core, request).await,
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
    fn close(&self, core: &Core, world: &mut World, attempt: Attempt, now: Timestamp) -> bool {
        let seed = world.seed;
        let Some(delivery) = world.deliveries.get_mut(self.number) else { return false };
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
                world.counters.webhooks_delivered += 1;
            }
            delivery.next_at = again.then_some(now);
        } else if delivery.progress == Progress::Pending {
            let chance = seed.rng(Purpose::Hook, (self.number << 8) | u64::from(delivery.tries)).f64();
            let wait = core.config.retry.wait(delivery.tries, chance);
            if let Some(wait) = wait.filter(|_| delivery.attempts.len() < MOST_ATTEMPTS) {
                let due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
                delivery.next_at = Some(due);
                world.agenda.put(due, Job::Post(self.number));
            } else {
                delivery.progress = Progress::Failed;
                world.counters.webhooks_failed += 1;
            }
        }
        let told: Delivery = delivery.clone();
        world.deliveries.grow(self.number, weight);
        world.notices.tell(Kind::Delivery, &told);
        release(world, told.subscription, self.number, now);
        again
    }
}

/// The status of the reply, or why there is none, without any address.
async fn exchange(core: &Core, request: Request<Full<Bytes>>) -> Result<u16, String> {
    let reply = async {
        let client = core.poster.client.as_ref().ok_or("no TLS")?;
        let reply = client.request(request).await.map_err(|error| cause(&error))?;
        let status = reply.status().as_u16();
        // Only the status counts; the rest is read so that the connection can be used again.
        let _ = Limited::new(reply.into_body(), LONGEST_REPLY).collect().await;
        Ok(status)
    };
    match tokio::time::timeout(core.config.retry.patience, reply).await {
        Ok(result) => result,
        Err(_) => Err("no answer in time".to_owned()),
    }
}

fn cause(error: &hyper_util::client::legacy::Error) -> String {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.is::<resolver::NotThisMachine>() {
            return inner.to_string();
        }
        source = inner.source();
    }
    if error.is_connect() { "no connection" } else { "the connection broke before an answer" }.to_owned()
}
