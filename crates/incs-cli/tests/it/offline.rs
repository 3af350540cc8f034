//! Tests of what needs no network: checks, schemas, completions and manual pages.

mod completions;
mod man;
mod schema;
mod validate;
