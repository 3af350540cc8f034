//! The drift report.

mod bodies;
mod fixtures;
mod report;

use incs_model::Timestamp;
use incs_webhook::drift::{Drift, DriftEntry};
use incs_webhook::scheme::{Scheme, VerifyError};
use incs_webhook::{Batch, Delivery, Limits, SignedRequest, Verified};
use serde_json::Value;

/// Takes everything, also what is not JSON.
struct Anyone;

impl Scheme for Anyone {
    fn verify(&self, _: &SignedRequest<'_>, _: Timestamp) -> Result<(), VerifyError> {
        Ok(())
    }
}

/// Calls `see` with the body as verified.
pub(crate) fn with_verified<T>(body: &[u8], see: impl FnOnce(&Verified<'_>) -> T) -> T {
    let headers: [(&str, &str); 0] = [];
    let delivery = Delivery::new(&headers, body).with_limits(Limits::DEFAULT.with_body(usize::MAX));
    see(&delivery.verify(&Anyone, "2026-11-22T08:00:00Z".parse().unwrap()).unwrap())
}

fn observe(drift: &mut Drift, body: impl AsRef<[u8]>) {
    with_verified(body.as_ref(), |verified| drift.observe(verified));
}

fn report(body: impl AsRef<[u8]>) -> Drift {
    let mut drift = Drift::new();
    observe(&mut drift, body);
    drift
}

/// Pointers and what was found there.
fn found(body: impl AsRef<[u8]>) -> Vec<String> {
    let line = |entry: &DriftEntry| format!("{} {}: {}", entry.count, entry.pointer, entry.kind);
    report(body).entries().iter().map(line).collect()
}

fn parse(body: &Value) -> Batch {
    #[allow(clippy::redundant_closure_for_method_calls, reason = "the method's path is not general enough")]
    with_verified(body.to_string().as_bytes(), |verified| verified.parse())
}

/// Every webhook fixture by its name.
pub(crate) fn fixtures() -> Vec<(String, Value)> {
    let fixtures = webhooks_in(["incs", "exotel"]);
    assert!(fixtures.len() >= 52, "{}", fixtures.len());
    fixtures
}

/// Every recorded body by its name.
fn recorded() -> Vec<(String, Value)> {
    let recorded = webhooks_in(["recorded/incs", "recorded/exotel"]);
    assert!(recorded.len() >= 88, "{}", recorded.len());
    recorded
}

fn webhooks_in(folders: [&str; 2]) -> Vec<(String, Value)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../incs-model/fixtures");
    let mut fixtures = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if folder.ends_with("exotel") || name.starts_with("webhook-") {
                fixtures.push((name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
            }
        }
    }
    fixtures
}

/// Pointers of every value of a body, and the same with `*` for indices.
pub(crate) fn places(value: &Value) -> Vec<(String, String)> {
    fn add(value: &Value, pointer: String, starred: String, places: &mut Vec<(String, String)>) {
        match value {
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    add(element, format!("{pointer}/{index}"), format!("{starred}/*"), places);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    add(member, format!("{pointer}/{name}"), format!("{starred}/{name}"), places);
                }
            }
            _ => {}
        }
        places.push((pointer, starred));
    }
    let mut places = Vec::new();
    add(value, String::new(), String::new(), &mut places);
    places
}
