//! Whose body it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use incs_model::inbound::Provider;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The members of an object, unread. Of members of one name the last.
pub(crate) type Members<'a> = BTreeMap<Name<'a>, &'a RawValue>;

/// A member's name, copied only if it holds escapes.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub(crate) struct Name<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl std::borrow::Borrow<str> for Name<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Who posts such a body, told by the members of its outermost object.
pub(crate) fn of(text: &str) -> Option<Provider> {
    if let Some(first) = first_name(text)
        && let Some(provider) = decisive(first)
    {
        return Some(provider);
    }
    let members: Members<'_> = serde_json::from_str(text).ok()?;
    let has = |name: &str| members.contains_key(name);
    if let Some(provider) = members.keys().find_map(|name| decisive(&name.0)) {
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

/// The first name of the object, if it stands there without escapes.
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
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
