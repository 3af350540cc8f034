//! Items as JSON, for machines.

use incs_facade::model::RawJson;
use incs_facade::model::inbound::Inbound;
use incs_facade::webhook::{Batch, Fault, Item, Outcome, ShapeError};
use serde::Serialize;

use super::schema::Difference;

/// What `incs webhook parse --json` writes.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    /// `incs`, `exotel`; null when nothing tells.
    provider: Option<String>,
    items: Vec<ItemDocument>,
    /// Only with `--schema`.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<Difference>>,
}

/// One item. Every member is always there.
#[derive(Debug, Serialize)]
pub(super) struct ItemDocument {
    result: &'static str,
    kind: Option<String>,
    dedup_key: Option<String>,
    /// Where it stands in the body; of a malformed item, the member that is wrong.
    pointer: String,
    reason: Option<String>,
    /// The item as it came, so that nothing in it is lost; null when it is no JSON, or too deep.
    event: Option<RawJson>,
    /// The customer's message in the form that is the same for both providers.
    inbound: Option<Inbound>,
}

impl Document {
    pub(super) fn new(batch: &Batch, differences: Option<Vec<Difference>>) -> Self {
        Self {
            provider: batch.provider().map(|provider| provider.as_str().to_owned()),
            items: batch.iter().map(ItemDocument::from).collect(),
            differences,
        }
    }
}

impl From<&Item> for ItemDocument {
    fn from(item: &Item) -> Self {
        // A document with something very deep in it is one that most readers refuse whole.
        let too_deep = matches!(item.outcome(), Outcome::Malformed(Fault::Shape(ShapeError::TooDeep { .. })));
        let raw = std::str::from_utf8(item.raw()).ok().filter(|_| !too_deep);
        Self {
            result: result(item),
            kind: item.kind(),
            dedup_key: item.dedup_key().map(|key| key.to_string()),
            pointer: item.fault_pointer().unwrap_or_else(|| item.pointer().into_owned()),
            reason: match item.outcome() {
                Outcome::Malformed(fault) => Some(fault.to_string()),
                _ => None,
            },
            event: raw.and_then(|text| RawJson::parse(text).ok()),
            inbound: item.inbound(),
        }
    }
}

/// `parsed`, `unknown` or `malformed`.
pub(super) fn result(item: &Item) -> &'static str {
    match item.outcome() {
        Outcome::Parsed(_) => "parsed",
        Outcome::Malformed(_) => "malformed",
        _ => "unknown",
    }
}

/// The same JSON on one line. Items are kept as they came, which may be on many lines; nothing else in them changes.
pub(super) fn on_one_line(value: &impl Serialize) -> Option<RawJson> {
    let text = serde_json::to_string(value).ok()?;
    let mut line = String::with_capacity(text.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for sign in text.chars() {
        if in_string {
            in_string = is_escaped || sign != '"';
            is_escaped = sign == '\\' && !is_escaped;
        } else if sign.is_ascii_whitespace() {
            continue;
        } else {
            in_string = sign == '"';
        }
        line.push(sign);
    }
    RawJson::parse(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_space_outside_of_strings_goes() {
        let kept = r#"{"a b":"\" \\","c":[1.0e400,"\n \\\" "],"d":12345678901234567890123,"a b":null}"#;
        let spread = kept.replace(':', " :\n\t").replace(",\"", " ,\r\n \"").replace('[', "[ ");
        assert_ne!(spread, kept);
        assert_eq!(on_one_line(&RawJson::parse(spread).unwrap()).unwrap().get(), kept);
    }
}
