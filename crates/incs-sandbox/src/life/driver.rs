//! Does what is due.

mod posts;

use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;

use self::posts::Posts;
use crate::agenda::Job;
use crate::core::Core;
use crate::hook::poster;
use crate::life;
use crate::stop::Stop;

/// Jobs that are done without letting others have a turn.
const STRETCH: usize = 64;

/// How long posts may go on after the shutdown began.
const GRACE: Duration = Duration::from_secs(2);

/// Does what is due while the real clock goes on; ends when the sandbox is shut down. A virtual clock needs none.
pub(crate) async fn run(core: Arc<Core>, mut stop: Stop) {
    let mut posts = Posts::new(Arc::clone(&core));
    while !stop.is_over() {
        let next = core.world().agenda.next();
        let wait = next.map(|due| due.saturating_since(core.now()));
        tokio::select! {
            () = async { match wait { Some(wait) => tokio::time::sleep(wait).await, None => std::future::pending().await } } => {
                work_off(&core, &mut posts).await;
            }
            () = posts.one_over() => {}
            () = core.wake.notified() => {}
            () = stop.stopped() => {}
        }
    }
    posts.finish(GRACE).await;
}

/// Does a stretch of what is due by now. What is left is due at once, so that the shutdown and others have their turn first.
async fn work_off(core: &Arc<Core>, posts: &mut Posts) {
    let now = core.now();
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
            poster::post(core, delivery).await;
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
    core.world().agenda.take(now)
}

/// Does one thing, as of when it was due.
fn run_job(core: &Core, due: Timestamp, job: Job) {
    core.change(|world, _| match job {
        Job::Reach(message, state) => life::reach(world, message, state, due),
        Job::Review(template) => crate::api::templates::review(world, template, due),
        Job::Post(_) => {}
    });
}
