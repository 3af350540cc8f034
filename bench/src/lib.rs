//! The measured cases. Each reads, writes, validates or sends one thing in one way, so that two ways can be compared.

mod baselines;
pub mod cases;
pub mod exchange;
pub mod gates;
pub mod receive;
