//! The view of every message in every fixture, member by member. They are in `views.json`; review each change to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use incs_model::encode;
use incs_model::inbound::Inbound;
use serde_json::{Value, json};

use super::{bodies, view};

/// Returns the written views, without the raw JSON. An empty list means a body without a customer's message.
fn views() -> BTreeMap<String, Vec<Value>> {
    let views = bodies().into_iter().map(|(name, body)| {
        let items = view(&name, &body).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, items.iter().map(typed).collect())
    });
    views.collect()
}

/// Returns the typed part of a view: everything except the raw JSON.
pub(super) fn typed(item: &Inbound) -> Value {
    let mut value: Value = serde_json::from_slice(&encode(item).unwrap()).unwrap();
    for place in ["", "/content", "/content/content"] {
        if let Some(Value::Object(members)) = value.pointer_mut(place) {
            members.remove("raw");
        }
    }
    value
}

#[test]
fn fixture_views_match_their_rows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/inbound/views.json");
    let views = views();
    if std::env::var_os("UPDATE_VIEWS").is_some() {
        let rows = views.iter().map(|(name, views)| {
            let views: Vec<_> = views.iter().map(|view| format!("\n    {view}")).collect();
            format!("  {}: [{}]", json!(name), views.join(","))
        });
        fs::write(&path, format!("{{\n{}\n}}\n", rows.collect::<Vec<_>>().join(",\n"))).unwrap();
    }
    let rows: BTreeMap<String, Vec<Value>> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for (name, views) in &views {
        assert_eq!(Some(views), rows.get(name), "{name}");
    }
    assert_eq!(views.len(), rows.len(), "a row without a fixture");
}

#[test]
fn raw_item_equals_body_at_pointer() {
    for (name, body) in bodies() {
        let whole: Value = serde_json::from_str(&body).unwrap();
        for item in view(&name, &body).unwrap() {
            assert_eq!(whole.pointer(&item.pointer), Some(&item.raw.decode().unwrap()), "{name}");
        }
    }
}
