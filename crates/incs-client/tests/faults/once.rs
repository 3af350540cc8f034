//! The property: for each send the server never got a second whole request after the first whose bytes may have left, and the
//! state that the client reports is true.
//!
//! `INCS_FAULT_SEED=<number>` repeats a run.

use std::env;
use std::time::Duration;

use fastrand::Rng;
use futures_util::{StreamExt as _, stream};
use incs_client::retry::RetryPolicy;
use incs_client::transport::Transport;
use incs_client::{Client, Error, RequestState};
use incs_client_contract::{FaultServer, Reply, Security};
use incs_model::{Sent, whatsapp};

use crate::attempts::{self, Attempts};
use crate::backends::Backend;
use crate::schedule::{Schedule, Step, TAKEN};

/// Schedules for each backend.
const SCHEDULES: usize = 2000;

/// Sends at once: most of the time is spent waiting for a server that stalls.
const AT_ONCE: usize = 24;

/// One schedule in so many is over TLS, whose handshakes cost the most.
const TLS_SHARE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn hyper_sends_no_message_twice() {
    check(Backend::Hyper).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reqwest_sends_no_message_twice() {
    check(Backend::Reqwest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tower_sends_no_message_twice() {
    check(Backend::Tower).await;
}

async fn check(backend: Backend) {
    let seed = env::var("INCS_FAULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut random = Rng::with_seed(seed);
    let schedules: Vec<_> = (0..SCHEDULES)
        .map(|number| Schedule::random(&mut random, backend != Backend::Tower && number % TLS_SHARE == 0))
        .collect();
    let mut runs = stream::iter(schedules.into_iter().enumerate())
        .map(|(number, schedule)| async move { (number, run(backend, &schedule).await, schedule) })
        .buffer_unordered(AT_ONCE);
    let mut states = States::default();
    while let Some((number, outcome, schedule)) = runs.next().await {
        match outcome {
            Ok(result) => states.count(&result),
            Err(lie) => panic!("{backend:?}, INCS_FAULT_SEED={seed}, schedule {number}: {lie}\n{schedule:#?}"),
        }
    }
    eprintln!("{backend:?}: {SCHEDULES} schedules, INCS_FAULT_SEED={seed}: {states:?}");
    states.assert_varied();
}

/// One send under one schedule; the error is what was not true.
async fn run(backend: Backend, schedule: &Schedule) -> Result<Result<Sent, Error>, String> {
    let security = if schedule.tls { Security::Tls } else { Security::Plain };
    let server = FaultServer::start(security).await.unwrap();
    server.set_default(Reply::json(200, TAKEN));
    let backend = backend.transport(&server);
    if schedule.warm {
        // Whether it succeeds does not matter: it leaves a connection behind.
        let _ = client(&server, backend.clone()).messages().send(message(1)).await;
    }
    for step in &schedule.steps {
        if let Step::Server(act) = step {
            server.push(act.fault());
        }
    }
    let attempts = Attempts::new(backend, schedule.steps.iter().map(|step| matches!(step, Step::NoConnection)));
    let lines = if schedule.large { 100_000 } else { 1 };
    let result = client(&server, attempts.clone()).messages().send(message(lines)).await;
    let came = attempts.came();
    // With it go the connections that it keeps: a spare one may be what the server stalls.
    drop(attempts);
    if !server.wait_until(Duration::from_secs(40), |seen| seen.busy == 0).await {
        return Err(format!("the server never came to rest: {:?}", server.seen()));
    }
    match attempts::lie(&result, &came, &server.seen().complete) {
        None => Ok(result),
        Some(lie) => Err(format!("{lie}\nthe client says {result:?}\nthe attempts came to {came:?}")),
    }
}

fn client(server: &FaultServer, transport: impl Transport) -> Client {
    let policy = RetryPolicy::new()
        .with_max_attempts(4)
        .with_base_delay(Duration::from_millis(1))
        .with_max_elapsed(Duration::from_secs(10));
    Client::builder(transport)
        .certification_code("3f0c6a52-0000-4000-8000-000000000000")
        .base_urls(&server.uri())
        .retry(policy)
        .attempt_timeout(Duration::from_millis(400))
        .response_limit(2000)
        .build()
        .unwrap()
}

fn message(lines: usize) -> whatsapp::Message {
    let text = "Your order is ready\n".repeat(lines);
    whatsapp::Message::new("85251230088".parse().unwrap(), whatsapp::Content::Text(text))
}

/// The number of sends by their end: a run without one of the ends proves little.
#[derive(Debug, Default)]
struct States {
    sent: usize,
    not_sent: usize,
    rejected: usize,
    unknown: usize,
    accepted: usize,
}

impl States {
    fn count(&mut self, result: &Result<Sent, Error>) {
        *match result.as_ref().map_err(Error::request_state) {
            Ok(_) => &mut self.sent,
            Err(RequestState::NotSent) => &mut self.not_sent,
            Err(RequestState::Rejected) => &mut self.rejected,
            Err(RequestState::Accepted) => &mut self.accepted,
            Err(_) => &mut self.unknown,
        } += 1;
    }

    fn assert_varied(&self) {
        let Self { sent, not_sent, rejected, unknown, accepted } = self;
        assert!(
            [sent, not_sent, rejected, unknown, accepted].into_iter().all(|count| *count > SCHEDULES / 100),
            "{self:?}"
        );
    }
}
