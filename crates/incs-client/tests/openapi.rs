//! The committed OpenAPI document is what the endpoints and schemas say; with `UPDATE_FROZEN=1` it is written.

use std::env;
use std::fs;
use std::path::Path;

const FILE: &str = "docs/schemas/openapi.json";

#[test]
fn the_openapi_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(FILE);
    let text = serde_json::to_string_pretty(&incs_client::openapi::document()).unwrap() + "\n";
    if env::var_os("UPDATE_FROZEN").is_some_and(|value| value == "1") {
        fs::write(path, text).unwrap();
    } else {
        assert!(fs::read_to_string(path).unwrap() == text, "`cargo xtask schema` writes {FILE}");
    }
}
