//! Whether a request may have left.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const UNTOLD: u8 = 0;
const HELD: u8 = 1;
const LEFT: u8 = 2;

/// Tells, even after the exchange was dropped, whether a complete request may have reached the other side.
///
/// A transport that can tell calls [`hold`](Self::hold) when it takes a request and [`leave`](Self::leave) just before it gives
/// the first byte of the *body* to the network; a request whose body never left is not complete, so nobody can have acted on
/// it. Then a time limit that strikes while a connection is still being made is known to have sent nothing. A transport that
/// does neither is taken to have sent the request at once, which is always safe.
///
/// A transport that gives the request to **another task** must not let that task hold this departure: the client looks here as soon as
/// it has dropped the call, and the other task may send a moment later what the client then sends again. Give the request a
/// [`CallInfo`](super::CallInfo) of its own there, and leave this one untold.
///
/// ```
/// use incs_client::transport::Departure;
///
/// let departure = Departure::default();
/// assert!(departure.may_have_left()); // nobody told
/// departure.hold();
/// assert!(!departure.may_have_left());
/// departure.leave();
/// departure.hold(); // what left does not come back
/// assert!(departure.may_have_left());
/// ```
#[derive(Clone, Default)]
pub struct Departure(Arc<AtomicU8>);

impl Departure {
    /// From now on the request is known not to have left, until [`leave`](Self::leave).
    pub fn hold(&self) {
        let _ = self.0.compare_exchange(UNTOLD, HELD, Ordering::AcqRel, Ordering::Acquire);
    }

    /// The request is about to leave. There is no way back.
    pub fn leave(&self) {
        self.0.store(LEFT, Ordering::Release);
    }

    /// Whether a complete request may have reached the other side.
    pub fn may_have_left(&self) -> bool {
        self.0.load(Ordering::Acquire) != HELD
    }
}

impl fmt::Debug for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.load(Ordering::Acquire) {
            HELD => "Departure(held)",
            LEFT => "Departure(left)",
            _ => "Departure(untold)",
        })
    }
}
