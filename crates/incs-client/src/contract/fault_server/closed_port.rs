//! A port that nobody listens on.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

use super::{Security, uri};

/// A port that nobody listens on, for as long as this value lives.
#[derive(Debug)]
pub struct ClosedPort {
    address: SocketAddr,
    // Bound, so that nobody else gets the port, and never listening.
    _socket: TcpSocket,
}

impl ClosedPort {
    /// Takes a port.
    ///
    /// # Errors
    ///
    /// When none is free.
    pub fn reserve() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Self { address: socket.local_addr()?, _socket: socket })
    }

    /// Scheme, host and port.
    pub fn uri(&self, security: Security) -> String {
        uri(security, self.address)
    }
}
