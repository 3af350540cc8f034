//! The HTTP server: takes connections, lets faults happen, and records every call of the platform's API.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use incs_model::envelope::Code;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_service::Service as _;

use crate::api::reply::{Reply, Told};
use crate::core::Core;
use crate::notice::Kind;
use crate::stop::Stop;
use crate::world::exchange::Exchange;
use crate::{admin, api};

/// Longest body that is taken.
const LONGEST_BODY: usize = 1 << 20;

/// The connection is dropped without a reply.
#[derive(Debug, thiserror::Error)]
#[error("dropped on request")]
struct Dropped;

/// Takes connections until the sandbox is shut down; then every connection ends.
pub(crate) async fn run(core: Arc<Core>, listener: TcpListener, mut stop: Stop) {
    let router = admin::router(Arc::clone(&core)).merge(api::router().with_state(Arc::clone(&core)));
    let mut connections = JoinSet::new();
    let each = stop.clone();
    loop {
        tokio::select! {
            taken = listener.accept() => {
                // A failed accept is the machine's trouble, and mostly passes.
                let Ok((stream, _)) = taken else { tokio::task::yield_now().await; continue };
                connections.spawn(serve(Arc::clone(&core), router.clone(), stream, each.clone()));
            }
            Some(_) = connections.join_next() => {}
            () = stop.stopped() => break,
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve(core: Arc<Core>, router: Router, stream: TcpStream, mut stop: Stop) {
    // Small replies must not wait for more.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let (core, router) = (Arc::clone(&core), router.clone());
        async move { front(&core, router, request).await }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let is_over = tokio::select! {
        _ = connection.as_mut() => false,
        () = stop.stopped() => true,
    };
    if is_over {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// One call: read whole, answered, recorded.
async fn front(core: &Arc<Core>, mut router: Router, request: Request<Incoming>) -> Result<Response, Dropped> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(Body::new(body), LONGEST_BODY).await else {
        return Ok(Reply::failure(Code::InvalidParameters, "the body is longer than 1 MiB").into_response());
    };
    let start = Instant::now();
    let (method, uri) = (head.method.clone(), head.uri.clone());
    let request_headers = shown(&head.headers);
    let answered: Result<Response, Infallible> = router.call(Request::from_parts(head, Body::from(body.clone()))).await;
    let Ok(mut response) = answered;
    if let Some(told) = response.extensions_mut().remove::<Told>() {
        *response.status_mut() = core.config.status.of(told.code);
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        core.change(|world, now| {
            let number = world.exchanges.next();
            world.counters.requests += 1;
            world.counters.refused += u64::from(told.code != Code::Success);
            let exchange = Exchange {
                number,
                at: now,
                micros,
                method: method.to_string(),
                path: uri.path().to_owned(),
                query: uri.query().map(str::to_owned),
                request_headers,
                request_body: told.request.unwrap_or(body),
                status: Some(response.status().as_u16()),
                reply_body: told.body,
                fault: None,
                message: told.message,
            };
            if let Some(message) = told.message.and_then(|message| world.messages.get_mut(message)) {
                message.exchange = Some(number);
            }
            world.notices.tell(Kind::Exchange, &exchange);
            world.exchanges.push(exchange);
        });
    }
    Ok(response)
}

/// Headers as they are shown: credentials are masked.
fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_secret = |name: &str| matches!(name, "authorization" | "certification-code" | "cookie");
    headers
        .iter()
        .map(|(name, value)| {
            let value = if is_secret(name.as_str()) { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) };
            (name.as_str().to_owned(), value.into_owned())
        })
        .collect()
}
