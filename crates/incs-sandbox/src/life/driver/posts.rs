//! Posts of webhooks that run beside each other.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::core::Core;
use crate::hook::poster;

/// Posts of webhooks that run beside each other: one in each lane of each subscription, so there is a bound. What waits in a lane is
/// in the log of deliveries. All of them end with it.
#[derive(Debug)]
pub(super) struct Posts {
    core: Arc<Core>,
    running: JoinSet<()>,
}

impl Posts {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core, running: JoinSet::new() }
    }

    /// Adds a post, after those before it in its lane.
    pub(super) fn add(&mut self, delivery: u64) {
        while self.running.try_join_next().is_some() {}
        if let Some(lane) = poster::enter(&self.core, delivery) {
            self.running.spawn(poster::work_off(Arc::clone(&self.core), lane, delivery));
        }
    }

    /// Waits until one is over. Never returns while none runs.
    pub(super) async fn one_over(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Lets those that run come to their end for a while, then ends them.
    pub(super) async fn finish(mut self, grace: Duration) {
        let all_over = async { while self.running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(grace, all_over).await;
        self.running.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_post_that_never_ends_is_ended() {
        let mut posts = Posts::new(Arc::new(Core::new(Config::default())));
        posts.running.spawn(std::future::pending());
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 1);
        posts.finish(Duration::from_millis(1)).await;
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    }
}
