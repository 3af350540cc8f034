//! What the client does around one exchange, over scripts and without waiting.

mod addresses;
mod attempts;
mod credentials;
mod custom;
mod replay;
mod scenario;
