//! The extractor and the layer, behind real servers in this process.

use std::convert::Infallible;
use std::future::Future;
use std::sync::mpsc::{self, Sender};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use incs_webhook::{Batch, Received, WebhookLayer};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_layer::Layer as _;

use super::{Server, line, sender};

/// axum, with the extractor.
pub(super) fn axum() -> Server {
    serve(405, |listener, seen| async move {
        let receive = move |Received(batch): Received| {
            let seen = seen.clone();
            async move { note(&seen, &batch) }
        };
        let router = Router::new().route("/hooks", post(receive.clone())).route("/hooks/{secret}", post(receive));
        axum::serve(listener, router.with_state(sender::receiver())).await.unwrap();
    })
}

/// hyper, with the layer around a service that knows nothing of HTTP but its types.
pub(super) fn tower() -> Server {
    serve(401, |listener, seen| async move {
        let service = tower::service_fn(move |mut request: Request<Full<Bytes>>| {
            let mut response = Response::<Full<Bytes>>::default();
            *response.status_mut() = note(&seen, &request.extensions_mut().remove::<Batch>().unwrap());
            async { Ok::<_, Infallible>(response) }
        });
        let service = WebhookLayer::new(sender::receiver()).layer(service);
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}

fn note(seen: &Sender<String>, batch: &Batch) -> StatusCode {
    batch.iter().map(line).for_each(|line| seen.send(line).unwrap());
    StatusCode::OK
}

fn serve<F>(status_of_get: u16, run: impl FnOnce(TcpListener, Sender<String>) -> F) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, seen) = mpsc::channel();
    runtime.spawn(run(listener, sender));
    Server { address, seen, status_of_get, _life: Box::new(runtime) }
}
