//! Tokens for the `SaaS` API.

mod token;

pub use self::token::FetchToken;
