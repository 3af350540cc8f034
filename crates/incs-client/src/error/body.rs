//! The body of a reply that was no success.

use std::fmt;

use bytes::Bytes;
use incs_model::envelope::Envelope;
use incs_model::{RawJson, decode};

/// The body of a reply that was no success, as far as it could be understood. `Debug` shows no content.
#[derive(Clone)]
#[non_exhaustive]
pub enum ErrorBody {
    /// The platform's own frame.
    Envelope(Envelope),
    /// Other JSON: a gateway's, or tomorrow's.
    Json(RawJson),
    /// No JSON: a page of a proxy, mostly.
    Other(Bytes),
}

impl ErrorBody {
    pub(crate) fn read(body: &Bytes) -> Self {
        if let Ok(envelope) = decode(body) {
            return Self::Envelope(envelope);
        }
        match std::str::from_utf8(body).ok().and_then(|text| RawJson::parse(text).ok()) {
            Some(json) => Self::Json(json),
            None => Self::Other(body.clone()),
        }
    }
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope(envelope) => envelope.fmt(f),
            Self::Json(json) => write!(f, "Json(<{} bytes>)", json.get().len()),
            Self::Other(body) => write!(f, "Other(<{} bytes>)", body.len()),
        }
    }
}
