//! What must hold for every page, and for what the pages about sending show.

mod blocks;
mod repository;
mod sending;
mod summary;
