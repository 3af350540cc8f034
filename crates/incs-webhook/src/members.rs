//! The members of a body, unread, and whose body they make it.

use std::collections::BTreeMap;

use incs_model::inbound::Provider;
use serde_json::value::RawValue;

/// The members of an object, unread. Of several members with one name, the last.
pub(crate) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// The members of the object in a text; none if the text is anything else.
pub(crate) fn members(text: &str) -> Members<'_> {
    serde_json::from_str(text).unwrap_or_default()
}

/// The texts of the elements of a list among the members; none if it is anything else.
pub(crate) fn elements<'a>(members: &Members<'a>, name: &str) -> Vec<&'a str> {
    let elements = members.get(name).and_then(|raw| serde_json::from_str::<Vec<&'a RawValue>>(raw.get()).ok());
    elements.unwrap_or_default().into_iter().map(RawValue::get).collect()
}

/// Returns who posts such a body. The first member decides if it can, so the provider of a body that breaks off is known too.
pub(crate) fn provider(text: &str) -> Option<Provider> {
    if let Some(provider) = first_name(text).and_then(decisive) {
        return Some(provider);
    }
    let members = members(text);
    let has = |name: &str| members.contains_key(name);
    if let Some(provider) = members.keys().find_map(|name| decisive(name)) {
        return Some(provider);
    }
    // Exotel's flat report, and an event of INCS whose name was lost.
    if has("exo_status_code") || has("exo_detailed_status") || has("callback_type") {
        Some(Provider::Exotel)
    } else if has("message") || has("message_status") || has("template_id") {
        Some(Provider::Incs)
    } else if (has("sid") || has("message_sid")) && (has("to") || has("from")) {
        Some(Provider::Exotel)
    } else {
        None
    }
}

fn decisive(name: &str) -> Option<Provider> {
    match name {
        "event" => Some(Provider::Incs),
        "rcs" | "sms" => Some(Provider::Exotel),
        _ => None,
    }
}

/// The first name of the object, if it has no escapes.
fn first_name(text: &str) -> Option<&str> {
    let inner = text.trim_ascii_start().strip_prefix('{')?.trim_ascii_start().strip_prefix('"')?;
    let (name, _) = inner.split_once('"')?;
    (!name.contains('\\')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_members_tell() {
        for (text, expected) in [
            (r#"{"event":"x"}"#, Some(Provider::Incs)),
            (r#" { "message":{}, "event":"x"}"#, Some(Provider::Incs)),
            (r#"{"\u0065vent":"x"}"#, Some(Provider::Incs)),
            (r#"{"message":{}}"#, Some(Provider::Incs)),
            (r#"{"message_id":"a","message_status":"read"}"#, Some(Provider::Incs)),
            (r#"{"rcs":{}}"#, Some(Provider::Exotel)),
            (r#"{"x":1,"sms":{}}"#, Some(Provider::Exotel)),
            (r#"{"sid":"a","to":"1","exo_status_code":"40002"}"#, Some(Provider::Exotel)),
            (r#"{"sid":"a","to":"1"}"#, Some(Provider::Exotel)),
            (r#"{"hello":{"event":"x"}}"#, None),
            ("[]", None),
            ("7", None),
            ("{", None),
            (r#"{"event":"x","message":{"#, Some(Provider::Incs)),
            (r#"{"rcs":{},"event":"x"}"#, Some(Provider::Exotel)),
        ] {
            assert_eq!(provider(text), expected, "{text}");
        }
    }
}
