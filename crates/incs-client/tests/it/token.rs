//! Tokens: fetched once, shared, renewed once.

mod platform;
mod renewed;
mod shared;
