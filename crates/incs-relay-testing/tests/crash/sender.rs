//! The process that sends and is killed: a relay with a client, over a real connection to a sandbox.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;
use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_client::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};
use incs_model::inbound::Content;
use incs_model::{Timestamp, whatsapp};
use incs_relay::store::{Enqueued, OutboxFilter, OutboxMessage, OutboxState, Store};
use incs_relay::{HandlerError, failpoint};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::{Receiver, Secrets};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

use crate::child::{LEASE, RETRIES};
use crate::store::{self, Opened};

/// The first argument of a child that sends. Its folder, the URL of the platform, the transport and the time of [`HOLD`] follow.
pub(crate) const ARGUMENT: &str = "sender-child";
/// The certification code of the platform.
pub(crate) const CODE: &str = "crash-tests";
/// The path to which messages to enqueue are posted.
pub(crate) const ENQUEUE: &str = "/enqueue";
/// The most messages that a child sends at once. Fewer than a load has recipients, so that all are used.
pub(crate) const PERMITS: usize = 8;
/// The most messages that are queued at once.
const MAX_QUEUED: usize = 100;
/// The transport that passes points within a request.
pub(crate) const PLAIN: &str = "plain";
/// The transport of programs.
pub(crate) const HYPER: &str = "hyper";

/// The usual time for which an unknown message holds later ones to its recipient. A request that has left must arrive within it.
pub(crate) const HOLD: Duration = Duration::from_millis(400);
/// The time limit of a send. Much longer than a busy machine needs, since a timeout makes an outcome unknown.
const SEND_TIME: Duration = Duration::from_secs(3);

/// A message to enqueue: its key, its recipient, its text, true if it is ordered, and its end in milliseconds since 1970.
pub(crate) type Order = (String, String, String, bool, Option<i64>);

pub(crate) fn run() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn serve() -> Result<()> {
    let mut arguments = std::env::args().skip(2);
    let mut argument = |name| arguments.next().context(name);
    let folder = PathBuf::from(argument("folder")?);
    let (platform, transport) = (argument("platform")?, argument("transport")?);
    let hold = Duration::from_millis(argument("hold")?.parse()?);
    // From here on the signal is caught, also while the store opens.
    let mut stop = signal(SignalKind::terminate())?;
    let store = store::open(&folder).await.context("open")?;
    let transport: Box<dyn Transport> =
        if transport == PLAIN { Box::new(PlainTransport) } else { Box::new(HyperTransport::new()) };
    let client = Client::builder(transport)
        .base_urls(&platform)
        .certification_code(CODE)
        .attempt_timeout(SEND_TIME)
        .build()
        .context("client")?;
    let relay = store
        .relay()
        .client(client)
        .lease(LEASE)
        .retry_schedule(vec![Duration::from_millis(20); RETRIES])
        .send_retry_schedule(vec![Duration::from_millis(20); 3])
        .max_sends(PERMITS)
        .hold(hold)
        .evidence_pause(Duration::from_millis(50))
        .ask_without_receipt_after(Duration::from_secs(1))
        .on_outcome(|_| async { Ok(()) })
        .on_message(|message, context| async move {
            let Content::Text(text) = &message.content else { return Ok(()) };
            let customer = message.user.as_ref().and_then(|user| user.phone.clone()).context("no customer");
            let customer = customer.map_err(|error| HandlerError::retry(error.to_string()))?;
            let name = reply_name(customer.as_str(), &text.text);
            context.enqueue(named(customer.as_str(), "Thank you.", name)?)?;
            Ok(())
        })
        .build();
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("s3cret")?));
    let router = Router::new()
        .route("/incs/{secret}", post(relay.webhook(receiver)))
        .merge(Router::new().route(ENQUEUE, post(enqueue)).with_state(store.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready {}", listener.local_addr()?.port());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    relay
        .run_until(async {
            stop.recv().await;
        })
        .await;
    server.abort();
    drop(relay);
    store.close().await;
    Ok(())
}

/// Returns the name of the reply to a customer's message.
pub(crate) fn reply_name(customer: &str, text: &str) -> String {
    format!("re/{customer}/{text}")
}

/// Returns a message that carries its name, so that messages with the same text can be told apart.
fn named(to: &str, text: &str, name: String) -> Result<whatsapp::Message, incs_model::ParsePhoneError> {
    let mut message = whatsapp::Message::new(to.parse()?, text);
    message.biz_opaque_callback_data = Some(name);
    Ok(message)
}

/// Enqueues [`Order`]s, and answers with 200 when all are stored.
///
/// While many are queued it answers with 429, so that a load of minutes does not take minutes to drain.
async fn enqueue(State(store): State<Opened>, body: String) -> StatusCode {
    let queued = OutboxFilter { state: Some(OutboxState::Queued), limit: MAX_QUEUED, ..OutboxFilter::default() };
    if store.messages(queued).await.is_ok_and(|queued| queued.len() == MAX_QUEUED) {
        return StatusCode::TOO_MANY_REQUESTS;
    }
    match enqueue_all(&*store, &body).await {
        Ok(true) => StatusCode::OK,
        Ok(false) => StatusCode::CONFLICT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn enqueue_all(store: &dyn Store, body: &str) -> Result<bool> {
    let orders: Vec<Order> = serde_json::from_str(body)?;
    let message = |(key, to, text, is_ordered, end): Order| {
        let mut message = OutboxMessage::try_new(key.clone(), named(&to, &text, key)?)?;
        if let Some(end) = end {
            message = message.with_not_after(Timestamp::from_millisecond(end)?);
        }
        anyhow::Ok(if is_ordered { message } else { message.unordered() })
    };
    let messages = orders.into_iter().map(message).collect::<Result<_>>()?;
    let enqueued = store.enqueue(messages).await?;
    Ok(!enqueued.iter().any(|one| matches!(one, Enqueued::KeyReused(_))))
}

/// Sends each request over a connection of its own, and passes a point after each step of a send.
struct PlainTransport;

#[async_trait]
impl Transport for PlainTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let info = CallInfo::of(&request);
        let gate = info.send_gate().clone();
        gate.arm();
        let reached = |label: &str| {
            if info.operation().starts_with("send_") {
                failpoint::reached(label);
            }
        };
        let address = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(address).await.map_err(|_| TransportErrorKind::Connect)?;
        let bytes = bytes_of(&request);
        let (first, rest) = bytes.split_at(1);
        if !gate.commit() {
            return Err(TransportErrorKind::NotSent.into());
        }
        let lost = |_| TransportError::from(TransportErrorKind::Interrupted);
        stream.write_all(first).await.map_err(lost)?;
        reached("send.first_byte");
        stream.write_all(rest).await.map_err(lost)?;
        reached("send.whole_request");
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await.map_err(lost)?;
        reached("send.reply_read");
        read(&reply).ok_or_else(|| TransportErrorKind::Interrupted.into())
    }
}

fn bytes_of(request: &Request) -> Vec<u8> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let mut bytes = format!("{} {path} HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(format!("content-length: {}\r\nconnection: close\r\n\r\n", request.body().len()).into_bytes());
    bytes.extend(request.body());
    bytes
}

fn read(reply: &[u8]) -> Option<Response> {
    let reply = std::str::from_utf8(reply).ok()?;
    let (head, body) = reply.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let mut response = Response::new(body.to_owned().into());
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    Some(response)
}
