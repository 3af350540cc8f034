//! Adapters for the `http` crate and for web frameworks.

#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "tower")]
mod tower;

use http::{HeaderMap, Request, StatusCode};
use incs_model::Timestamp;

#[cfg(feature = "axum")]
pub use self::axum::Received;
#[cfg(feature = "tower")]
pub use self::tower::{WebhookLayer, WebhookService};

use crate::delivery::Delivery;
use crate::item::Batch;
use crate::receiver::Receiver;
#[cfg(any(feature = "axum", feature = "tower"))]
use crate::receiver::rejected_early;
use crate::rejection::Rejection;
#[cfg(any(feature = "axum", feature = "tower"))]
use crate::shape::ShapeError;
use crate::signed_request::Headers;

impl Headers for HeaderMap {
    fn get(&self, name: &str) -> Option<&[u8]> {
        HeaderMap::get(self, name).map(http::HeaderValue::as_bytes)
    }
}

impl<'a> Delivery<'a> {
    /// Creates a delivery from a request. The body must be **unchanged, byte for byte**. Feature `http`.
    ///
    /// ```
    /// use incs_webhook::Delivery;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = http::Request::post("/hooks/incs").body(br#"{"event": "not_known_yet"}"#)?;
    /// let batch = Delivery::from_request(&request).dangerously_skip_verification()?.parse();
    /// assert_eq!(batch.items().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_request<B: AsRef<[u8]>>(request: &'a Request<B>) -> Self {
        let delivery = Self::new(request.headers(), request.body().as_ref());
        match request.uri().path_and_query() {
            Some(target) => delivery.with_target(target.as_str()),
            None => delivery,
        }
    }
}

impl Receiver {
    /// Verifies a request and reads every item of its body, like [`receive`](Self::receive). Feature `http`.
    ///
    /// # Errors
    ///
    /// Returns a rejection if the request is not accepted.
    pub fn receive_request<B: AsRef<[u8]>>(&self, request: &Request<B>, now: Timestamp) -> Result<Batch, Rejection> {
        self.take(Delivery::from_request(request), now)
    }
}

/// Converts a rejection to the status of the response. Feature `http`.
impl From<&Rejection> for StatusCode {
    fn from(rejection: &Rejection) -> Self {
        Self::from_u16(rejection.status()).unwrap_or(Self::BAD_REQUEST)
    }
}

/// Reads the body of a request to its end, then verifies it and parses its items.
///
/// A request with an unacceptable head is rejected before its body is read. A body over the limit is rejected before its first byte
/// if its length is declared, otherwise at the frame that exceeds the limit. At most the limit and one frame are in memory.
#[cfg(any(feature = "axum", feature = "tower"))]
async fn receive<B: http_body::Body>(
    receiver: &Receiver,
    request: Request<B>,
) -> Result<(Request<bytes::Bytes>, Batch), Rejection> {
    use bytes::{Buf as _, BufMut as _, BytesMut};
    use http_body_util::BodyExt as _;

    let limit = receiver.limits().body;
    let rejected = |rejection: Rejection| {
        rejected_early(&rejection);
        rejection
    };
    let check = |bytes| {
        if bytes > limit { Err(rejected(ShapeError::TooLarge { bytes, limit }.into())) } else { Ok(()) }
    };
    let (head, body) = request.into_parts();
    check(usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX))?;
    let target = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    receiver.check_head(&head.headers, target, Timestamp::now())?;
    let mut body = std::pin::pin!(body);
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(rejected(Rejection::incomplete())) };
        // The other kind of frame is trailers, which no scheme signs.
        let Ok(data) = frame.into_data() else { continue };
        check(read.len().saturating_add(data.remaining()))?;
        read.put(data);
    }
    let request = Request::from_parts(head, read.freeze());
    let batch = receiver.receive_request(&request, Timestamp::now())?;
    Ok((request, batch))
}
