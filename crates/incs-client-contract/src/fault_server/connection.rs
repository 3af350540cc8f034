//! One connection of a fault server, from its first byte to its last.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::fault::{After, Body, Break, Fault, Kind, Moment, Reply};
use super::seen::{SeenRequest, Shared};

/// The time that a server continues to read after it has closed its half of the connection.
const DRAIN: Duration = Duration::from_secs(5);

/// The size of the pieces of a generated body.
const PIECE: &[u8] = &[b'x'; 64 * 1024];

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Wire for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Serves one connection until it ends.
pub(super) async fn serve(
    tcp: TcpStream,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    number: usize,
) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    if let Some(fault) = shared.take_if_at(Moment::Accepted) {
        return Connection::new(Box::new(tcp), shared, number).exchange(fault).await.map(drop);
    }
    let wire: Box<dyn Wire> = match tls {
        Some(tls) => Box::new(tls.accept(tcp).await?),
        None => Box::new(tcp),
    };
    let mut connection = Connection::new(wire, shared, number);
    while !connection.intake.bytes.is_empty() || connection.receive().await? {
        let fault = connection.shared.next();
        if !connection.exchange(fault).await? {
            break;
        }
    }
    Ok(())
}

struct Connection {
    wire: Box<dyn Wire>,
    intake: Intake,
    shared: Arc<Shared>,
    number: usize,
}

impl Connection {
    fn new(wire: Box<dyn Wire>, shared: Arc<Shared>, number: usize) -> Self {
        Self { wire, intake: Intake::default(), shared, number }
    }

    /// Applies the fault. Returns whether the connection stays open.
    async fn exchange(&mut self, fault: Fault) -> io::Result<bool> {
        let _busy = self.shared.count(|seen| &mut seen.busy);
        match fault.0 {
            Kind::Reply(reply) if reply.early => {
                self.read_head().await?;
                self.write_reply(&reply, &Bytes::new()).await?;
                self.break_off(Break::Close).await?;
                Ok(false)
            }
            Kind::Reply(reply) => {
                let Some((request, number)) = self.read_request().await? else { return Ok(false) };
                let reply = reply.for_number(number);
                self.write_reply(&reply, &request.body).await?;
                if reply.then != After::Keep {
                    self.break_off(Break::Close).await?;
                }
                Ok(reply.then == After::Keep)
            }
            Kind::Raw(bytes) => {
                self.read_request().await?;
                self.wire.write_all(&bytes).await?;
                self.break_off(Break::Close).await?;
                Ok(false)
            }
            Kind::Break(at, how) => {
                match at {
                    Moment::Accepted | Moment::BeforeRequest => {}
                    Moment::AfterHeaders => self.read_head().await?,
                    Moment::AfterRequest | Moment::InStatusLine | Moment::InHeaders | Moment::InBody => {
                        self.read_request().await?;
                    }
                }
                self.wire.write_all(at.written()).await?;
                self.wire.flush().await?;
                self.break_off(how).await?;
                Ok(false)
            }
        }
    }

    async fn break_off(&mut self, how: Break) -> io::Result<()> {
        match how {
            Break::Close => self.wire.shutdown().await,
            Break::Reset => self.wire.tcp().set_zero_linger(),
            Break::Drain => {
                self.wire.shutdown().await?;
                // The client disconnected or the time is over, so the record is complete.
                let _ = tokio::time::timeout(DRAIN, self.receive_all()).await;
                Ok(())
            }
            Break::Stall => {
                let _stalled = self.shared.count(|seen| &mut seen.stalled);
                self.receive_all().await
            }
        }
    }

    /// Reads once; returns whether any bytes arrived.
    async fn receive(&mut self) -> io::Result<bool> {
        Ok(self.wire.read_buf(&mut self.intake.bytes).await? > 0)
    }

    /// Reads until the client disconnects, and records each request as soon as it is complete.
    async fn receive_all(&mut self) -> io::Result<()> {
        loop {
            while self.intake.take_request(self.number).map(|request| self.shared.record(request)).is_some() {}
            if !self.receive().await? {
                return Ok(());
            }
        }
    }

    async fn read_head(&mut self) -> io::Result<()> {
        while !self.intake.has_head() && !self.intake.is_hopeless() && self.receive().await? {}
        Ok(())
    }

    /// Reads and records one request, and returns it with its number; `None` if it is incomplete.
    async fn read_request(&mut self) -> io::Result<Option<(SeenRequest, usize)>> {
        loop {
            if let Some(request) = self.intake.take_request(self.number) {
                let number = self.shared.record(request.clone());
                return Ok(Some((request, number)));
            }
            if self.intake.is_hopeless() || !self.receive().await? {
                return Ok(None);
            }
        }
    }

    async fn write_reply(&mut self, reply: &Reply, echo: &Bytes) -> io::Result<()> {
        let mut bytes = reply.head(echo);
        match &reply.body {
            Body::Bytes(body) | Body::Numbered(body) => reply.append_piece(&mut bytes, body),
            Body::Echo => reply.append_piece(&mut bytes, echo),
            Body::Generated(length) => self.write_generated(&mut bytes, *length, reply).await?,
            Body::Endless => self.write_generated(&mut bytes, u64::MAX, reply).await?,
        }
        // Sent in one piece, so that a client that gets stray bytes with a reply can recognize them.
        bytes.extend_from_slice(reply.end());
        bytes.extend_from_slice(&reply.stray);
        self.write(&bytes, reply).await
    }

    /// Writes the buffer and a generated body of this length.
    async fn write_generated(&mut self, bytes: &mut Vec<u8>, length: u64, reply: &Reply) -> io::Result<()> {
        let mut left = length;
        while left > 0 {
            let size = usize::try_from(left).map_or(PIECE.len(), |left| left.min(PIECE.len()));
            reply.append_piece(bytes, PIECE.get(..size).unwrap_or(PIECE));
            self.write(bytes, reply).await?;
            bytes.clear();
            left -= size as u64;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8], reply: &Reply) -> io::Result<()> {
        let Some(pause) = reply.pace else {
            self.wire.write_all(bytes).await?;
            return self.wire.flush().await;
        };
        for byte in bytes {
            self.wire.write_all(&[*byte]).await?;
            self.wire.flush().await?;
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }
}

impl Drop for Connection {
    /// Records the bytes read, however the connection ended.
    fn drop(&mut self) {
        while let Some(request) = self.intake.take_request(self.number) {
            self.shared.record(request);
        }
        if !self.intake.bytes.is_empty() {
            self.shared.record_partial(self.intake.bytes.len());
        }
    }
}

/// The most bytes of a request; more count as a broken connection.
const LIMIT: usize = 64 * 1024 * 1024;

/// The most headers of a request.
const HEADERS: usize = 128;

/// The bytes read after the last recorded request.
#[derive(Default)]
struct Intake {
    bytes: BytesMut,
}

/// The start of a request.
struct Head {
    method: Method,
    target: String,
    headers: HeaderMap,
    length: usize,
}

impl Intake {
    /// Returns whether all headers of a request have been read.
    fn has_head(&self) -> bool {
        matches!(read_head(&self.bytes), Ok(Some(_)))
    }

    /// Returns whether this can no longer become a valid request.
    fn is_hopeless(&self) -> bool {
        self.bytes.len() > LIMIT || read_head(&self.bytes).is_err()
    }

    /// Removes and returns the first request, if it is complete.
    fn take_request(&mut self, connection: usize) -> Option<SeenRequest> {
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

/// Parses the head of a request; `None` while it is incomplete, an error if it is invalid.
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

/// Parses a chunked body without trailers; returns it with its length on the wire.
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
