//! Masks credentials in recorded exchanges.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use crate::state::exchanges::Headers;

const MASK: &str = "***";

/// Headers as they are shown.
pub(crate) fn headers(headers: &HeaderMap) -> Headers {
    let is_secret =
        |name: &str| matches!(name, "authorization" | "certification-code" | "cookie" | "proxy-authorization");
    headers
        .iter()
        .map(|(name, value)| match name.as_str() {
            name if is_secret(name) => (name, MASK.into()),
            name => (name, String::from_utf8_lossy(value.as_bytes())),
        })
        .collect()
}

/// A body that holds a password or a token, as it is shown. Nothing is shown of one that cannot be read.
pub(crate) fn body(bytes: &Bytes) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return Bytes::from_static(MASK.as_bytes()) };
    mask(&mut value);
    serde_json::to_vec(&value).unwrap_or_default().into()
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if matches!(name.as_str(), "password" | "token" | "access_token") {
                    *member = MASK.into();
                } else {
                    mask(member);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_and_a_token_are_masked_wherever_they_stand() {
        let shown = body(&Bytes::from_static(br#"{"username":"a","password":"secret","data":[{"token":"secret"}]}"#));
        assert_eq!(shown, r#"{"data":[{"token":"***"}],"password":"***","username":"a"}"#);
        assert_eq!(body(&Bytes::from_static(b"password=secret")), MASK);
    }

    #[test]
    fn a_credential_in_a_header_is_masked() {
        let mut given = HeaderMap::new();
        given.insert("certification-code", "secret".parse().unwrap());
        given.insert("x-more", "shown".parse().unwrap());
        let shown: Vec<_> = headers(&given).iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["certification-code=***", "x-more=shown"]);
    }
}
