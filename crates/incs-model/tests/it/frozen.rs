//! Outputs of this crate that others rely on, compared with the files in `docs/frozen`.

mod golden;

use std::fmt::Write as _;

use self::golden::assert_frozen;

#[test]
fn rule_ids_and_limits_are_frozen() {
    let mut rows = String::new();
    for rule in incs_model::limits::all() {
        writeln!(rows, "{} | {} | {}", rule.id(), rule.limit(), rule.confidence()).unwrap();
    }
    assert_frozen("rule-ids.txt", &rows);
}

#[cfg(feature = "schema")]
#[test]
fn ids_of_schemas_are_frozen() {
    let mut rows = String::new();
    for document in incs_model::schema::catalogue() {
        let schema = document.to_value();
        writeln!(rows, "{}", schema["$id"].as_str().unwrap()).unwrap();
    }
    assert_frozen("schema-ids.txt", &rows);
}
