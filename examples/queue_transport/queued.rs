//! A transport that passes requests to a worker through a bounded queue. The worker owns the connections.

use tokio::sync::{mpsc, oneshot};

use incs_facade::client::async_trait;
use incs_facade::client::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};

struct Job {
    request: Request,
    reply: oneshot::Sender<Result<Response, TransportError>>,
}

/// A transport that makes one exchange at a time, in the order of the calls. Callers wait while the queue is full.
pub(crate) struct QueuedTransport {
    jobs: mpsc::Sender<Job>,
}

impl QueuedTransport {
    /// Wraps a transport that calls `SendGate::commit` before it sends, as all backends of `incs_client` do. The worker is a tokio
    /// task, and ends with the transport.
    pub(crate) fn over(inner: impl Transport, room: usize) -> Self {
        let (jobs, mut queue) = mpsc::channel(room.max(1));
        tokio::spawn(async move {
            while let Some(Job { request, mut reply }) = queue.recv().await {
                tokio::select! {
                    biased;
                    // The client has cancelled the call: the exchange is not started, or ends here.
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
        // A request in the queue is not sent, so a call that times out here can be retried. For an empty body nothing commits.
        if !request.body().is_empty() {
            CallInfo::of(&request).send_gate().arm();
        }
        let (reply, result) = oneshot::channel();
        if self.jobs.send(Job { request, reply }).await.is_err() {
            return Err(TransportErrorKind::NotSent.into()); // the worker has ended without taking it
        }
        // If the worker ends now, it may have sent it.
        result.await.unwrap_or_else(|_| Err(TransportErrorKind::Other.into()))
    }
}
