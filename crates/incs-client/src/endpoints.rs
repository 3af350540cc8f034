//! Every documented route of the platform.
//!
//! [`Client`](crate::Client) has methods for all of them; use the types to inspect a request before it is sent, or to send it in
//! your own way.

pub mod auth;
pub mod messages;
pub mod tasks;
pub mod templates;
