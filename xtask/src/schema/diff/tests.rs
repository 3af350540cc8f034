//! Tests of the differences between two schemas, by contract.

mod classes;
mod documents;
mod mutations;
mod walks;

use std::path::Path;

use super::{Documents, present};

/// The committed schemas.
fn committed() -> Documents {
    present(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).unwrap()
}
