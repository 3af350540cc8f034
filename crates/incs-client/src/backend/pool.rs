//! Clients of an HTTP library, each of which carries one call at a time.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connect::Connections;

/// A pool of HTTP clients.
///
/// The libraries return a connection to their own pool as soon as a reply is read. A server that replies twice to one request
/// could then have its second reply taken for the reply to the next request before the client has seen that the message id is
/// a duplicate. Here a call leases a whole client, and the client comes back when the reply was judged: its one connection to
/// a host carries no other call until then.
pub(super) struct Pool<C> {
    idle: Mutex<VecDeque<Idle<C>>>,
    max_idle: usize,
    idle_timeout: Duration,
}

struct Idle<C> {
    client: Arc<C>,
    /// The time from which it counts as idle. It is set when another client comes back, so that calls one after the other read
    /// no clock.
    since: Option<Instant>,
}

/// A client for one call. It returns to its pool when the lease is dropped, if it may be used again.
pub(super) struct Lease<C> {
    client: Arc<C>,
    is_reusable: AtomicBool,
    pool: Arc<Pool<C>>,
}

impl<C> Pool<C> {
    pub(super) fn new(connections: &Connections) -> Arc<Self> {
        let Connections { max_idle_per_host: max_idle, idle_timeout, .. } = *connections;
        Arc::new(Self { idle: Mutex::default(), max_idle, idle_timeout })
    }

    /// Leases the client that was used last, or a new one.
    pub(super) fn lease<E>(self: &Arc<Self>, new: impl FnOnce() -> Result<C, E>) -> Result<Lease<C>, E> {
        let client = self.lock().pop_back();
        let client = client.map_or_else(|| new().map(Arc::new), |idle| Ok(idle.client))?;
        Ok(Lease { client, is_reusable: AtomicBool::new(false), pool: Arc::clone(self) })
    }

    /// Takes a client back, and drops those whose connections have run out.
    fn put(&self, client: Arc<C>) {
        let mut dropped = Vec::new();
        let mut idle = self.lock();
        if let Some(last) = idle.back_mut() {
            let now = Instant::now();
            last.since.get_or_insert(now);
            let has_run_out = |idle: &Idle<C>| idle.since.is_some_and(|since| now - since > self.idle_timeout);
            while idle.front().is_some_and(has_run_out) {
                dropped.extend(idle.pop_front());
            }
        }
        idle.push_back(Idle { client, since: None });
        while idle.len() > self.max_idle {
            dropped.extend(idle.pop_front());
        }
        drop(idle);
        // Closing their connections needs no lock.
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Idle<C>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Lease<C> {
    /// Allows a later call to use the client: the exchange is over, and nothing is known to be wrong with its connection.
    pub(super) fn allow_reuse(&self) {
        self.is_reusable.store(true, Ordering::Relaxed);
    }

    /// Keeps the client and its connection from being used by a later call.
    pub(super) fn discard(&self) {
        self.is_reusable.store(false, Ordering::Relaxed);
    }
}

impl<C> Deref for Lease<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.client
    }
}

impl<C> Drop for Lease<C> {
    fn drop(&mut self) {
        if *self.is_reusable.get_mut() {
            self.pool.put(Arc::clone(&self.client));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool that numbers its clients.
    fn pool(max_idle_per_host: usize, idle_timeout: Duration) -> (Arc<Pool<u32>>, impl FnMut() -> Lease<u32>) {
        let pool = Pool::new(&Connections { idle_timeout, max_idle_per_host, ..Connections::default() });
        let (leased, mut made) = (Arc::clone(&pool), 0);
        let lease = move || {
            let new = || {
                made += 1;
                Ok::<_, ()>(made)
            };
            leased.lease(new).unwrap()
        };
        (pool, lease)
    }

    #[test]
    fn pooled_client_serves_one_call() {
        let (_, mut lease) = pool(usize::MAX, Duration::MAX);
        let (first, second) = (lease(), lease());
        assert_eq!((*first, *second), (1, 2));
        first.allow_reuse();
        drop(first);
        assert_eq!(*lease(), 1);
    }

    #[test]
    fn client_returns_only_when_allowed() {
        let (_, mut lease) = pool(usize::MAX, Duration::MAX);
        drop(lease());
        let second = lease();
        second.allow_reuse();
        second.discard();
        drop(second);
        assert_eq!(*lease(), 3);
    }

    #[test]
    fn idle_clients_are_bounded() {
        for (max_idle, timeout, kept) in
            [(2, Duration::MAX, 2), (0, Duration::MAX, 0), (9, Duration::MAX, 3), (9, Duration::ZERO, 2)]
        {
            let (pool, mut lease) = pool(max_idle, timeout);
            let leases = [lease(), lease(), lease()];
            leases.iter().for_each(Lease::allow_reuse);
            for lease in leases {
                std::thread::sleep(Duration::from_millis(1));
                drop(lease);
            }
            assert_eq!(pool.lock().len(), kept, "at most {max_idle}, for {timeout:?}");
        }
    }
}
