//! A body that comes in pieces, up to a limit.

use std::pin::pin;

use bytes::{Buf, Bytes, BytesMut};
use http::Request;
use http_body::Body;
use http_body_util::BodyExt as _;

use crate::rejection::Rejection;
use crate::shape::ShapeError;

/// Reads the body of a request to its end. Too large a one is given up before its first byte if it says its length, else with
/// the piece that is too much; never more than the limit and one piece is held.
pub(crate) async fn buffer<B: Body>(request: Request<B>, limit: usize) -> Result<Request<Bytes>, Rejection> {
    let (head, body) = request.into_parts();
    let said = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    check(said, limit)?;
    let mut body = pin!(body);
    let mut read = Pieces::None;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Rejection::incomplete()) };
        // The other kind of frame is trailers, which nobody signs and nobody reads.
        let Ok(mut data) = frame.into_data() else { continue };
        let bytes = data.remaining();
        check(read.len().saturating_add(bytes), limit)?;
        read = read.and(data.copy_to_bytes(bytes));
    }
    Ok(Request::from_parts(head, read.into_bytes()))
}

fn check(bytes: usize, limit: usize) -> Result<(), Rejection> {
    if bytes > limit { Err(ShapeError::TooLarge { bytes, limit }.into()) } else { Ok(()) }
}

/// Nearly every delivery comes in one piece, which is then not copied.
enum Pieces {
    None,
    One(Bytes),
    Many(BytesMut),
}

impl Pieces {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(piece) => piece.len(),
            Self::Many(pieces) => pieces.len(),
        }
    }

    fn and(self, piece: Bytes) -> Self {
        let mut pieces = match self {
            Self::None => return Self::One(piece),
            Self::One(first) => BytesMut::from(first),
            Self::Many(pieces) => pieces,
        };
        pieces.extend_from_slice(&piece);
        Self::Many(pieces)
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::None => Bytes::new(),
            Self::One(piece) => piece,
            Self::Many(pieces) => pieces.freeze(),
        }
    }
}
