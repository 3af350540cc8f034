//! Faults of requests, and what must not go wrong when something does: shutdown, memory, repeatability.

mod limits;
mod reads;
mod replay;
mod sends;
mod shutdown;
mod wire;
