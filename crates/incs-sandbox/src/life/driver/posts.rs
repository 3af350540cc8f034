//! Posts of webhooks that run beside each other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::core::Core;
use crate::hook::poster;

/// Posts that run at the same time; the others wait their turn.
const AT_ONCE: usize = 64;

/// Posts of webhooks that run beside each other. All of them end with it.
#[derive(Debug)]
pub(super) struct Posts {
    core: Arc<Core>,
    running: JoinSet<()>,
    /// Deliveries whose turn has not come, by number.
    waiting: VecDeque<u64>,
}

impl Posts {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core, running: JoinSet::new(), waiting: VecDeque::new() }
    }

    /// Adds a post. Those of deliveries that were forgotten meanwhile go when too many wait.
    pub(super) fn add(&mut self, delivery: u64) {
        self.waiting.push_back(delivery);
        if self.waiting.len() > 2 * self.core.config.memory.deliveries.max(AT_ONCE) {
            let world = self.core.world();
            self.waiting.retain(|waiting| world.deliveries.get(*waiting).is_some());
        }
        self.start();
    }

    /// Waits until one is over, and lets the next begin. Never returns while none runs.
    pub(super) async fn one_over(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
        self.start();
    }

    /// Lets those that run come to their end for a while, then ends them.
    pub(super) async fn finish(mut self, grace: Duration) {
        let all_over = async { while self.running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(grace, all_over).await;
        self.running.shutdown().await;
    }

    fn start(&mut self) {
        while self.running.try_join_next().is_some() {}
        while self.running.len() < AT_ONCE
            && let Some(delivery) = self.waiting.pop_front()
        {
            let core = Arc::clone(&self.core);
            self.running.spawn(async move { poster::post(&core, delivery).await });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Memory};

    /// Posts that never end, as many as may run.
    fn stuck() -> Posts {
        let memory = Memory { deliveries: 1, ..Memory::default() };
        let mut posts = Posts::new(Arc::new(Core::new(Config { memory, ..Config::default() })));
        (0..AT_ONCE).for_each(|_| drop(posts.running.spawn(std::future::pending())));
        posts
    }

    #[tokio::test]
    async fn posts_that_wait_for_their_turn_stay_within_twice_what_is_remembered() {
        let mut posts = stuck();
        (0..1000).for_each(|delivery| posts.add(delivery));
        assert!(posts.waiting.len() <= 2 * AT_ONCE, "{}", posts.waiting.len());
        assert_eq!(posts.running.len(), AT_ONCE);
    }

    #[tokio::test]
    async fn a_post_that_never_ends_is_ended() {
        let posts = stuck();
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), AT_ONCE);
        posts.finish(Duration::from_millis(1)).await;
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    }
}
