//! Faults and replies of a fault server.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use incs_model::envelope::{Code, Envelope};

/// The behaviour of a [`FaultServer`](crate::FaultServer) for one request: it sends a [`Reply`], or breaks off at a [`Moment`].
///
/// ```
/// use incs_client_contract::{Fault, Moment, Reply};
///
/// let lost_reply = Fault::close(Moment::AfterRequest);
/// let throttled = Fault::from(Reply::new(429).with_header("retry-after", "2"));
/// # let _ = (lost_reply, throttled);
/// ```
#[derive(Debug, Clone)]
pub struct Fault(pub(super) Kind);

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Reply(Reply),
    Raw(Bytes),
    Break(Moment, Break),
}

/// A moment of an exchange, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Moment {
    /// The connection was accepted; over TLS, no handshake yet.
    Accepted,
    /// The first byte of the request has arrived.
    BeforeRequest,
    /// The headers of the request have been read.
    AfterHeaders,
    /// The whole request has been read.
    AfterRequest,
    /// Half a status line has been written.
    InStatusLine,
    /// Half the headers have been written.
    InHeaders,
    /// All headers and half the body have been written.
    InBody,
}

impl Moment {
    /// All moments, in order.
    pub const ALL: [Self; 7] = [
        Self::Accepted,
        Self::BeforeRequest,
        Self::AfterHeaders,
        Self::AfterRequest,
        Self::InStatusLine,
        Self::InHeaders,
        Self::InBody,
    ];

    /// Returns the part of the reply that is written at this moment.
    pub(super) fn written(self) -> &'static [u8] {
        match self {
            Self::Accepted | Self::BeforeRequest | Self::AfterHeaders | Self::AfterRequest => b"",
            Self::InStatusLine => b"HTTP/1.1 20",
            Self::InHeaders => b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-le",
            Self::InBody => {
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 34\r\n\r\n{\"status\":\"succes"
            }
        }
    }
}

/// The kind of an interruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    Close,
    Reset,
    Drain,
    Stall,
}

impl Fault {
    /// Closes the connection. What the client sent after that moment is not counted.
    pub fn close(at: Moment) -> Self {
        Self(Kind::Break(at, Break::Close))
    }

    /// Resets the connection. What the client sent after that moment is not counted.
    pub fn reset(at: Moment) -> Self {
        Self(Kind::Break(at, Break::Reset))
    }

    /// Closes the server's half of the connection, then reads everything that the client still sends, so that the record of
    /// complete requests is reliable.
    pub fn drain(at: Moment) -> Self {
        Self(Kind::Break(at, Break::Drain))
    }

    /// Writes nothing more, for half a minute at most, but reads what the client still sends, and notices when it disconnects.
    pub fn stall(at: Moment) -> Self {
        Self(Kind::Break(at, Break::Stall))
    }

    /// Reads the request, writes these bytes and closes.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Raw(bytes.into()))
    }

    /// Replies with bytes that are not HTTP.
    pub fn garbage() -> Self {
        Self::raw(&b"\x15\x03\x01\x00\x02\x02\x46 this is no HTTP\r\n\r\n\x00\xff"[..])
    }

    pub(super) fn is_at(&self, moment: Moment) -> bool {
        matches!(self.0, Kind::Break(at, _) if at == moment)
    }
}

impl From<Reply> for Fault {
    fn from(reply: Reply) -> Self {
        Self(Kind::Reply(reply))
    }
}

/// A reply of a [`FaultServer`](crate::FaultServer). Nothing is checked, so a reply can be as invalid as a test needs.
///
/// The connection stays open for further requests unless a method below closes it.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(Bytes, Bytes)>,
    pub(super) body: Body,
    framing: Framing,
    pub(super) then: After,
    pub(super) pace: Option<Duration>,
    interim: bool,
    pub(super) early: bool,
    pub(super) stray: Bytes,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Bytes(Bytes),
    /// A number of bytes, generated while writing.
    Generated(u64),
    Endless,
    /// The body of the request.
    Echo,
    /// A text with placeholders for the number of the request.
    Numbered(Bytes),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// `content-length`, true.
    Length,
    /// `content-length`, as given.
    Stated(u64),
    Chunked,
    UntilClose,
}

/// The state of the connection after the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Keep,
    /// Closed, with `connection: close`.
    Close,
    /// Closed without `connection: close`.
    CloseSilently,
}

impl Reply {
    /// Creates a reply with a status and no body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Bytes(Bytes::new()),
            framing: Framing::Length,
            then: After::Keep,
            pace: None,
            interim: false,
            early: false,
            stray: Bytes::new(),
        }
    }

    /// Creates a reply with a JSON body.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status).with_header("content-type", "application/json").with_body(body)
    }

    /// Creates a failure of the platform, with HTTP 200.
    pub fn failure(code: Code, message: &str) -> Self {
        // An envelope without data has only texts and numbers, which always serialize.
        Self::json(200, serde_json::to_vec(&Envelope::failure(code, message)).unwrap_or_default())
    }

    /// Creates a redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status).with_header("location", location.to_owned())
    }

    /// Creates a reply with nested JSON lists as its body.
    pub fn deep_json(levels: usize) -> Self {
        Self::json(200, ["[".repeat(levels), "]".repeat(levels)].concat())
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<Bytes>) -> Self {
        self.headers.push((Bytes::from_static(name.as_bytes()), value.into()));
        self
    }

    /// Adds a number of headers with values of a given size.
    #[must_use]
    pub fn with_header_bomb(mut self, headers: usize, bytes: usize) -> Self {
        let value = Bytes::from("x".repeat(bytes));
        self.headers.extend((0..headers).map(|number| (Bytes::from(format!("x-bomb-{number}")), value.clone())));
        self
    }

    /// Adds a `retry-after` with a date.
    #[must_use]
    pub fn with_retry_after(self, at: SystemTime) -> Self {
        self.with_header("retry-after", httpdate::fmt_http_date(at))
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes(body.into());
        self
    }

    /// Sets a body of a given size, generated while writing.
    #[must_use]
    pub fn with_generated_body(mut self, bytes: u64) -> Self {
        self.body = Body::Generated(bytes);
        self
    }

    /// Sets a body that never ends, in chunks.
    #[must_use]
    pub fn endless(mut self) -> Self {
        self.body = Body::Endless;
        self.chunked()
    }

    /// Uses the body of the request as the body of the reply.
    #[must_use]
    pub fn echoing(mut self) -> Self {
        self.body = Body::Echo;
        self
    }

    /// Replaces each `{number}` in the body with the number of the request, from 1, since the client treats two messages with one
    /// id as a fault. A body that is not text stays unchanged.
    #[must_use]
    pub fn numbered(mut self) -> Self {
        if let Body::Bytes(body) = &self.body {
            self.body = Body::Numbered(body.clone());
        }
        self
    }

    /// Returns the reply to the request of this number.
    pub(super) fn for_number(self, number: usize) -> Self {
        let Body::Numbered(body) = &self.body else { return self };
        let Ok(text) = std::str::from_utf8(body) else { return self };
        let text = text.replace("{number}", &number.to_string());
        self.with_body(text)
    }

    /// Sends the body in chunks.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.framing = Framing::Chunked;
        self
    }

    /// Sends the body without a length; the close of the connection ends it.
    #[must_use]
    pub fn until_close(mut self) -> Self {
        self.framing = Framing::UntilClose;
        self.closing()
    }

    /// Sets `content-length` to any number, whatever the body has, and closes after the body.
    #[must_use]
    pub fn with_stated_length(mut self, bytes: u64) -> Self {
        self.framing = Framing::Stated(bytes);
        self.then = After::CloseSilently;
        self
    }

    /// Sends `connection: close`, and closes.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.then = After::Close;
        self
    }

    /// Closes the connection afterwards without announcing it, as servers close idle connections.
    #[must_use]
    pub fn then_close(mut self) -> Self {
        self.then = After::CloseSilently;
        self
    }

    /// Writes one byte at a time, with this pause between.
    #[must_use]
    pub fn dripping(mut self, pause: Duration) -> Self {
        self.pace = Some(pause);
        self
    }

    /// Writes `100 Continue` first.
    #[must_use]
    pub fn after_interim(mut self) -> Self {
        self.interim = true;
        self
    }

    /// Replies once the headers of the request have arrived, then closes without reading its body.
    #[must_use]
    pub fn early(mut self) -> Self {
        self.early = true;
        self.closing()
    }

    /// Writes stray bytes after the reply; in one piece with it, unless the body is generated.
    #[must_use]
    pub fn with_stray_bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        self.stray = bytes.into();
        self
    }

    /// Returns everything before the body.
    pub(super) fn head(&self, echo: &Bytes) -> Vec<u8> {
        let mut head = if self.interim { b"HTTP/1.1 100 Continue\r\n\r\n".to_vec() } else { Vec::new() };
        let reason = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
        head.extend_from_slice(format!("HTTP/1.1 {} {reason}\r\n", self.status).as_bytes());
        for (name, value) in &self.headers {
            for part in [name.as_ref(), b": ", value, b"\r\n"] {
                head.extend_from_slice(part);
            }
        }
        let length = match (self.framing, &self.body) {
            (Framing::Chunked, _) => Some("transfer-encoding: chunked\r\n".to_owned()),
            (Framing::UntilClose, _) | (Framing::Length, Body::Endless) => None,
            // HTTP allows no length here.
            (Framing::Length, _) if self.status == 204 => None,
            (Framing::Stated(bytes), _) => Some(length_of(bytes)),
            (Framing::Length, Body::Generated(bytes)) => Some(length_of(bytes)),
            (Framing::Length, Body::Bytes(body) | Body::Numbered(body)) => Some(length_of(body.len())),
            (Framing::Length, Body::Echo) => Some(length_of(echo.len())),
        };
        head.extend_from_slice(length.unwrap_or_default().as_bytes());
        if self.then == After::Close {
            head.extend_from_slice(b"connection: close\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Appends a piece of the body, as one chunk with chunked framing.
    pub(super) fn append_piece(&self, bytes: &mut Vec<u8>, piece: &[u8]) {
        if self.framing != Framing::Chunked || piece.is_empty() {
            bytes.extend_from_slice(piece);
            return;
        }
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }

    /// Returns the bytes that end the body.
    pub(super) fn end(&self) -> &'static [u8] {
        if self.framing == Framing::Chunked { b"0\r\n\r\n" } else { b"" }
    }
}

fn length_of(bytes: impl std::fmt::Display) -> String {
    format!("content-length: {bytes}\r\n")
}
