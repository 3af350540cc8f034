//! A transport that hands requests to a worker through a bounded queue. The worker owns the connections.

use tokio::sync::{mpsc, oneshot};

use incs_facade::client::async_trait;
use incs_facade::client::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};

struct Job {
    request: Request,
    reply: oneshot::Sender<Result<Response, TransportError>>,
}

/// One exchange at a time, in the order in which they were asked for. Callers wait while the queue is full.
pub(crate) struct QueuedTransport {
    jobs: mpsc::Sender<Job>,
}

impl QueuedTransport {
    /// Over a transport that asks `Departure::leave` before it sends, as all backends of `incs_client` do. The worker is a task of
    /// tokio, and ends with the transport.
    pub(crate) fn over(inner: impl Transport, room: usize) -> Self {
        let (jobs, mut queue) = mpsc::channel(room.max(1));
        tokio::spawn(async move {
            while let Some(Job { request, mut reply }) = queue.recv().await {
                tokio::select! {
                    biased;
                    // The client has given up the call: the exchange is not begun, or it ends here.
                    () = reply.closed() => {}
                    result = inner.call(request) => drop(reply.send(result)),
                }
            }
        });
        Self { jobs }
    }
}

#[async_trait]
impl Transport for QueuedTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        // While it waits here it has not left, so a call whose time is up can be made again. Of an empty body nobody would ask.
        if !request.body().is_empty() {
            CallInfo::of(&request).departure().hold();
        }
        let (reply, result) = oneshot::channel();
        if self.jobs.send(Job { request, reply }).await.is_err() {
            return Err(TransportErrorKind::NotSent.into()); // the worker has ended, and did not take it
        }
        // A worker that ends now may have sent it.
        result.await.unwrap_or_else(|_| Err(TransportErrorKind::Other.into()))
    }
}
