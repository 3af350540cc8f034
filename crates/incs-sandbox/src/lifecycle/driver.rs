//! The driver: runs each job of the agenda when it is due.

use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use tokio::task::JoinSet;

use crate::lifecycle;
use crate::state::Core;
use crate::state::agenda::Job;
use crate::stop::Stop;
use crate::webhooks::post;

/// Jobs that are done without letting others have a turn.
const STRETCH: usize = 64;

/// The time that posts in progress get at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// Does what is due while the real clock goes on; ends when the sandbox is shut down. A virtual clock needs none.
pub(crate) async fn run(core: Arc<Core>, mut stop: Stop) {
    let mut posts = Posts::new(Arc::clone(&core));
    while !stop.is_over() {
        let (now, next) = (core.now(), core.records().agenda.next());
        // Not by way of a sleep, which takes a millisecond even when there is nothing to wait for.
        if next.is_some_and(|due| due <= now) {
            work_off(&core, &mut posts, now).await;
            continue;
        }
        let wait = next.map(|due| Duration::try_from(due.duration_since(now)).unwrap_or_default());
        tokio::select! {
            () = async { match wait { Some(wait) => tokio::time::sleep(wait).await, None => std::future::pending().await } } => {}
            () = posts.one_over() => {}
            () = core.wake.notified() => {}
            () = stop.stopped() => {}
        }
    }
    posts.finish(GRACE).await;
}

/// Does a stretch of what is due, then lets others have a turn.
async fn work_off(core: &Arc<Core>, posts: &mut Posts, now: Timestamp) {
    for _ in 0..STRETCH {
        match take(core, now) {
            Some((_, Job::Post(delivery))) => posts.add(delivery),
            Some((due, job)) => run_job(core, due, job),
            None => return,
        }
    }
    tokio::task::yield_now().await;
}

/// Moves a virtual clock to a time, and does all that is due until then, one thing after the other.
pub(crate) async fn advance(core: &Arc<Core>, until: Timestamp) {
    let mut done = 0_usize;
    while let Some((due, job)) = take(core, until) {
        core.clock.reach(due);
        if let Job::Post(delivery) = job {
            post::post(core, delivery).await;
        } else {
            run_job(core, due, job);
        }
        done += 1;
        if done.is_multiple_of(STRETCH) {
            tokio::task::yield_now().await;
        }
    }
    core.clock.reach(until);
}

fn take(core: &Core, now: Timestamp) -> Option<(Timestamp, Job)> {
    core.records().agenda.take(now)
}

/// Does one thing, as of when it was due.
fn run_job(core: &Core, due: Timestamp, job: Job) {
    core.change(|records, _| match job {
        Job::Reach(message, state) => lifecycle::reach(records, message, state, due),
        Job::Review(template) => lifecycle::review(records, template, due),
        Job::Post(_) => {}
    });
}

/// Posts of webhooks that run beside each other: one in each lane of each subscription, so there is a bound. What waits in a lane is
/// in the log of deliveries. All of them end with it.
#[derive(Debug)]
struct Posts {
    core: Arc<Core>,
    running: JoinSet<()>,
}

impl Posts {
    fn new(core: Arc<Core>) -> Self {
        Self { core, running: JoinSet::new() }
    }

    /// Adds a post, after those before it in its lane.
    fn add(&mut self, delivery: u64) {
        while self.running.try_join_next().is_some() {}
        if let Some(lane) = post::enter(&self.core, delivery) {
            self.running.spawn(post::work_off(Arc::clone(&self.core), lane, delivery));
        }
    }

    /// Waits until one is over. Never returns while none runs.
    async fn one_over(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Lets those that run come to their end for a while, then ends them.
    async fn finish(mut self, grace: Duration) {
        let all_over = async { while self.running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(grace, all_over).await;
        self.running.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::state::agenda::Agenda;
    use crate::stop;

    #[tokio::test]
    async fn a_burst_of_what_is_due_lets_others_have_their_turns() {
        const JOBS: usize = 10_000;
        let core = Arc::new(Core::new(Config::default()));
        core.records().agenda = (0..JOBS as u64).fold(Agenda::default(), |mut agenda, number| {
            agenda.put(core.now(), Job::Post(number));
            agenda
        });
        let (stopper, stop) = stop::pair();
        let driver = tokio::spawn(run(Arc::clone(&core), stop));
        let mut turns = 0;
        while core.records().agenda.next().is_some() {
            tokio::task::yield_now().await;
            turns += 1;
        }
        assert!(turns >= JOBS / STRETCH, "{turns} turns");
        stopper.stop();
        driver.await.unwrap();
    }

    #[tokio::test]
    async fn a_burst_does_not_hold_the_shutdown_up() {
        let core = Arc::new(Core::new(Config::default()));
        let due = core.now();
        (0..10_000).for_each(|number| core.records().agenda.put(due, Job::Post(number)));
        let (stopper, stop) = stop::pair();
        let driver = tokio::spawn(run(Arc::clone(&core), stop));
        tokio::task::yield_now().await;
        stopper.stop();
        driver.await.unwrap();
        assert!(core.records().agenda.len() > 0);
    }

    #[tokio::test]
    async fn a_post_that_never_ends_is_ended() {
        let mut posts = Posts::new(Arc::new(Core::new(Config::default())));
        posts.running.spawn(std::future::pending());
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 1);
        posts.finish(Duration::from_millis(1)).await;
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    }
}
