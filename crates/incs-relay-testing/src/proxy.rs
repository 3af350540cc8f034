//! A TCP proxy that cuts and holds connections.

use std::collections::HashMap;
use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use crate::postgres::Server;

/// A proxy on a port of its own. Dropping it cuts all connections.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_over: bool,
    is_paused: bool,
    is_refusing: bool,
    /// The most bytes of new connections.
    request_bytes: Option<usize>,
    reply_bytes: Option<usize>,
    /// The number of replies that are still to be lost.
    lost_replies: usize,
    next: u64,
    /// Both ends of each connection.
    open: HashMap<u64, [TcpStream; 2]>,
    accepted: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Requests,
    Replies,
}

impl Proxy {
    /// Starts one in front of a port on this machine, such as [`Server::port`].
    ///
    /// # Errors
    ///
    /// No port can be listened to.
    pub fn start(target: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared::default());
        let proxy = Self { port, shared: Arc::clone(&shared) };
        std::thread::Builder::new().name("proxy".to_owned()).spawn(move || accept(&listener, target, &shared))?;
        Ok(proxy)
    }

    /// Returns the URL of a server's first database through this proxy.
    pub fn url_of(&self, server: &Server) -> String {
        self.through(&server.url(), server.port())
    }

    /// Returns a URL with a port replaced by that of this proxy.
    pub fn through(&self, url: &str, port: u16) -> String {
        url.replacen(&format!(":{port}/"), &format!(":{}/", self.port), 1)
    }

    /// Returns the TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts each new connection after this number of bytes from its client. The bytes after them do not arrive.
    pub fn cut_after_requests_bytes(&self, bytes: usize) {
        self.state().request_bytes = Some(bytes);
    }

    /// Cuts each new connection after this number of bytes from the server. The bytes after them do not arrive.
    pub fn cut_after_reply_bytes(&self, bytes: usize) {
        self.state().reply_bytes = Some(bytes);
    }

    /// Ends the limits for new connections.
    pub fn cut_no_more(&self) {
        let mut state = self.state();
        (state.request_bytes, state.reply_bytes) = (None, None);
    }

    /// Cuts a connection, instead of passing on what the server says, as many times. The server has carried out what was asked.
    pub fn lose_replies(&self, count: usize) {
        self.state().lost_replies = count;
    }

    /// Returns the number of replies that are still to be lost.
    pub fn replies_to_lose(&self) -> usize {
        self.state().lost_replies
    }

    /// Cuts all open connections. New ones are accepted.
    pub fn cut_all(&self) {
        cut_all(&mut self.state());
    }

    /// Ends each new connection at once, as if the server were down, and cuts the open ones.
    pub fn refuse(&self) {
        let mut state = self.state();
        state.is_refusing = true;
        cut_all(&mut state);
    }

    /// Holds all bytes of all connections. New ones are accepted and held too.
    pub fn pause(&self) {
        self.state().is_paused = true;
    }

    /// Passes the held bytes on, and ends [`refuse`](Self::refuse).
    pub fn resume(&self) {
        let mut state = self.state();
        (state.is_paused, state.is_refusing) = (false, false);
        self.shared.changed.notify_all();
    }

    /// Returns the number of connections that were accepted so far.
    pub fn accepted(&self) -> u64 {
        self.state().accepted
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the proxy is not paused.
    fn running(&self) -> MutexGuard<'_, State> {
        let is_held = |state: &mut State| state.is_paused && !state.is_over;
        self.changed.wait_while(self.state(), is_held).unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        {
            let mut state = self.state();
            state.is_over = true;
            cut_all(&mut state);
            self.shared.changed.notify_all();
        }
        // Wakes the thread that accepts.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

fn cut_all(state: &mut State) {
    for (_, ends) in state.open.drain() {
        cut(&ends);
    }
}

fn cut(ends: &[TcpStream; 2]) {
    for end in ends {
        // It may be closed already.
        drop(end.shutdown(Shutdown::Both));
    }
}

fn accept(listener: &TcpListener, target: u16, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.state().is_over {
            return;
        }
        // A client that is gone, or a server that is down: the client sees that its connection ends.
        if let Err(error) = client.map_err(Into::into).and_then(|client| pass(client, target, shared)) {
            eprintln!("proxy: {error:#}");
        }
    }
}

fn pass(client: TcpStream, target: u16, shared: &Arc<Shared>) -> Result<()> {
    let (id, limits) = {
        let mut state = shared.state();
        state.accepted += 1;
        state.next += 1;
        if state.is_refusing {
            return Ok(());
        }
        (state.next, [state.request_bytes, state.reply_bytes])
    };
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let directions = [
        (Direction::Requests, client.try_clone()?, server.try_clone()?),
        (Direction::Replies, server.try_clone()?, client.try_clone()?),
    ];
    shared.state().open.insert(id, [client, server]);
    for ((direction, from, to), limit) in directions.into_iter().zip(limits) {
        let shared = Arc::clone(shared);
        std::thread::Builder::new().name("proxy".to_owned()).spawn(move || {
            pump(direction, from, to, limit, &shared);
            // Either direction ends the connection.
            if let Some(ends) = shared.state().open.remove(&id) {
                cut(&ends);
            }
        })?;
    }
    Ok(())
}

/// Passes bytes on until an end closes, or the connection is to be cut.
fn pump(direction: Direction, mut from: TcpStream, mut to: TcpStream, mut limit: Option<usize>, shared: &Shared) {
    let mut buffer = [0; 16 * 1024];
    loop {
        // A reply of which nothing may arrive is waited for: the server has then carried out what was asked.
        if limit == Some(0) && direction == Direction::Requests {
            return;
        }
        let Ok(count) = from.read(&mut buffer) else { return };
        {
            let mut state = shared.running();
            if state.is_over {
                return;
            }
            if direction == Direction::Replies && count > 0 && state.lost_replies > 0 {
                state.lost_replies -= 1;
                return;
            }
        }
        let count = limit.map_or(count, |limit| limit.min(count));
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return };
        if to.write_all(bytes).is_err() {
            return;
        }
        limit = limit.map(|limit| limit - count);
        if limit == Some(0) {
            return;
        }
    }
}
