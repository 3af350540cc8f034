//! The layer of tower.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

use super::receive;
use crate::receiver::Receiver;

/// A tower layer that verifies and parses every request before it reaches the service. Feature `tower`.
///
/// The service receives the request with its unchanged body and with the [`Batch`](crate::Batch) in the extensions; take it with
/// `request.extensions_mut().remove::<Batch>()`. A rejected request does not reach the service: it is answered with
/// [`Rejection::status`](crate::Rejection::status) and an empty body.
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use incs_webhook::{Batch, Receiver, WebhookLayer};
/// use tower_layer::Layer;
///
/// async fn handle(mut request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
///     if let Some(batch) = request.extensions_mut().remove::<Batch>() {
///         // store each item under `item.dedup_key()`
///     }
///     Ok(Response::default())
/// }
///
/// # fn build(receiver: Receiver) {
/// let service = WebhookLayer::new(receiver).layer(tower::service_fn(handle));
/// # let _: Box<dyn tower_service::Service<Request<Full<Bytes>>, Response = _, Error = _, Future = _>> = Box::new(service);
/// # }
/// ```
///
/// - The body is read up to [`Limits::body`](crate::Limits::body). There is no time limit: a slow sender holds at most one body in
///   memory, but for as long as another layer or the server allows.
/// - Every request is treated as a delivery, whatever its method. Apply the layer to webhook routes only.
#[derive(Debug, Clone)]
pub struct WebhookLayer {
    receiver: Receiver,
}

impl WebhookLayer {
    /// Creates a layer that passes on what the receiver accepts.
    pub fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }
}

impl<S> Layer<S> for WebhookLayer {
    type Service = WebhookService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WebhookService { receiver: self.receiver.clone(), inner }
    }
}

/// A service behind a [`WebhookLayer`]. Feature `tower`.
#[derive(Clone)]
pub struct WebhookService<S> {
    receiver: Receiver,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for WebhookService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Call the instance whose `poll_ready` returned ready; its clone has not been polled.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let receiver = self.receiver.clone();
        Box::pin(async move {
            match receive(&receiver, request).await {
                Ok((mut request, batch)) => {
                    request.extensions_mut().insert(batch);
                    inner.call(request.map(Full::new)).await
                }
                Err(rejection) => {
                    let mut response = Response::new(R::default());
                    *response.status_mut() = StatusCode::from(&rejection);
                    Ok(response)
                }
            }
        })
    }
}

impl<S> fmt::Debug for WebhookService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService").field("receiver", &self.receiver).finish_non_exhaustive()
    }
}
