//! The typed part of a view contains everything that a customer wrote or did.
//!
//! Each text and number of each message in each fixture is replaced by a mark, and the mark must appear in the view.

use incs_model::inbound::{Content, Inbound};
use serde_json::Value;

use super::views::typed;
use super::{bodies, view};
use crate::mutation::{places, replaced};

const TEXT: &str = "zq7mark";
const NUMBER: &str = "918273";

/// Places that are not in the view: the beginning and end of the pointer within the item, and the reason.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("/errors/", "/message", "the details say the same in more words"),
    ("/edit/", "/context/id", "an edit does not change what the message answers"),
    ("/suggestionResponse/trackdata", "Type", "what the business itself sent"),
    ("", "/callback_type", "says only that it is a message"),
    // The workbench.
    ("/session_type", "", "tells of the conversation"),
    ("/recv_id", "", "names the staff"),
    ("/custom_type", "", "names custom contents only; their kind has it"),
    ("/custom_id", "", "an entity of the workbench"),
    ("/channel_status", "", "says something of outgoing messages only"),
    ("/source", "", "says something of outgoing messages only"),
    ("/updated_at", "", "the time of sending counts"),
    ("/content/", "uuid", "the file has a link"),
    ("/content/", "Path", "a second link to the file"),
    ("/content/", "idth", "pixels"),
    ("/content/", "eight", "pixels"),
    ("/content/bigPicture", "", "the same picture in another size"),
];

fn is_left_out(place: &str) -> bool {
    LEFT_OUT.iter().any(|(begin, end, _)| place.starts_with(begin) && place.ends_with(end))
}

/// Returns the replacements of a leaf and the expected text; the second is for a number that is written as a text.
fn marks(place: &str, leaf: &Value) -> Vec<(String, &'static str)> {
    match leaf {
        // The form decides which side it is.
        Value::String(_) if place == "/send_id" => vec![(format!("\"30112_{NUMBER}\""), NUMBER)],
        Value::String(text) if ["", "true", "false"].contains(&text.as_str()) => Vec::new(),
        Value::String(_) => vec![(format!("\"{TEXT}\""), TEXT), (format!("\"{NUMBER}\""), NUMBER)],
        Value::Number(_) => vec![(NUMBER.to_owned(), NUMBER)],
        _ => Vec::new(),
    }
}

/// Returns the content of a view. The form of custom contents is unknown; for them the JSON counts.
fn shown(item: &Inbound) -> String {
    match &item.content {
        Content::Other(other) if other.kind.starts_with("custom.") => {
            format!("{} {}", typed(item), other.raw.as_ref().unwrap().get())
        }
        _ => typed(item).to_string(),
    }
}

#[test]
fn view_has_every_text_and_number() {
    let (mut found, mut lost) = (0, Vec::new());
    for (name, body) in bodies() {
        let whole: Value = serde_json::from_str(&body).unwrap();
        for item in view(&name, &body).unwrap() {
            let raw: Value = item.raw.decode().unwrap();
            for place in places(&raw).into_iter().filter(|place| !is_left_out(place)) {
                let marks = marks(&place, raw.pointer(&place).unwrap());
                let turns_up = |(json, mark): &(String, &str)| {
                    let marked = replaced(&whole, &format!("{}{place}", item.pointer), json);
                    let views = view(&name, &marked).unwrap_or_default();
                    views.iter().any(|view| view.pointer == item.pointer && shown(view).contains(mark))
                };
                if marks.iter().any(turns_up) {
                    found += 1;
                } else if !marks.is_empty() {
                    lost.push(format!("{name}: {place}"));
                }
            }
        }
    }
    assert!(lost.is_empty(), "not in the view:\n{}", lost.join("\n"));
    assert!(found > 500, "only {found} places were marked");
}

#[test]
fn view_has_every_boolean() {
    let mut found = 0;
    for (name, body) in bodies() {
        let whole: Value = serde_json::from_str(&body).unwrap();
        for item in view(&name, &body).unwrap() {
            let raw: Value = item.raw.decode().unwrap();
            for place in places(&raw) {
                let other = match raw.pointer(&place) {
                    Some(Value::Bool(switch)) => (!switch).to_string(),
                    Some(Value::String(text)) if text == "true" => "\"false\"".to_owned(),
                    _ => continue,
                };
                let other = replaced(&whole, &format!("{}{place}", item.pointer), &other);
                let views = view(&name, &other).unwrap();
                assert!(views.iter().all(|view| shown(view) != shown(&item)), "{name}: {place}");
                found += 1;
            }
        }
    }
    assert!(found > 5, "only {found} switches");
}

#[test]
fn every_left_out_place_is_needed() {
    let places: Vec<_> = bodies()
        .iter()
        .flat_map(|(name, body)| view(name, body).unwrap())
        .flat_map(|item| places(&item.raw.decode::<Value>().unwrap()))
        .collect();
    for (begin, end, reason) in LEFT_OUT {
        assert!(!reason.is_empty());
        let is_here = |place: &String| place.starts_with(begin) && place.ends_with(end);
        assert!(places.iter().any(is_here), "no place for {begin}…{end}");
    }
}
