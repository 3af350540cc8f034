//! Fixtures, by name.

use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::Value;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures", "incs"].iter().collect()
}

/// The bytes of a fixture, named without `.json`.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A fixture as JSON.
pub(crate) fn json(name: &str) -> Value {
    serde_json::from_slice(&bytes(name)).unwrap()
}

/// A fixture as a value of the model.
pub(crate) fn read<T: DeserializeOwned>(name: &str) -> T {
    incs_model::decode(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of the fixtures that begin so, in order.
pub(crate) fn requests(prefix: &str) -> Vec<String> {
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .filter(|name| name.starts_with(prefix))
        .filter_map(|name| Some(name.strip_suffix(".json").filter(|name| name.ends_with(".request"))?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() > 2, "{prefix} names too few fixtures");
    names
}
