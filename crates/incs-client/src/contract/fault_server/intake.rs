//! What comes in on a connection, and how much of it is a whole request.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::seen::SeenRequest;

/// Bytes that a server takes before it calls a connection broken.
const LIMIT: usize = 64 * 1024 * 1024;

/// Headers of a request that a server understands.
const HEADERS: usize = 128;

/// The bytes that came and were not yet told to be a request.
#[derive(Default)]
pub(super) struct Intake {
    pub(super) bytes: BytesMut,
}

/// The start of a request.
struct Head {
    method: Method,
    target: String,
    headers: HeaderMap,
    length: usize,
}

impl Intake {
    /// Whether all headers of a request are here.
    pub(super) fn has_head(&self) -> bool {
        matches!(read_head(&self.bytes), Ok(Some(_)))
    }

    /// Whether nothing that may come will make this a request.
    pub(super) fn is_hopeless(&self) -> bool {
        self.bytes.len() > LIMIT || read_head(&self.bytes).is_err()
    }

    /// Takes the first request, if it is here as a whole.
    pub(super) fn take_request(&mut self, connection: usize) -> Option<SeenRequest> {
        let head = read_head(&self.bytes).ok().flatten()?;
        let rest = self.bytes.get(head.length..)?;
        let (body, length) = if is_chunked(&head.headers) {
            read_chunks(rest)?
        } else {
            let length = content_length(&head.headers);
            (Bytes::copy_from_slice(rest.get(..length)?), length)
        };
        let _ = self.bytes.split_to(head.length + length);
        let Head { method, target, headers, .. } = head;
        Some(SeenRequest { method, target, headers, body, connection })
    }
}

fn is_chunked(headers: &HeaderMap) -> bool {
    headers.get(header::TRANSFER_ENCODING).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"))
}

fn content_length(headers: &HeaderMap) -> usize {
    let value = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// The head of a request; `None` while it is not whole, an error when it never will be.
fn read_head(bytes: &[u8]) -> Result<Option<Head>, httparse::Error> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = request.parse(bytes)? else { return Ok(None) };
    let method = request.method.and_then(|method| method.parse().ok()).ok_or(httparse::Error::Token)?;
    let target = request.path.ok_or(httparse::Error::Token)?.to_owned();
    let mut map = HeaderMap::new();
    for header in request.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| httparse::Error::HeaderName)?;
        let value = HeaderValue::from_bytes(header.value).map_err(|_| httparse::Error::HeaderValue)?;
        map.append(name, value);
    }
    Ok(Some(Head { method, target, headers: map, length }))
}

/// A chunked body without trailers, and its length on the wire.
fn read_chunks(bytes: &[u8]) -> Option<(Bytes, usize)> {
    let mut body = BytesMut::new();
    let mut at = 0;
    loop {
        let httparse::Status::Complete((start, size)) = httparse::parse_chunk_size(bytes.get(at..)?).ok()? else {
            return None;
        };
        let size = usize::try_from(size).ok()?;
        at += start;
        body.extend_from_slice(bytes.get(at..at.checked_add(size)?)?);
        at += size;
        bytes.get(at..at + 2).filter(|end| *end == b"\r\n")?;
        at += 2;
        if size == 0 {
            return Some((body.freeze(), at));
        }
    }
}
