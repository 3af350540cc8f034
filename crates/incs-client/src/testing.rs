//! Transports for tests that need no server, and a clock that does not wait.
//!
//! | to test | take |
//! | --- | --- |
//! | what your code does with a reply or an error | [`ScriptedTransport`] |
//! | what your code sent, over a real transport | [`CapturingTransport`] |
//! | your code against replies recorded before | [`ReplayingTransport`] |
//! | waits between attempts | [`SkippingClock`] |

mod capturing;
mod recorded;
mod recording;
mod scripted;
mod skipping_clock;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::capturing::CapturingTransport;
pub use self::recorded::{Ending, Exchange, Recorded, RecordedReply};
pub use self::recording::{Recording, RecordingError, ReplayingTransport};
pub use self::scripted::ScriptedTransport;
pub use self::skipping_clock::SkippingClock;

/// A test that failed while it held the lock must not hide behind a second failure.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
