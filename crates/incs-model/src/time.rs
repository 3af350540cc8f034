//! Times, in the five forms this platform writes them.

mod civil;
mod timestamp;
mod unix;
mod wire;

pub use self::civil::CivilTime;
pub use self::timestamp::Timestamp;
pub use self::unix::UnixSeconds;
pub use self::wire::WireTime;
