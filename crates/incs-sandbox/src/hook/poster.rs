//! Posts webhooks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use incs_webhook::testing::sign::Draft;

use crate::core::Core;
use crate::notice::Kind;
use crate::world::delivery::{Attempt, Progress};

/// How long a receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The pooled HTTP client that webhooks are posted with.
#[derive(Debug)]
pub(crate) struct Poster {
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Poster {
    pub(crate) fn new() -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http() }
    }
}

/// Posts a delivery once, and writes down what came of it.
pub(crate) async fn post(core: &Arc<Core>, number: u64) {
    let found = {
        let world = core.world();
        world.deliveries.get(number).and_then(|delivery| {
            let known = world.subscriptions.list.iter().find(|known| known.id == delivery.subscription)?;
            Some((delivery.body.clone(), Arc::clone(&delivery.url), known.scheme.clone()))
        })
    };
    let Some((body, url, scheme)) = found else { return };
    let at = core.now();
    let mut request = Request::post(url.as_ref()).header("content-type", "application/json");
    let mut headers = Vec::new();
    if let Some(proof) = scheme.and_then(|scheme| scheme.sign(&Draft::new(&body, at)).ok()) {
        for (name, value) in proof.headers() {
            headers.push((name.to_string(), value.to_string()));
            request = request.header(name, value);
        }
    }
    let start = Instant::now();
    let result = match request.body(Full::new(body)) {
        Ok(request) => match tokio::time::timeout(PATIENCE, core.poster.client.request(request)).await {
            Ok(Ok(reply)) => Ok(reply.status().as_u16()),
            Ok(Err(_)) => Err("the connection failed"),
            Err(_) => Err("no answer in time"),
        },
        Err(_) => Err("no request could be made"),
    };
    let attempt = Attempt {
        at,
        micros: u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
        headers,
        status: result.ok(),
        error: result.err().map(str::to_owned),
    };
    core.change(|world, _| {
        let Some(delivery) = world.deliveries.get_mut(number) else { return };
        let is_taken = attempt.status.is_some_and(|status| (200..300).contains(&status));
        delivery.attempts.push(attempt);
        delivery.progress = if is_taken { Progress::Delivered } else { Progress::Failed };
        let delivery = delivery.clone();
        world.notices.tell(Kind::Delivery, &delivery);
    });
}
