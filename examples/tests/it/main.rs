//! Every example as the program it is, against a sandbox; a file here for each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod answer_choice;
mod bulk_send;
mod complete;
mod exotel_bridge;
mod list_and_reply;
mod mock_in_tests;
mod queue_transport;
mod receive_axum;
mod receive_hyper;
mod reconcile;
mod send_template;
mod send_text;
mod settings;
mod support;
