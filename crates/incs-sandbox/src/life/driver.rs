//! Does what is due.

use std::sync::Arc;

use incs_model::Timestamp;

use crate::agenda::Job;
use crate::core::Core;
use crate::hook::poster;
use crate::life;
use crate::stop::Stop;

/// Does what is due while the real clock goes on; ends when the sandbox is shut down. A virtual clock needs none.
pub(crate) async fn run(core: Arc<Core>, mut stop: Stop) {
    loop {
        let next = core.world().agenda.next();
        let wait = next.map(|due| due.saturating_since(core.now()));
        tokio::select! {
            () = async { match wait { Some(wait) => tokio::time::sleep(wait).await, None => std::future::pending().await } } => {}
            () = core.wake.notified() => continue,
            () = stop.stopped() => return core.poster.end().await,
        }
        let now = core.now();
        while let Some((due, job)) = take(&core, now) {
            if let Job::Post(delivery) = job {
                poster::spawn(&core, delivery);
            } else {
                run_job(&core, due, job);
            }
        }
    }
}

/// Moves a virtual clock to a time, and does all that is due until then, one thing after the other.
pub(crate) async fn advance(core: &Arc<Core>, until: Timestamp) {
    while let Some((due, job)) = take(core, until) {
        core.clock.reach(due);
        if let Job::Post(delivery) = job {
            poster::post(core, delivery).await;
        } else {
            run_job(core, due, job);
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
