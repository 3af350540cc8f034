//! Takes the body of a request.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// Longest body that is looked at.
pub(super) const LONGEST_BODY: usize = 1 << 20;

/// What of a body beyond that is read and thrown away, so that the client comes to read why.
const LONGEST_REST: usize = 16 << 20;

/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(30);

/// What became of a body.
#[derive(Debug)]
pub(super) enum Intake {
    Whole(Bytes),
    TooLong,
    /// It never came whole: there is nobody to answer.
    Broken,
}

pub(super) async fn take(body: Incoming) -> Intake {
    tokio::time::timeout(BODY_TIME, read(body)).await.unwrap_or(Intake::Broken)
}

async fn read(mut body: Incoming) -> Intake {
    let mut whole: Option<Bytes> = None;
    let mut many = BytesMut::new();
    let mut length = 0_usize;
    while !body.is_end_stream() {
        let frame = match body.frame().await {
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return Intake::Broken,
            None => break,
        };
        let Ok(part) = frame.into_data() else { continue };
        length = length.saturating_add(part.len());
        if length > LONGEST_REST {
            return Intake::TooLong;
        }
        if length > LONGEST_BODY {
            many.clear();
        } else if let Some(first) = whole.take() {
            many.extend_from_slice(&first);
            many.extend_from_slice(&part);
        } else if many.is_empty() {
            // Most bodies come in one piece, which is not copied.
            whole = Some(part);
        } else {
            many.extend_from_slice(&part);
        }
    }
    if length > LONGEST_BODY { Intake::TooLong } else { Intake::Whole(whole.unwrap_or_else(|| many.freeze())) }
}
