//! The ids that replies gave to messages.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// The number of ids that are kept.
const MAX_IDS: usize = 4096;

/// The ids that the last sends of a client were given.
///
/// Only their hashes are kept: an id may be as long as a reply. Two ids with one hash would make one send unknown, which is safe;
/// the keys of the hash are random, so that no server can bring it about.
#[derive(Debug, Default)]
pub(crate) struct GivenIds {
    hasher: RandomState,
    known: HashSet<u64, BuildHasherDefault<Hashed>>,
    /// The same, the oldest first.
    order: VecDeque<u64>,
}

/// Takes a hash as it is, so that it is not hashed again.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
}

impl GivenIds {
    /// Returns whether a send was given the id.
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.known.contains(&self.hasher.hash_one(id))
    }

    /// Records an id. Returns whether it is new; a known id stays recorded.
    pub(crate) fn note(&mut self, id: &str) -> bool {
        let hash = self.hasher.hash_one(id);
        if self.order.is_empty() {
            // Grown once, since a client that sends one message mostly sends many.
            self.known.reserve(MAX_IDS + 1);
            self.order.reserve(MAX_IDS + 1);
        }
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > MAX_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_thousands_are_known() {
        let mut ids = GivenIds::default();
        let id = |number: usize| format!("wamid.{number}");
        for number in 0..=MAX_IDS {
            assert!(ids.note(&id(number)), "{number}");
            assert!(ids.contains(&id(number)) && !ids.note(&id(number)), "{number}");
        }
        assert!((1..=MAX_IDS).all(|number| !ids.note(&id(number))));
        assert_eq!((ids.known.len(), ids.order.len()), (MAX_IDS, MAX_IDS));
        assert!(!ids.contains(&id(0)), "the oldest made room");
    }
}
