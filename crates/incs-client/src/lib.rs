//! A client for the INCS messaging platform that never sends a message twice, over any transport.

#[cfg(any(feature = "hyper", feature = "reqwest", feature = "tower"))]
pub mod backend;
pub mod clock;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;
