//! Transports for tests that need no server, and a clock that does not wait.
//!
//! | to test | take |
//! | --- | --- |
//! | what your code does with a reply or an error | [`ScriptedTransport`] |
//! | what your code sent, over a real transport | [`CapturingTransport`] |
//! | your code against replies recorded before | [`ReplayingTransport`] |
//! | waits between attempts | [`AutoAdvanceClock`] |

mod auto_advance_clock;
mod capturing;
mod recorded;
mod recording;
mod scripted;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::auto_advance_clock::AutoAdvanceClock;
pub use self::capturing::CapturingTransport;
pub use self::recorded::{Ending, Exchange, Recorded, RecordedReply};
pub use self::recording::{Recording, RecordingError, ReplayingTransport};
pub use self::scripted::ScriptedTransport;

/// An unexpected request. The test fails where the request is made; if something catches that panic, such as a task that is never
/// joined, it fails where the transport is dropped.
#[derive(Debug, Default)]
struct Unanswered(Mutex<Option<String>>);

impl Unanswered {
    #[expect(clippy::panic, reason = "an error would look like a request whose state is unknown")]
    fn fail(&self, why: &str) -> ! {
        locked(&self.0).get_or_insert_with(|| why.to_owned());
        panic!("{why}")
    }
}

impl Drop for Unanswered {
    #[expect(clippy::panic, reason = "the first panic was caught, and the test must fail")]
    fn drop(&mut self) {
        if !std::thread::panicking()
            && let Some(why) = locked(&self.0).take()
        {
            panic!("{why}");
        }
    }
}

/// A test that failed while it held the lock must not be hidden by a second failure.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
