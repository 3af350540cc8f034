//! The types of the `http` crate.

use http::{HeaderMap, Request, StatusCode};
use incs_model::Timestamp;

use crate::delivery::Delivery;
use crate::headers::Headers;
use crate::item::Batch;
use crate::receiver::Receiver;
use crate::rejection::Rejection;

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
