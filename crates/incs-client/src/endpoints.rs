//! Every route of the platform's pages.
//!
//! [`Client`](crate::Client) has methods for all of them; the types are for those who want to look at a request before it
//! leaves, or carry it in their own way.

pub mod auth;
pub mod messages;
pub mod tasks;
pub mod templates;
