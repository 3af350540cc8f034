//! The driver: runs each scheduled job when it is due.

use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use tokio::task::JoinSet;

use crate::lifecycle;
use crate::state::App;
use crate::state::schedule::Job;
use crate::stop::Stop;
use crate::webhooks::post;

/// The most jobs in a row before the driver yields to other tasks.
const MAX_JOBS_PER_TURN: usize = 64;

/// The time that posts in progress get at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// Runs due jobs by the real clock until the sandbox shuts down. A virtual clock needs no driver.
pub(crate) async fn run(app: Arc<App>, mut stop: Stop) {
    let mut posts = Posts::new(Arc::clone(&app));
    while !stop.is_over() {
        let (now, next) = (app.now(), app.records().schedule.next());
        // Without a sleep, which would take a millisecond even for no time at all.
        if next.is_some_and(|due| due <= now) {
            run_due(&app, &mut posts, now).await;
            continue;
        }
        let wait = next.map(|due| Duration::try_from(due.duration_since(now)).unwrap_or_default());
        tokio::select! {
            () = async { match wait { Some(wait) => tokio::time::sleep(wait).await, None => std::future::pending().await } } => {}
            () = posts.any_finished() => {}
            () = app.wake.notified() => {}
            () = stop.stopped() => {}
        }
    }
    posts.finish(GRACE).await;
}

/// Runs some of the due jobs, then yields to other tasks.
async fn run_due(app: &Arc<App>, posts: &mut Posts, now: Timestamp) {
    for _ in 0..MAX_JOBS_PER_TURN {
        match pop_due(app, now) {
            Some((_, Job::Post(delivery))) => posts.add(delivery),
            Some((due, job)) => run_job(app, due, job),
            None => return,
        }
    }
    tokio::task::yield_now().await;
}

/// Advances a virtual clock to a time, and runs everything that is due until then, in order.
pub(crate) async fn advance(app: &Arc<App>, until: Timestamp) {
    let mut done = 0_usize;
    while let Some((due, job)) = pop_due(app, until) {
        app.clock.advance_to(due);
        if let Job::Post(delivery) = job {
            post::post(app, delivery).await;
        } else {
            run_job(app, due, job);
        }
        done += 1;
        if done.is_multiple_of(MAX_JOBS_PER_TURN) {
            tokio::task::yield_now().await;
        }
    }
    app.clock.advance_to(until);
}

fn pop_due(app: &App, now: Timestamp) -> Option<(Timestamp, Job)> {
    app.records().schedule.pop_due(now)
}

/// Runs one job with its due time as the current time.
fn run_job(app: &App, due: Timestamp, job: Job) {
    app.change(|records, _| match job {
        Job::SetState(message, state) => lifecycle::set_state(records, message, state, due),
        Job::Review(template) => lifecycle::review(records, template, due),
        Job::Post(_) => {}
    });
}

/// Concurrent webhook posts, at most one in each lane of each subscription. Deliveries that wait in a lane are in the log of
/// deliveries. Dropping this ends all posts.
#[derive(Debug)]
struct Posts {
    app: Arc<App>,
    running: JoinSet<()>,
}

impl Posts {
    fn new(app: Arc<App>) -> Self {
        Self { app, running: JoinSet::new() }
    }

    /// Adds a post behind the earlier ones of its lane.
    fn add(&mut self, delivery: u64) {
        while self.running.try_join_next().is_some() {}
        if let Some(lane) = post::enter(&self.app, delivery) {
            self.running.spawn(post::post_lane(Arc::clone(&self.app), lane, delivery));
        }
    }

    /// Waits until a post has finished. Never returns while none runs.
    async fn any_finished(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Lets running posts finish for a while, then aborts them.
    async fn finish(mut self, grace: Duration) {
        let all_finished = async { while self.running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(grace, all_finished).await;
        self.running.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::state::schedule::Schedule;
    use crate::stop;

    #[tokio::test]
    async fn burst_of_jobs_yields_to_others() {
        const JOBS: usize = 10_000;
        let app = Arc::new(App::new(Config::default()));
        app.records().schedule = (0..JOBS as u64).fold(Schedule::default(), |mut schedule, number| {
            schedule.add(app.now(), Job::Post(number));
            schedule
        });
        let (stopper, stop) = stop::pair();
        let driver = tokio::spawn(run(Arc::clone(&app), stop));
        let mut turns = 0;
        while app.records().schedule.next().is_some() {
            tokio::task::yield_now().await;
            turns += 1;
        }
        assert!(turns >= JOBS / MAX_JOBS_PER_TURN, "{turns} turns");
        stopper.stop();
        driver.await.unwrap();
    }

    #[tokio::test]
    async fn burst_does_not_delay_shutdown() {
        let app = Arc::new(App::new(Config::default()));
        let due = app.now();
        (0..10_000).for_each(|number| app.records().schedule.add(due, Job::Post(number)));
        let (stopper, stop) = stop::pair();
        let driver = tokio::spawn(run(Arc::clone(&app), stop));
        tokio::task::yield_now().await;
        stopper.stop();
        driver.await.unwrap();
        assert!(app.records().schedule.len() > 0);
    }

    #[tokio::test]
    async fn endless_post_is_aborted() {
        let mut posts = Posts::new(Arc::new(App::new(Config::default())));
        posts.running.spawn(std::future::pending());
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 1);
        posts.finish(Duration::from_millis(1)).await;
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    }
}
