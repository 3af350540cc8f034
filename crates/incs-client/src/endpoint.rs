//! Endpoints, without I/O: what a call sends, and how its reply is read.

mod query;

use std::borrow::Cow;

use http::{HeaderMap, Method};
use incs_model::envelope::Frame;
use incs_model::{Channel, DecodeError, PhoneNumber, Report};

pub use self::query::{Query, segment};
use crate::transport::Replay;

/// One route of the platform, with what a call to it sends and how its reply is read. No I/O happens here.
///
/// Every route of the platform's pages is in [`endpoints`](crate::endpoints). Implement the trait for one that is not there;
/// [`Client::execute`](crate::Client::execute) treats it like ours.
///
/// ```
/// use std::borrow::Cow;
///
/// use incs_client::endpoint::Endpoint;
/// use incs_model::envelope::Frame;
/// use incs_model::{DecodeError, RawJson};
///
/// struct ListChannels;
///
/// impl Endpoint for ListChannels {
///     type Reply = RawJson;
///
///     fn operation(&self) -> &'static str {
///         "list_channels"
///     }
///
///     fn path(&self) -> Cow<'static, str> {
///         "/external/channels".into()
///     }
///
///     fn decode(&self, reply: &Frame<'_>) -> Result<RawJson, DecodeError> {
///         reply.data()
///     }
/// }
/// ```
pub trait Endpoint: Send + Sync {
    /// What a success gives.
    type Reply: Send;

    /// The name of the call in errors and spans, in snake case.
    fn operation(&self) -> &'static str;

    /// The HTTP method. `GET` unless overridden.
    fn method(&self) -> Method {
        Method::GET
    }

    /// Which of the two hosts serves it. [`Host::Api`] unless overridden.
    fn host(&self) -> Host {
        Host::Api
    }

    /// The path, from its first slash, percent-encoded: see [`segment`]. An empty segment, `.` and `..` are refused, so that no
    /// id can turn one route into another.
    fn path(&self) -> Cow<'static, str>;

    /// The query. Empty unless overridden.
    fn query(&self) -> Query {
        Query::new()
    }

    /// Headers beyond those that every call has (`content-type`, `accept`, `user-agent`, the credential).
    fn headers(&self) -> HeaderMap {
        HeaderMap::new()
    }

    /// Which credential the call needs. The certification code of its channel unless overridden.
    fn credential(&self) -> CredentialKind {
        CredentialKind::CertificationCode
    }

    /// The channel it is about, if it is about one. It selects the certification code.
    fn channel(&self) -> Option<Channel> {
        None
    }

    /// Who gets the message, if it is one. The limiter counts by it.
    fn recipient(&self) -> Option<&PhoneNumber> {
        None
    }

    /// Whether the call may be made again blindly. Unless overridden, `GET`, `HEAD` and `DELETE` may, and nothing else.
    fn replay(&self) -> Replay {
        if matches!(self.method(), Method::GET | Method::HEAD | Method::DELETE) { Replay::Safe } else { Replay::Unsafe }
    }

    /// Checks the call against the rules of the platform. Nothing unless overridden.
    ///
    /// # Errors
    ///
    /// A report of all violations.
    fn validate(&self) -> Result<(), Report> {
        Ok(())
    }

    /// The JSON that is sent. None unless overridden.
    ///
    /// # Errors
    ///
    /// When the `Serialize` of the call fails; that of our types never does.
    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        Ok(None)
    }

    /// Reads a reply whose frame says that the call succeeded.
    ///
    /// # Errors
    ///
    /// When what the call gave has another shape: the call counts as accepted then.
    fn decode(&self, reply: &Frame<'_>) -> Result<Self::Reply, DecodeError>;
}

/// The two roles of hosts (INCS: the pages name two). Both base URLs can be set on the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// Messages and their status: `https://chat-api.incsapp.com` by default.
    Chat,
    /// Templates, token, tasks: `https://api.incsapp.com` by default.
    Api,
}

/// Which credential a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialKind {
    /// The header `certification-code`: one code for each sending channel.
    CertificationCode,
    /// The header `authorization: Bearer …`: the `SaaS` API.
    Bearer,
    /// None.
    None,
}

macro_rules! forwarded {
    ($($name:ident() -> $result:ty;)+) => {
        $(fn $name(&self) -> $result {
            (**self).$name()
        })+
    };
}

impl<E: Endpoint> Endpoint for &E {
    type Reply = E::Reply;

    forwarded! {
        operation() -> &'static str;
        method() -> Method;
        host() -> Host;
        path() -> Cow<'static, str>;
        query() -> Query;
        headers() -> HeaderMap;
        credential() -> CredentialKind;
        channel() -> Option<Channel>;
        recipient() -> Option<&PhoneNumber>;
        replay() -> Replay;
        validate() -> Result<(), Report>;
        body() -> Result<Option<Vec<u8>>, serde_json::Error>;
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Self::Reply, DecodeError> {
        (**self).decode(reply)
    }
}
