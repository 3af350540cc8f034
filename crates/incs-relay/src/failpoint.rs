//! Named points at which crash tests kill the process. Without the feature `failpoints` they are nothing.

/// Every point that a relay over a store passes.
///
/// The environment variable `INCS_CRASH=label:n` kills the process with SIGKILL at the n-th pass of the point with that label.
#[cfg(feature = "failpoints")]
pub const LABELS: &[&str] = &[
    "append.before_commit",
    "append.after_commit",
    "append.before_reply",
    "claim.before_commit",
    "claim.after_commit",
    "handler.before",
    "handler.inside",
    "handler.after",
    "complete.before_commit",
    "complete.after_commit",
    "enqueue.before_commit",
    "enqueue.after_commit",
    "advance.before_commit",
    "advance.after_commit",
    "send.before",
    "send.first_byte",
    "send.whole_request",
    "send.reply_read",
    "send.after",
    "expire.before_commit",
    "expire.after_commit",
    "decide.before_commit",
    "decide.after_commit",
    "sweep.before_commit",
    "sweep.after_commit",
    "checkpoint.before",
    "checkpoint.after",
    "migration.before_commit",
    "migration.after_commit",
];

/// The points of a [`Spool`](crate::store::Spool), which a relay without one does not pass.
#[cfg(feature = "failpoints")]
pub const SPOOL_LABELS: &[&str] = &["spool.before_commit", "spool.after_commit", "spool.forwarded"];

/// Reports a pass of a point.
#[cfg(not(feature = "failpoints"))]
pub(crate) fn reached(_label: &str) {}

/// Reports a pass of a point with a label of two parts.
#[cfg(not(feature = "failpoints"))]
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only the writer thread has such labels"))]
pub(crate) fn reached_at(_operation: &str, _point: &str) {}

#[cfg(feature = "failpoints")]
pub use self::armed::reached;
#[cfg(feature = "failpoints")]
pub(crate) use self::armed::reached_at;

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Armed {
        label: String,
        passes: AtomicU64,
    }

    static ARMED: LazyLock<Option<Armed>> = LazyLock::new(|| {
        let setting = std::env::var("INCS_CRASH").ok()?;
        let (label, passes) = setting.rsplit_once(':')?;
        Some(Armed { label: label.to_owned(), passes: AtomicU64::new(passes.parse().ok()?) })
    });

    /// Reports a pass of a point, and kills the process if it is the one that `INCS_CRASH` names.
    pub fn reached(label: &str) {
        if ARMED.as_ref().is_some_and(|armed| armed.label == label) {
            count();
        }
    }

    /// Reports a pass of a point with a label of two parts.
    pub(crate) fn reached_at(operation: &str, point: &str) {
        let is_armed = |armed: &Armed| armed.label.split_once('.') == Some((operation, point));
        if ARMED.as_ref().is_some_and(is_armed) {
            count();
        }
    }

    fn count() {
        let Some(armed) = &*ARMED else { return };
        if armed.passes.fetch_sub(1, Ordering::Relaxed) == 1 {
            let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            // SIGKILL ends the process before this line, unless it could not be sent.
            assert!(killed.is_err(), "SIGKILL was ignored");
        }
    }
}
