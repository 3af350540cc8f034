//! What must hold for every page, and for what the pages about sending show.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod blocks;
mod frozen;
mod manifests;
mod repository;
mod sending;
mod summary;
