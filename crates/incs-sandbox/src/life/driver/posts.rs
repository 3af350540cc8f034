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
        while self.running.len() < AT_ONCE
            && let Some(delivery) = self.waiting.pop_front()
        {
            let core = Arc::clone(&self.core);
            self.running.spawn(async move { poster::post(&core, delivery).await });
        }
    }
}
