//! Checks of every page, and of the messages on the pages about sending.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod blocks;
mod frozen;
mod manifests;
mod metrics;
mod repository;
mod sending;
mod summary;
mod traces;
