//! Whether a request may have left.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The transport tells, and nothing has left so far.
const HELD: u8 = 1;
/// It has left, or is about to.
const LEFT: u8 = 2;
/// It must not leave any more.
const RECALLED: u8 = 4;

/// Tells, even after the exchange was dropped, whether a complete request may have reached the other side.
///
/// A transport that can tell calls [`hold`](Self::hold) when it takes a request and [`leave`](Self::leave) just before it gives
/// the first byte of the *body* to the network; a request whose body never left is not complete, so nobody can have acted on
/// it. Then a time limit that strikes while a connection is still being made is known to have sent nothing. A transport that
/// does neither is taken to have sent the request at once, which is always safe.
///
/// When the client gives a call up it [recalls](Self::recall) the request, and exactly one of leaving and being recalled comes
/// first. So a transport that gives the request to another task, or to a connection that may take it late, asks
/// [`leave`](Self::leave) there, and sends nothing when the answer is no.
///
/// ```
/// use incs_client::transport::Departure;
///
/// let departure = Departure::default();
/// assert!(departure.may_have_left()); // nobody told
/// departure.hold();
/// assert!(!departure.may_have_left());
/// assert!(departure.leave());
/// departure.hold(); // what left does not come back
/// assert!(departure.may_have_left() && !departure.recall());
///
/// let departure = Departure::default();
/// departure.hold();
/// assert!(departure.recall()); // nothing left
/// assert!(!departure.leave()); // and nothing will
/// ```
#[derive(Clone, Default)]
pub struct Departure(Arc<AtomicU8>);

impl Departure {
    /// From now on the request is known not to have left, until [`leave`](Self::leave). Whoever holds must be sure that `leave` is
    /// asked before it does, by itself or by the transport below.
    pub fn hold(&self) {
        let _ = self.0.compare_exchange(0, HELD, Ordering::AcqRel, Ordering::Acquire);
    }

    /// The request is about to leave, and there is no way back. `false`: it was recalled and must not leave.
    #[must_use = "a request that was recalled must not be sent"]
    pub fn leave(&self) -> bool {
        let leave = |state| if state & RECALLED == 0 { Some(state | LEFT) } else { None };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, leave).is_ok()
    }

    /// From now on the request must not leave, if it has not. Tells whether nothing has left: not for a transport that told
    /// nothing.
    pub fn recall(&self) -> bool {
        let recall = |state| if state & LEFT == 0 { Some(state | RECALLED) } else { None };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, recall).is_ok_and(|before| before & HELD != 0)
    }

    /// Whether a complete request may have reached the other side. Before a [recall](Self::recall) it may still leave.
    pub fn may_have_left(&self) -> bool {
        self.0.load(Ordering::Acquire) & (HELD | LEFT) != HELD
    }

    /// Whether a transport told that it left.
    pub(crate) fn has_left(&self) -> bool {
        self.0.load(Ordering::Acquire) & LEFT != 0
    }
}

impl fmt::Debug for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.load(Ordering::Acquire);
        f.write_str(match state & (HELD | LEFT) {
            0 => "Departure(untold",
            HELD => "Departure(held",
            _ => "Departure(left",
        })?;
        f.write_str(if state & RECALLED == 0 { ")" } else { ", recalled)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: &str) -> Departure {
        let departure = Departure::default();
        for step in steps.chars() {
            match step {
                'h' => departure.hold(),
                'l' => drop(departure.leave()),
                _ => drop(departure.recall()),
            }
        }
        departure
    }

    #[test]
    fn the_first_of_leaving_and_being_recalled_wins() {
        for (steps, shown, may_have_left) in [
            ("", "Departure(untold)", true),
            ("h", "Departure(held)", false),
            ("hl", "Departure(left)", true),
            ("l", "Departure(left)", true),
            ("lh", "Departure(left)", true),
            ("r", "Departure(untold, recalled)", true),
            ("rl", "Departure(untold, recalled)", true),
            ("rh", "Departure(untold, recalled)", true),
            ("hr", "Departure(held, recalled)", false),
            ("hrl", "Departure(held, recalled)", false),
            ("hlr", "Departure(left)", true),
            ("lr", "Departure(left)", true),
        ] {
            let departure = after(steps);
            assert_eq!(
                (format!("{departure:?}").as_str(), departure.may_have_left()),
                (shown, may_have_left),
                "{steps}"
            );
            assert_eq!(
                departure.has_left(),
                steps.find('l') < steps.find('r').or(Some(9)) && steps.contains('l'),
                "{steps}"
            );
        }
    }

    #[test]
    fn of_many_that_try_at_once_one_wins() {
        for _ in 0..200 {
            let departure = after("h");
            let (left, recalled) = std::thread::scope(|scope| {
                let left = scope.spawn(|| departure.leave());
                let recalled = scope.spawn(|| departure.recall());
                (left.join().unwrap(), recalled.join().unwrap())
            });
            assert_ne!(left, recalled);
        }
    }
}
