//! Faults of requests, and what must hold despite them: shutdown, memory bounds, repeatability.

mod catalogue;
mod limits;
mod reads;
mod replay;
mod sends;
mod shutdown;
mod wire;
