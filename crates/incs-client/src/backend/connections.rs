//! What is set about connections, whichever library makes them.

use std::time::Duration;

/// How connections are made and kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connections {
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_idle_per_host: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(15),
            max_idle_per_host: usize::MAX,
        }
    }
}

/// The setters of a builder that has `connections`.
macro_rules! connection_setters {
    () => {
        /// Sets how long making a connection may take, the handshake of TLS included. 5 seconds unless set.
        pub fn connect_timeout(mut self, limit: std::time::Duration) -> Self {
            self.connections.connect_timeout = limit;
            self
        }

        /// Sets how long an unused connection is kept. 15 seconds unless set.
        ///
        /// Short on purpose: a server that closes a connection just as a message is written on it leaves nobody knowing whether
        /// the message was taken. Keep it below the server's own limit.
        pub fn pool_idle_timeout(mut self, limit: std::time::Duration) -> Self {
            self.connections.idle_timeout = limit;
            self
        }

        /// Sets how many unused connections to one host are kept. No limit unless set; 0 keeps none.
        pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
            self.connections.max_idle_per_host = connections;
            self
        }
    };
}
pub(super) use connection_setters;
