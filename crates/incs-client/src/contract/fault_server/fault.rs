//! What a fault server does with one request.

use bytes::Bytes;

use super::reply::Reply;

/// What a [`FaultServer`](crate::contract::FaultServer) does with one request: [answers](Reply) it, or breaks off at some
/// [moment](Moment).
///
/// ```
/// use incs_client::contract::{Fault, Moment, Reply};
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
    /// The first byte of the request has come.
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

    /// What has been written of the reply at this moment.
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

/// How an exchange breaks off.
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

    /// Closes the server's half of the connection, then takes everything that the client still sends: what was complete is
    /// certain then.
    pub fn drain(at: Moment) -> Self {
        Self(Kind::Break(at, Break::Drain))
    }

    /// Writes nothing more, for half a minute at most, but takes what the client still sends, and notices when it leaves.
    pub fn stall(at: Moment) -> Self {
        Self(Kind::Break(at, Break::Stall))
    }

    /// Reads the request, writes these bytes and closes.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Raw(bytes.into()))
    }

    /// Answers with something that is no HTTP.
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
