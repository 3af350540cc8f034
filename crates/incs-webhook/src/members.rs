//! The undecoded members of a body, and the provider that follows from them.

use incs_model::decode;
use incs_model::inbound::Provider;

use crate::scan::Cuts;

/// Returns the provider of a body of any bytes. The first member decides if possible, so that a truncated body has a provider too.
pub(crate) fn provider(body: impl AsRef<[u8]>) -> Option<Provider> {
    let body = body.as_ref();
    if let Some(provider) = first_name(body).and_then(decisive) {
        return Some(provider);
    }
    let cuts = Cuts::of(body, |_| false);
    let names = || cuts.members.iter().map(|member| &*member.name);
    if let Some(provider) = names().find_map(decisive) {
        return Some(provider);
    }
    let has = |name: &str| names().any(|other| other == name);
    let has_of_exotel = |name: &str| names().any(|other| other.eq_ignore_ascii_case(name));
    // Exotel's flat report, and an event of INCS without its name.
    if ["exo_status_code", "exo_detailed_status", "callback_type"].into_iter().any(has_of_exotel) {
        Some(Provider::Exotel)
    } else if ["message", "message_status", "template_id"].into_iter().any(has) {
        Some(Provider::Incs)
    } else if ["sid", "message_sid"].into_iter().any(has_of_exotel) && ["to", "from"].into_iter().any(has_of_exotel) {
        Some(Provider::Exotel)
    } else {
        None
    }
}

fn decisive(name: &str) -> Option<Provider> {
    if name == "event" {
        Some(Provider::Incs)
    } else if is_list_of_exotel(name) {
        Some(Provider::Exotel)
    } else {
        None
    }
}

/// Reports whether a member of an Exotel body contains a list. Exotel sometimes writes names in capitals.
pub(crate) fn is_list_of_exotel(name: &str) -> bool {
    name.eq_ignore_ascii_case("rcs") || is_sms_list(name)
}

/// Reports whether the list contains SMS reports.
pub(crate) fn is_sms_list(name: &str) -> bool {
    name.eq_ignore_ascii_case("sms")
}

/// Returns the first name of the object if it has no escapes.
fn first_name(body: &[u8]) -> Option<&str> {
    let inner = body.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', inner)?;
    std::str::from_utf8(inner.get(..end)?).ok().filter(|name| !name.contains('\\'))
}

/// Returns the non-empty text in a member of a JSON object. The last of several members counts. `is_named` matches the name.
pub(crate) fn text(json: &[u8], is_named: impl Fn(&str) -> bool) -> Option<String> {
    let cuts = Cuts::of(json, |_| false);
    let member = cuts.members.iter().rfind(|member| is_named(&member.name))?;
    decode::<String>(member.value).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outermost_members_decide_the_provider() {
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
            (r#"{"RCS":{}}"#, Some(Provider::Exotel)),
            (r#"{"x":"\\x","Sms":{"#, Some(Provider::Exotel)),
            (r#"{"EVENT":"x"}"#, None),
            (r#"{"event":"x","message":{"#, Some(Provider::Incs)),
            (r#"{"rcs":{},"event":"x"}"#, Some(Provider::Exotel)),
        ] {
            assert_eq!(provider(text), expected, "{text}");
        }
    }
}
