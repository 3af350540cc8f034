//! The client's behaviour around one exchange, with scripts and without waiting.

mod addresses;
mod attempts;
mod credentials;
mod custom;
mod idempotency;
mod misdirected;
mod scenario;
