//! The measured cases: each reads, writes, checks or sends one thing in one way, so that two ways can be compared.

mod baselines;
pub mod cases;
pub mod exchange;
pub mod gates;
