//! Tests of the endpoints.

mod curl;
mod documents;
mod errors;
mod fixtures;
mod limits;
mod lists;
mod status;
mod tasks;
mod templates;
