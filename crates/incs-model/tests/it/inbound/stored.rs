//! Stored views: they read the same, even if another version wrote members that this one does not know.

use incs_model::inbound::{Content, Inbound};
use incs_model::{decode, encode};
use serde_json::{Value, json};

use super::{bodies, view};
use crate::mutation::places;

fn stored() -> Vec<(String, Inbound, Value)> {
    let views = bodies().into_iter().flat_map(|(name, body)| {
        let items = view(&name, &body).unwrap();
        items.into_iter().map(move |item| (name.clone(), item))
    });
    let stored = |(name, item): (String, Inbound)| {
        let json = serde_json::from_slice(&encode(&item).unwrap()).unwrap();
        (name, item, json)
    };
    let stored: Vec<_> = views.map(stored).collect();
    assert!(stored.len() > 60, "only {} views", stored.len());
    stored
}

/// Reports whether a place is in the typed part.
fn is_typed(place: &str) -> bool {
    !place.split('/').any(|step| step == "raw")
}

#[test]
fn stored_view_reads_the_same() {
    for (name, item, _) in stored() {
        let again: Inbound = decode(&encode(&item).unwrap()).unwrap();
        assert_eq!(again, item, "{name}");
    }
}

#[test]
fn members_of_later_version_are_skipped() {
    for (name, item, json) in stored() {
        for place in places(&json).into_iter().filter(|place| is_typed(place)) {
            let mut later = json.clone();
            let Some(Value::Object(members)) = later.pointer_mut(&place) else { continue };
            members.insert("added_later".to_owned(), json!({"type": "text", "raw": [1]}));
            let again: Inbound =
                decode(later.to_string().as_bytes()).unwrap_or_else(|error| panic!("{name} at {place}: {error}"));
            assert_eq!(encode(&again).unwrap(), encode(&item_of(&item)).unwrap(), "{name} at {place}");
        }
    }
}

/// Returns the view with its raw JSON reformatted by `serde_json::Value`.
fn item_of(item: &Inbound) -> Inbound {
    let value: Value = serde_json::from_slice(&encode(item).unwrap()).unwrap();
    decode(value.to_string().as_bytes()).unwrap()
}

#[test]
fn content_of_later_version_is_kept() {
    for (name, _, mut json) in stored() {
        json["content"] = json!({"type": "of_tomorrow", "x": [1, {"y": null}]});
        let item: Inbound = decode(json.to_string().as_bytes()).unwrap();
        assert!(matches!(&item.content, Content::Unknown(_)) && item.content.kind() == "of_tomorrow", "{name}");
        let again: Value = serde_json::from_slice(&encode(&item).unwrap()).unwrap();
        assert_eq!(again["content"], json["content"], "{name}");
    }
}

#[cfg(feature = "schema")]
mod schema {
    use std::sync::LazyLock;

    use incs_model::delivery::DeliveryUpdate;
    use incs_model::event::Event;
    use incs_model::exotel::Callback;
    use jsonschema::Validator;

    use super::*;

    fn validator(file: &str) -> Validator {
        let documents = incs_model::schema::catalogue();
        let document = documents.iter().find(|document| document.file_name() == file).unwrap();
        jsonschema::draft202012::new(&document.to_value()).unwrap()
    }

    static MESSAGE: LazyLock<Validator> = LazyLock::new(|| validator("receive/inbound-message.json"));
    static UPDATE: LazyLock<Validator> = LazyLock::new(|| validator("receive/delivery-fact.json"));

    fn errors(validator: &Validator, json: &Value) -> Vec<String> {
        validator.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    #[test]
    fn every_view_matches_its_schema() {
        for (name, _, json) in stored() {
            assert_eq!(errors(&MESSAGE, &json), [""; 0], "{name}");
        }
    }

    #[test]
    fn view_of_later_version_matches_schema() {
        for (name, _, json) in stored() {
            for place in places(&json).into_iter().filter(|place| is_typed(place)) {
                let mut later = json.clone();
                let Some(Value::Object(members)) = later.pointer_mut(&place) else { continue };
                members.insert("added_later".to_owned(), json!([1]));
                assert_eq!(errors(&MESSAGE, &later), [""; 0], "{name} at {place}");
            }
        }
    }

    #[test]
    fn schema_refuses_other_json() {
        for json in [
            json!({}),
            json!({"provider": "incs", "pointer": "", "raw": {}}),
            json!({"provider": "incs", "pointer": "", "raw": {}, "content": {"text": "Hi"}}),
            json!({"provider": "incs", "pointer": "", "raw": {}, "content": {"type": "text"}}),
            json!({"provider": "incs", "pointer": "", "raw": {}, "content": {"type": "text", "text": "Hi"}, "user": 7}),
        ] {
            assert_ne!(errors(&MESSAGE, &json), [""; 0], "{json}");
            assert!(decode::<Inbound>(json.to_string().as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn every_update_matches_its_schema() {
        let mut seen = 0;
        for (name, body) in bodies() {
            let updates: Vec<DeliveryUpdate> = if name.contains("exotel/") {
                DeliveryUpdate::of_callback(&decode::<Callback>(body.as_bytes()).unwrap())
            } else {
                DeliveryUpdate::of_event(&decode::<Event>(body.as_bytes()).unwrap())
            };
            for update in updates {
                let json: Value = serde_json::from_slice(&encode(&update).unwrap()).unwrap();
                assert_eq!(errors(&UPDATE, &json), [""; 0], "{name}");
                assert_eq!(decode::<DeliveryUpdate>(json.to_string().as_bytes()).unwrap(), update, "{name}");
                seen += 1;
            }
        }
        assert!(seen > 10, "only {seen} updates");
    }
}
