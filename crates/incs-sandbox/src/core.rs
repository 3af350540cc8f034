//! What all parts of a sandbox share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use incs_model::Timestamp;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::Config;
use crate::hook::poster::Poster;
use crate::world::World;

/// What all parts of a sandbox share: its settings, its clock, and the world behind one lock.
///
/// The lock is held for short, and never across an await.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    /// Wakes the driver when something is due earlier than it knew.
    pub(crate) wake: Notify,
    pub(crate) poster: Poster,
    world: Mutex<World>,
}

impl Core {
    pub(crate) fn new(config: Config) -> Self {
        let world = World::new(&config);
        Self {
            clock: config.clock.clone(),
            wake: Notify::new(),
            poster: Poster::new(&config),
            world: Mutex::new(world),
            config,
        }
    }

    /// The base URL of both host roles, without a slash at its end.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.config.address)
    }

    /// The page that shows what goes on.
    pub(crate) fn console_url(&self) -> String {
        format!("{}{}/", self.base_url(), crate::admin::ROOT)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The world, to look at. To change it use [`Self::change`].
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere leaves the records as they were.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world at this moment, and wakes the driver if that put something onto the agenda.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World, Timestamp) -> T) -> T {
        let now = self.now();
        let mut world = self.world();
        let before = world.agenda.next();
        let result = change(&mut world, now);
        world.bound_agenda();
        let after = world.agenda.next();
        drop(world);
        if after.is_some() && after != before {
            self.wake.notify_one();
        }
        result
    }
}
