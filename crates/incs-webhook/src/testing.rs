//! Deliveries for tests: the body of each event, and its signature.

pub mod bodies;
pub mod sign;
