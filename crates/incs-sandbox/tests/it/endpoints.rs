//! Tests of the endpoints.

mod curl;
mod errors;
mod fixtures;
mod limits;
mod lists;
mod status;
mod tasks;
mod templates;
