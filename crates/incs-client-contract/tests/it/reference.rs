//! A transport as plain as one can be: one connection for each call, and nothing between it and the socket.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use incs_client::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind as Kind};
use incs_client_contract::ServerInfo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of the longest head that is read.
const HEAD: usize = 256 * 1024;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

#[derive(Clone)]
pub(crate) struct Reference {
    tls: Option<TlsConnector>,
    reports: bool,
}

impl Reference {
    pub(crate) fn new(server: &ServerInfo) -> Self {
        let tls = server.root_certificate().map(|root| {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(root.to_vec())).unwrap();
            let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
            TlsConnector::from(Arc::new(config))
        });
        Self { tls, reports: true }
    }

    /// Reports nothing of what left, which is always safe.
    pub(crate) fn silent(mut self) -> Self {
        self.reports = false;
        self
    }

    /// With other settings of TLS.
    pub(crate) fn with_tls(mut self, config: ClientConfig) -> Self {
        self.tls = self.tls.map(|_| TlsConnector::from(Arc::new(config)));
        self
    }

    async fn connect(&self, uri: &Uri) -> Result<Box<dyn Wire>, TransportError> {
        let (Some(host), Some(port)) = (uri.host(), uri.port_u16()) else { return Err(Kind::NotSent.into()) };
        let tcp = TcpStream::connect((host, port)).await.map_err(|error| failed(Kind::Connect, error))?;
        match (uri.scheme_str(), &self.tls) {
            (Some("http"), _) => Ok(Box::new(tcp)),
            (Some("https"), Some(tls)) => {
                let name = ServerName::try_from(host.to_owned()).map_err(|_| Kind::Tls)?;
                match tls.connect(name, tcp).await {
                    Ok(stream) => Ok(Box::new(stream)),
                    Err(error) if is_of_tls(&error) => Err(failed(Kind::Tls, error)),
                    Err(error) => Err(failed(Kind::Connect, error)),
                }
            }
            _ => Err(Kind::NotSent.into()),
        }
    }
}

#[async_trait]
impl Transport for Reference {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let info = CallInfo::of(&request);
        if self.reports {
            info.send_gate().arm();
        }
        let mut wire = self.connect(request.uri()).await?;
        if self.reports && !info.send_gate().commit() {
            return Err(Kind::NotSent.into());
        }
        let head = head_of(&request);
        let sent = async {
            wire.write_all(head.as_bytes()).await?;
            wire.write_all(request.body()).await?;
            wire.flush().await
        };
        sent.await.map_err(|error| failed(Kind::Interrupted, error))?;
        Reply { wire, bytes: BytesMut::new() }.read(info.response_limit()).await
    }
}

fn head_of(request: &Request) -> String {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let host = request.uri().authority().map_or("", |authority| authority.as_str());
    let mut head = format!("{} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", request.method());
    for (name, value) in request.headers() {
        write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    if !request.body().is_empty() {
        write!(head, "content-length: {}\r\n", request.body().len()).unwrap();
    }
    head + "\r\n"
}

fn is_of_tls(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(cause) if cause.is::<rustls::Error>())
}

fn failed(kind: Kind, error: io::Error) -> TransportError {
    TransportError::new(kind).with_source(error)
}

/// A reply on its way.
struct Reply {
    wire: Box<dyn Wire>,
    bytes: BytesMut,
}

impl Reply {
    async fn read(mut self, limit: usize) -> Result<Response, TransportError> {
        let (status, headers) = self.head().await?;
        let mut body = BytesMut::new();
        if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
            while let size @ 1.. = self.chunk_size().await? {
                within(limit, body.len(), size)?;
                body.extend_from_slice(&self.take(size).await?);
                self.take(2).await?;
            }
        } else if let Some(length) = headers.get("content-length") {
            let length = length.to_str().ok().and_then(|length| length.parse().ok()).ok_or(Kind::Interrupted)?;
            within(limit, 0, length)?;
            body.extend_from_slice(&self.take(length).await?);
        } else if status != 204 {
            while self.more().await? {
                within(limit, 0, self.bytes.len())?;
            }
            body = self.bytes.split();
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    async fn head(&mut self) -> Result<(StatusCode, HeaderMap), TransportError> {
        loop {
            if let Some((status, headers, length)) = parse(&self.bytes)? {
                self.bytes.advance(length);
                if !status.is_informational() {
                    return Ok((status, headers));
                }
                continue;
            }
            if self.bytes.len() > HEAD || !self.more().await? {
                return Err(Kind::Interrupted.into());
            }
        }
    }

    async fn chunk_size(&mut self) -> Result<usize, TransportError> {
        loop {
            match httparse::parse_chunk_size(&self.bytes).map_err(|_| Kind::Interrupted)? {
                httparse::Status::Complete((length, size)) => {
                    self.bytes.advance(length);
                    return Ok(usize::try_from(size).unwrap());
                }
                httparse::Status::Partial if self.more().await? => {}
                httparse::Status::Partial => return Err(Kind::Interrupted.into()),
            }
        }
    }

    async fn take(&mut self, length: usize) -> Result<Bytes, TransportError> {
        while self.bytes.len() < length {
            if !self.more().await? {
                return Err(Kind::Interrupted.into());
            }
        }
        Ok(self.bytes.split_to(length).freeze())
    }

    async fn more(&mut self) -> Result<bool, TransportError> {
        let read = self.wire.read_buf(&mut self.bytes).await;
        Ok(read.map_err(|error| failed(Kind::Interrupted, error))? > 0)
    }
}

fn within(limit: usize, have: usize, more: usize) -> Result<(), TransportError> {
    if have + more > limit { Err(Kind::ReplyTooLarge.into()) } else { Ok(()) }
}

/// A head and its length; `None` while it is not whole.
fn parse(bytes: &[u8]) -> Result<Option<(StatusCode, HeaderMap, usize)>, Kind> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut reply = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = reply.parse(bytes).map_err(|_| Kind::Interrupted)? else {
        return Ok(None);
    };
    let mut map = HeaderMap::new();
    for header in reply.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| Kind::Interrupted)?;
        let value = HeaderValue::from_bytes(header.value).map_err(|_| Kind::Interrupted)?;
        map.append(name, value);
    }
    let status = reply.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(Kind::Interrupted)?;
    Ok(Some((status, map, length)))
}
