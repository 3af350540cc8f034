//! Tests of the rest of the API: templates, tasks and tokens, against a server on loopback.

mod auth;
pub(crate) mod platform;
mod task;
mod template;
mod template_check;
