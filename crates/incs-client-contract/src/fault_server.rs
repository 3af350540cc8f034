//! A server on loopback that misbehaves on request.

mod connection;
mod fault;
mod identity;
mod seen;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::{JoinHandle, JoinSet};

pub use self::fault::{Fault, Moment, Reply};
pub(crate) use self::identity::Identity;
use self::seen::Shared;
pub use self::seen::{Seen, SeenRequest};

/// The number of connections that one server accepts; it refuses further ones.
const CONNECTIONS: usize = 1024;

/// The lifetime of a connection, which bounds a stall.
const LIFETIME: Duration = Duration::from_secs(30);

/// Plain HTTP or TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// Plain HTTP.
    Plain,
    /// HTTPS, with a certificate for `localhost` from a root that was made for this process.
    Tls,
}

/// A server on loopback that misbehaves on request, and records what it saw.
///
/// It speaks HTTP/1.1, keeps connections alive, and runs on tokio until it is dropped. Every request takes the next [`Fault`]
/// of its queue, or the default when the queue is empty: at first `200` with the body of the request. A connection lives half a
/// minute at most.
///
/// ```
/// use std::time::Duration;
///
/// use incs_client_contract::{Fault, FaultServer, Moment, Reply, Security};
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(async {
/// let server = FaultServer::start(Security::Plain).await.unwrap();
/// server.push(Reply::new(503).with_header("retry-after", "2"));
/// server.push(Fault::close(Moment::AfterRequest));
///
/// let address = server.uri().strip_prefix("http://").unwrap().to_owned();
/// let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
/// for expected in ["HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n", ""] {
///     connection.write_all(b"GET /a HTTP/1.1\r\n\r\n").await.unwrap();
///     let mut reply = vec![0; expected.len()];
///     connection.read_exact(&mut reply).await.unwrap();
///     assert_eq!(reply, expected.as_bytes());
/// }
/// assert!(server.wait_until(Duration::from_secs(5), |seen| seen.complete.len() == 2 && seen.open == 0).await);
/// # });
/// ```
pub struct FaultServer {
    security: Security,
    address: SocketAddr,
    root: Option<Bytes>,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl FaultServer {
    /// Starts a server on a free port.
    ///
    /// # Errors
    ///
    /// Fails when no port is free, or no certificate can be made.
    pub async fn start(security: Security) -> io::Result<Self> {
        let identity = match security {
            Security::Plain => None,
            Security::Tls => Some(Identity::shared()?),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let (acceptor, root) = identity.map(|identity| (identity.acceptor, identity.root)).unzip();
        let task = tokio::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Ok(Self { security, address, root, shared, task })
    }

    /// Returns scheme, host and port, like `http://127.0.0.1:49152` or `https://localhost:49152`.
    pub fn uri(&self) -> String {
        uri(self.security, self.address)
    }

    /// Returns the root certificate of this server, in DER; `None` without TLS.
    pub fn root_certificate(&self) -> Option<&Bytes> {
        self.root.as_ref()
    }

    /// Adds a fault to the queue.
    pub fn push(&self, fault: impl Into<Fault>) {
        self.shared.faults().queue.push_back(fault.into());
    }

    /// Sets the fault for when the queue is empty.
    pub fn set_default(&self, fault: impl Into<Fault>) {
        self.shared.faults().default = fault.into();
    }

    /// Returns the record of the server so far.
    pub fn seen(&self) -> Seen {
        self.shared.seen.borrow().clone()
    }

    /// Waits until the record fulfils a condition; returns `false` if it does not within the time limit.
    pub async fn wait_until(&self, within: Duration, mut condition: impl FnMut(&Seen) -> bool) -> bool {
        let mut seen = self.shared.seen.subscribe();
        let reached = seen.wait_for(|seen| condition(seen));
        matches!(tokio::time::timeout(within, reached).await, Ok(Ok(_)))
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        // The task owns the tasks of its connections.
        self.task.abort();
    }
}

impl fmt::Debug for FaultServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultServer").field("uri", &self.uri()).finish_non_exhaustive()
    }
}

fn uri(security: Security, address: SocketAddr) -> String {
    match security {
        Security::Plain => format!("http://{address}"),
        Security::Tls => format!("https://localhost:{}", address.port()),
    }
}

async fn accept(listener: TcpListener, tls: Option<tokio_rustls::TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    for number in 1..=CONNECTIONS {
        let Ok((tcp, _)) = listener.accept().await else { return };
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        shared.seen.send_modify(|seen| seen.connections = number);
        let open = shared.count(|seen| &mut seen.open);
        connections.spawn(async move {
            // `Seen` records the end of a connection; an error is caused by the client.
            let _ = tokio::time::timeout(LIFETIME, connection::serve(tcp, tls, shared, number)).await;
            drop(open);
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// A port on which nothing listens, for as long as this value lives.
#[derive(Debug)]
pub struct ClosedPort {
    address: SocketAddr,
    // Bound, so that no other program gets the port, and never listening.
    _socket: TcpSocket,
}

impl ClosedPort {
    /// Reserves a port.
    ///
    /// # Errors
    ///
    /// Fails when no port is free.
    pub fn reserve() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Self { address: socket.local_addr()?, _socket: socket })
    }

    /// Returns scheme, host and port.
    pub fn uri(&self, security: Security) -> String {
        uri(security, self.address)
    }
}
