//! Tokens for the task routes (INCS: get a token).

use std::fmt;

use incs_model_derive::{ReadStruct, WireStruct};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Unexpected, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::id::Username;
use crate::json::{DecodeError, Key, RawJson, Silent, Tracked};
use crate::schema_of::schema_of;
use crate::secret::Secret;
use crate::validate::{At, Validate, Violations};

/// The account that requests a token: the body of `POST /external/auth/token`.
///
/// ```
/// let request = incs_model::auth::TokenRequest::new("ops_admin", "correct-horse-battery");
/// incs_model::validate(&request).unwrap();
/// assert_eq!(format!("{request:?}"), "TokenRequest { username: Username(<9 chars>), password: Secret(…) }");
/// ```
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TokenRequest {
    /// The login name of the admin account.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub username: Username,
    /// Its password.
    pub password: Secret,
}

impl Validate for TokenRequest {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.not_empty(&at.key("username"), self.username.as_str());
        found.not_empty(&at.key("password"), self.password.expose());
    }
}

/// A bearer token: `data` of the reply, in every form that seems likely.
///
/// The shape of `data`, the name of the member, the lifetime of a token and its renewal are all **unknown**. The accepted forms are
/// a string, and an object with `token` or `access_token` (inferred); [`from_data`](Self::from_data) reads another member. The
/// token is written back unchanged. `Debug` does not show it.
///
/// ```
/// use incs_model::auth::Token;
/// use incs_model::{RawJson, decode};
///
/// for body in [r#""5f0c""#, r#"{"token":"5f0c"}"#, r#"{"access_token":"5f0c","expires_in":3600}"#] {
///     assert_eq!(decode::<Token>(body.as_bytes()).unwrap().secret().expose(), "5f0c");
/// }
/// let data = RawJson::parse(r#"{"jwt":"5f0c"}"#).unwrap();
/// assert_eq!(Token::from_data(&data, "jwt").unwrap().secret().expose(), "5f0c");
/// assert_eq!(
///     data.decode::<Token>().unwrap_err().expected(),
///     "`token` or `access_token` among the members, which are: jwt",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: Secret,
    form: Form,
}

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Text,
    Member { name: Box<str>, others: Vec<(Box<str>, RawJson)> },
}

/// The members that are tried when the caller names no member.
const MEMBERS: &[&str] = &["token", "access_token"];

impl Token {
    /// Creates a token that is written as a string.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self { secret: secret.into(), form: Form::Text }
    }

    /// Creates a token that is written as an object with one member.
    pub fn in_member(name: &str, secret: impl Into<Secret>) -> Self {
        Self { secret: secret.into(), form: Form::Member { name: name.into(), others: Vec::new() } }
    }

    /// Reads `data` of the reply: a string, or an object that holds the token in `member`.
    ///
    /// # Errors
    ///
    /// Fails when `data` is neither. The error names the members of the object, never their values.
    pub fn from_data(data: &RawJson, member: &str) -> Result<Self, DecodeError> {
        let raw: &RawValue = serde_json::from_str(data.get()).map_err(|error| DecodeError::syntax(&error))?;
        let read = Reader { members: &[member] }.deserialize(Tracked::new(raw));
        read.map_err(|fault| DecodeError::from_fault(fault, data.get().as_bytes()))
    }

    /// The secret text of the token.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The secret text of the token.
    pub fn into_secret(self) -> Secret {
        self.secret
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl crate::masked::Masked for Token {}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.form {
            Form::Text => self.secret.serialize(serializer),
            Form::Member { name, others } => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry(name, &self.secret)?;
                for (name, value) in others {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { members: MEMBERS }.deserialize(deserializer)
    }
}

/// Reads a token from the first of these members that is present.
struct Reader<'a> {
    members: &'a [&'a str],
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Token;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Token, D::Error> {
        deserializer.deserialize_any(Silent(self))
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Token;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token, or an object that holds one")
    }

    fn visit_str<E>(self, text: &str) -> Result<Token, E> {
        Ok(Token::new(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Token, A::Error> {
        let mut token = None;
        let mut others = Vec::new();
        while let Some(Key(name)) = map.next_key()? {
            if token.is_none() && self.members.contains(&&*name) {
                token = Some((name.into(), map.next_value()?));
            } else {
                others.push((name.into(), map.next_value()?));
            }
        }
        match token {
            Some((name, secret)) => Ok(Token { secret, form: Form::Member { name, others } }),
            None => Err(de::Error::invalid_type(Unexpected::Map, &&*self.expectation(&others))),
        }
    }
}

impl Reader<'_> {
    fn expectation(&self, found: &[(Box<str>, RawJson)]) -> String {
        let wanted: Vec<_> = self.members.iter().map(|name| format!("`{name}`")).collect();
        let found: Vec<_> = found.iter().map(|(name, _)| if is_plain(name) { name } else { "…" }).collect();
        format!("{} among the members, which are: {}", wanted.join(" or "), found.join(", "))
    }
}

/// Reports whether a name looks like an identifier and not like content.
fn is_plain(name: &str) -> bool {
    name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

schema_of!(Token, generator => {
    let secret = generator.subschema_for::<Secret>();
    let object =
        |name: &str| serde_json::json!({ "type": "object", "properties": { name: secret }, "required": [name] });
    schemars::json_schema!({
        "description": "The shape is not documented; these forms are accepted.",
        "anyOf": [secret, object("token"), object("access_token")],
    })
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::decode;

    #[test]
    fn token_round_trips_and_is_masked() {
        for body in [r#""5f0c""#, r#"{"token":"5f0c"}"#, r#"{"access_token":"5f0c","token":"other","expires_in":3600}"#]
        {
            let token: Token = decode(body.as_bytes()).unwrap();
            assert_eq!(serde_json::to_string(&token).unwrap(), body);
            assert_eq!(format!("{token:?}"), "Token(…)");
        }
        let token = Token::in_member("token", "5f0c");
        assert_eq!(decode::<Token>(&crate::encode(&token).unwrap()).unwrap(), token);
    }

    #[test]
    fn token_error_names_only_members() {
        for (body, text) in [
            (
                r#"{"jwt":"5f0c","a b":1}"#,
                "expected `token` or `access_token` among the members, which are: jwt, …, found an object (line 1, column 1)",
            ),
            (r#"{"token":7}"#, "/token: expected a string, found a number (line 1, column 10)"),
            ("[]", "expected a token, or an object that holds one, found an array (line 1, column 1)"),
        ] {
            assert_eq!(decode::<Token>(body.as_bytes()).unwrap_err().to_string(), text);
        }
        let data = RawJson::parse(r#"{"jwt":{"value":"5f0c"}}"#).unwrap();
        let error = Token::from_data(&data, "jwt").unwrap_err();
        assert_eq!(error.to_string(), "/jwt: expected a string, found an object (line 1, column 8)");
    }
}
