//! Outputs of this crate that others rely on, compared with the files in `docs/frozen`.

#[path = "../../../incs-model/tests/it/frozen/golden.rs"]
mod golden;

use std::fmt::Write as _;

use incs_client::openapi::document;

use self::golden::assert_frozen;

#[test]
fn ids_of_operations_are_frozen() {
    let document = document();
    let mut rows = String::new();
    for part in ["paths", "webhooks"] {
        for (path, methods) in document[part].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap_or("-");
                writeln!(rows, "{part} | {id} | {method} | {path}").unwrap();
            }
        }
    }
    assert_frozen("operation-ids.txt", &rows);
}
