//! The OpenAPI document says what the endpoints, the events and the schemas say, and nothing else.

mod examples;
mod operations;
mod references;
mod webhooks;
