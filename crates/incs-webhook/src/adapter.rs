//! Requests of the `http` crate and of web frameworks.

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
use crate::evidence::Headers;
use crate::item::Batch;
use crate::receiver::Receiver;
use crate::rejection::Rejection;
#[cfg(any(feature = "axum", feature = "tower"))]
use crate::shape::ShapeError;

impl Headers for HeaderMap {
    fn get(&self, name: &str) -> Option<&[u8]> {
        HeaderMap::get(self, name).map(http::HeaderValue::as_bytes)
    }
}

impl<'a> Delivery<'a> {
    /// A delivery of headers, target and body of a request, whose body must be **byte for byte as it came**. Feature `http`.
    ///
    /// ```
    /// use incs_webhook::Delivery;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = http::Request::post("/hooks/incs").body(br#"{"event": "of_tomorrow"}"#)?;
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
    /// When the request is not to be taken.
    pub fn receive_request<B: AsRef<[u8]>>(&self, request: &Request<B>, now: Timestamp) -> Result<Batch, Rejection> {
        self.take(Delivery::from_request(request), now)
    }
}

/// The answer to a delivery that is not taken. Feature `http`.
impl From<&Rejection> for StatusCode {
    fn from(rejection: &Rejection) -> Self {
        Self::from_u16(rejection.status()).unwrap_or(Self::BAD_REQUEST)
    }
}

/// Reads the body of a request to its end, then verifies it and reads its items.
///
/// A body that is too large is given up before its first byte if it says its length, else with the piece that is too much;
/// never more than the limit and one piece is held.
#[cfg(any(feature = "axum", feature = "tower"))]
async fn receive<B: http_body::Body>(
    receiver: &Receiver,
    request: Request<B>,
) -> Result<(Request<bytes::Bytes>, Batch), Rejection> {
    use bytes::{Buf as _, BufMut as _, BytesMut};
    use http_body_util::BodyExt as _;

    let limit = receiver.limits().body;
    let check = |bytes| if bytes > limit { Err(ShapeError::TooLarge { bytes, limit }) } else { Ok(()) };
    let (head, body) = request.into_parts();
    check(usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX))?;
    let mut body = std::pin::pin!(body);
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Rejection::incomplete()) };
        // The other kind of frame is trailers, which nobody signs and nobody reads.
        let Ok(data) = frame.into_data() else { continue };
        check(read.len().saturating_add(data.remaining()))?;
        read.put(data);
    }
    let request = Request::from_parts(head, read.freeze());
    let batch = receiver.receive_request(&request, Timestamp::now())?;
    Ok((request, batch))
}
