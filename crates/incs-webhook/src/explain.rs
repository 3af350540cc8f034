//! Finds the likely cause of a rejected signature.

use std::borrow::Cow;
use std::time::Duration;

use data_encoding::{BASE64URL, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use hmac::EagerHash;
use incs_model::Timestamp;
use serde::de::IgnoredAny;

use crate::rejection::VerifyError;
use crate::secrets::{Secrets, StoredSecret};
use crate::signature::{Encoding, KeyForm, Offset, Recipe, is_right, tag_len};
use crate::signed_request::SignedRequest;

/// The likely cause of a rejection, as help for setting up a receiver. Contains no secret and no expected signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectionCause {
    /// A header that the scheme requires did not arrive. The sender does not sign, or a proxy drops it.
    #[error("the header {0} did not arrive: the sender does not sign, or a proxy drops it")]
    MissingHeader(Cow<'static, str>),
    /// The signature is valid for other bytes of the same JSON. The body was parsed and serialized again before verification.
    #[error(
        "the signature matches other bytes of the same JSON: pass the body as it arrived, not parsed and serialized again"
    )]
    BodyRewritten,
    /// The signature or secret matches if the configured secret is read in another form.
    #[error(
        "the signature or secret matches if the configured secret is read {0}: configure it in the form of the scheme"
    )]
    SecretKind(&'static str),
    /// The signature or secret matches an expired secret.
    #[error("the signature or secret matches an expired secret: extend it, or change the secret of the sender")]
    ExpiredSecret,
    /// The signature is valid, but its time is outside the tolerance.
    #[error("the signature is right, but its time is {} s {} this clock", .by.as_secs(), if *.ahead { "ahead of" } else { "behind" })]
    Clock {
        /// The difference of the two clocks.
        by: Duration,
        /// True if the sender's clock is ahead of the receiver's.
        ahead: bool,
    },
    /// The signature or secret is correct, but in another encoding or with another prefix.
    #[error("the signature or secret is right, but written as {0}")]
    Encoding(&'static str),
    /// The header is not in the form of the scheme.
    #[error("the header {0} is not in the form of the scheme: another scheme may be in use")]
    UnreadableHeader(Cow<'static, str>),
    /// The request's target was not passed to the delivery, or contains no secret.
    #[error("the request's target was not passed to the delivery, or contains no secret")]
    MissingSecret,
    /// No tried variant matches: another secret, a changed body, or another scheme.
    #[error("nothing matches: check the secret and the scheme, and that no proxy changes the body")]
    Unknown,
}

impl RejectionCause {
    /// Returns the cause that follows from the error alone.
    pub(crate) fn of(error: &VerifyError) -> Self {
        match error {
            VerifyError::MissingHeader(name) => Self::MissingHeader(name.clone()),
            VerifyError::UnreadableHeader(name) => Self::UnreadableHeader(name.clone()),
            VerifyError::MissingSecret => Self::MissingSecret,
            VerifyError::TooOld | VerifyError::TooNew | VerifyError::Mismatch | VerifyError::NoLiveSecret => {
                Self::Unknown
            }
        }
    }

    /// Returns how specific the cause is, for comparison with the causes of other schemes.
    pub(crate) fn weight(&self) -> u8 {
        match self {
            Self::Unknown => 3,
            Self::UnreadableHeader(_) => 2,
            Self::MissingHeader(_) => 1,
            Self::MissingSecret => 0,
            _ => 4,
        }
    }
}

/// Returns the keys that a secret gives in other forms, each with the words that complete "if it is read …".
pub(crate) fn other_keys(form: KeyForm, secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let trimmed = secret.trim();
    let bare = trimmed.strip_prefix(KeyForm::PREFIX).unwrap_or(trimmed);
    let readings = [
        ("as text", Some(secret.as_bytes().to_vec())),
        ("without the white space around it", Some(trimmed.as_bytes().to_vec())),
        ("with a line feed after it", Some(format!("{secret}\n").into_bytes())),
        ("as text without `whsec_`", Some(bare.as_bytes().to_vec())),
        ("as base64", KeyForm::Base64.read(bare)),
        (
            "as base64 for URLs",
            BASE64URL.decode(bare.as_bytes()).or_else(|_| BASE64URL_NOPAD.decode(bare.as_bytes())).ok(),
        ),
        ("as hex", HEXLOWER_PERMISSIVE.decode(bare.as_bytes()).ok()),
    ];
    let own = form.read(secret);
    let mut others: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for (kind, key) in readings {
        let Some(key) = key.filter(|key| Some(key) != own.as_ref() && !key.is_empty()) else { continue };
        if !others.iter().any(|(_, known)| *known == key) {
            others.push((kind, key));
        }
    }
    others
}

/// Returns the likely cause: the one change that makes the signature match.
pub(crate) fn likely_cause<D: EagerHash>(
    recipe: &Recipe,
    secrets: &Secrets,
    signed_request: &SignedRequest<'_>,
    now: Timestamp,
    error: &VerifyError,
) -> RejectionCause {
    match error {
        VerifyError::TooOld | VerifyError::TooNew => return clock(recipe, signed_request, now),
        VerifyError::UnreadableHeader(name) if *name != recipe.header => return RejectionCause::of(error),
        VerifyError::MissingHeader(_) => return RejectionCause::of(error),
        _ => {}
    }
    let Some(value) = signed_request.header(&recipe.header) else {
        return RejectionCause::MissingHeader(recipe.header.clone());
    };
    let claims = claims(recipe, value, tag_len::<D>());
    let body = signed_request.body();
    // The claim that matches a key and a body.
    let fulfilled = |key: &[u8], body: &[u8]| {
        let mac = recipe.mac::<D>(key, |name| signed_request.header(name), body).ok()?;
        claims.iter().find(|claim| is_right(&mac, &claim.tag))
    };
    let own: Vec<(&StoredSecret, Vec<u8>)> =
        secrets.iter().filter_map(|stored| recipe.key.read(stored.secret.expose()).map(|key| (stored, key))).collect();
    if claims.is_empty() {
        return RejectionCause::UnreadableHeader(recipe.header.clone());
    }
    for (stored, key) in &own {
        match fulfilled(key, body) {
            Some(_) if !stored.is_live(now) => return RejectionCause::ExpiredSecret,
            Some(Claim { spelling: Some(spelling), .. }) => return RejectionCause::Encoding(spelling),
            _ => {}
        }
    }
    let mut others = secrets.iter().flat_map(|stored| other_keys(recipe.key, stored.secret.expose()));
    if let Some((kind, _)) = others.find(|(_, key)| fulfilled(key, body).is_some()) {
        return RejectionCause::SecretKind(kind);
    }
    let live: Vec<&[u8]> = own.iter().filter(|(stored, _)| stored.is_live(now)).map(|(_, key)| &**key).collect();
    if !live.is_empty() && rewritings(body).any(|body| live.iter().any(|key| fulfilled(key, &body).is_some())) {
        return RejectionCause::BodyRewritten;
    }
    if claims.iter().any(|claim| claim.spelling.is_none()) {
        RejectionCause::Unknown
    } else {
        RejectionCause::UnreadableHeader(recipe.header.clone())
    }
}

fn clock(recipe: &Recipe, signed_request: &SignedRequest<'_>, now: Timestamp) -> RejectionCause {
    let Ok(Some((header, count))) = recipe.stamp(signed_request) else { return RejectionCause::Unknown };
    let Offset { by, ahead } = Offset::of(count, header.unit, now);
    RejectionCause::Clock { by, ahead }
}

/// A signature that a header's value may contain, and its spelling if that is not the form of the scheme.
struct Claim {
    tag: Vec<u8>,
    spelling: Option<&'static str>,
}

/// The text before a signature, compared with the prefix of the scheme.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Prefix,
    Other,
}

/// Returns the signatures that the value may contain, those in the form of the scheme first.
fn claims(recipe: &Recipe, value: &[u8], len: usize) -> Vec<Claim> {
    let mut claims: Vec<Claim> = recipe.tags(value, len).into_iter().map(|tag| Claim { tag, spelling: None }).collect();
    for text in value.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'"')).take(MAX_SIGNATURES) {
        for (before, written) in starts(recipe, text) {
            for encoding in Encoding::ALL {
                if let Some(tag) = encoding.read(written, len) {
                    claims.push(Claim { tag, spelling: Some(name(recipe, encoding, before)) });
                }
            }
        }
    }
    claims
}

/// The largest number of signatures that are tried. No sender writes as many into one header.
const MAX_SIGNATURES: usize = 16;

/// Returns the places in a word where a signature may begin.
fn starts<'v>(recipe: &Recipe, text: &'v [u8]) -> Vec<(Before, &'v [u8])> {
    let mut starts = vec![(Before::Nothing, text)];
    if let Some(rest) = text.strip_prefix(recipe.prefix.as_bytes()).filter(|_| !recipe.prefix.is_empty()) {
        starts.push((Before::Prefix, rest));
    }
    for mark in [b'=', b',', b':'] {
        // The padding of base64 does not end a prefix.
        if let Some(at) = text.iter().position(|&byte| byte == mark).filter(|at| *at < 20) {
            starts.push((Before::Other, text.get(at + 1..).unwrap_or_default()));
        }
    }
    starts
}

fn name(recipe: &Recipe, encoding: Encoding, before: Before) -> &'static str {
    let before = match before {
        Before::Nothing if recipe.prefix.is_empty() || recipe.prefix_optional => Before::Prefix,
        before => before,
    };
    match (encoding, before) {
        (found, Before::Prefix) if found == recipe.encoding => "part of a longer text",
        (Encoding::Hex, Before::Prefix) => "hex",
        (Encoding::Hex, Before::Nothing) => "hex without the prefix",
        (Encoding::Hex, Before::Other) => "hex with another prefix",
        (Encoding::Base64, Before::Prefix) => "base64",
        (Encoding::Base64, Before::Nothing) => "base64 without the prefix",
        (Encoding::Base64, Before::Other) => "base64 with another prefix",
        (Encoding::Base64Url, Before::Prefix) => "base64 for URLs",
        (Encoding::Base64Url, Before::Nothing) => "base64 for URLs without the prefix",
        (Encoding::Base64Url, Before::Other) => "base64 for URLs with another prefix",
    }
}

/// The largest JSON, in bytes, that is rewritten.
const MAX_BYTES: usize = 64 * 1024;

/// Iterates over other serializations of `body`: with and without a line end, and for JSON of usual size in the styles of other
/// programs: compact (JavaScript, PHP) or with spaces (Python), with or without escapes for `/` (PHP, so INCS) and for non-ASCII
/// characters (PHP, Python).
fn rewritings(body: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let bare = body.trim_ascii();
    let ends = ["", "\n", "\r\n"].into_iter().map(move |end| [bare, end.as_bytes()].concat());
    let text = std::str::from_utf8(bare).ok().filter(|text| text.len() <= MAX_BYTES);
    let json = text.filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    let styles = (0..8_u8).map(|bits| Style { spaced: bits & 1 > 0, slash: bits & 2 > 0, non_ascii: bits & 4 > 0 });
    let written = json.into_iter().flat_map(move |text| styles.clone().filter_map(|style| rewrite(text, style)));
    ends.chain(written.flat_map(|text| [format!("{text}\n").into_bytes(), text.into_bytes()]))
}

/// A style of writing JSON.
#[derive(Clone, Copy)]
struct Style {
    /// Writes a space after commas and colons.
    spaced: bool,
    /// Escapes `/`.
    slash: bool,
    /// Escapes non-ASCII characters.
    non_ascii: bool,
}

/// Rewrites valid JSON, keeping the order of members and the text of numbers. `None` for half of a surrogate pair, which parsers
/// treat differently.
fn rewrite(json: &str, style: Style) -> Option<String> {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' {
            let mut texts = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let text = serde_json::to_string(&texts.next()?.ok()?).ok()?;
            text.chars().for_each(|char| push(&mut out, char, style));
            texts.byte_offset()
        } else {
            match first {
                ',' | ':' if style.spaced => out.extend([first, ' ']),
                _ if first.is_ascii_whitespace() => {}
                _ => out.push(first),
            }
            first.len_utf8()
        };
        rest = rest.get(length..)?;
    }
    Some(out)
}

/// Adds a character of a string in which the required escapes are already made.
fn push(out: &mut String, char: char, style: Style) {
    if char == '/' && style.slash {
        out.push_str("\\/");
    } else if style.non_ascii && !char.is_ascii() {
        out.extend(char.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
    } else {
        out.push(char);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_secret_forms_give_other_keys() {
        let kinds = |form, secret| other_keys(form, secret).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        assert_eq!(kinds(KeyForm::Text, "-"), ["with a line feed after it"]);
        assert_eq!(kinds(KeyForm::Text, "-\n"), ["without the white space around it", "with a line feed after it"]);
        assert_eq!(kinds(KeyForm::Text, "0badc0de"), ["with a line feed after it", "as base64", "as hex"]);
        assert_eq!(
            kinds(KeyForm::Base64, "whsec_AQID"),
            ["as text", "with a line feed after it", "as text without `whsec_`"]
        );
    }

    fn rewritten(body: &str) -> Vec<String> {
        rewritings(body.as_bytes()).map(|body| String::from_utf8(body).unwrap()).collect()
    }

    #[test]
    fn json_is_rewritten_in_known_styles() {
        let body = r#"{ "a":[1.50,{},[ ]], "b":"é\/<\u00e9😀\n","a":null}"#;
        let all = rewritten(body);
        for expected in [
            r#"{"a":[1.50,{},[]],"b":"é/<é😀\n","a":null}"#,
            r#"{"a":[1.50,{},[]],"b":"é\/<é😀\n","a":null}"#,
            r#"{"a":[1.50,{},[]],"b":"\u00e9/<\u00e9\ud83d\ude00\n","a":null}"#,
            r#"{"a": [1.50, {}, []], "b": "\u00e9/<\u00e9\ud83d\ude00\n", "a": null}"#,
            r#"{"a":[1.50,{},[]],"b":"\u00e9\/<\u00e9\ud83d\ude00\n","a":null}"#,
        ] {
            assert!(all.iter().any(|text| text == expected), "{expected}\n{all:#?}");
            assert!(all.iter().any(|text| *text == format!("{expected}\n")), "{expected} and a line feed");
        }
    }

    #[test]
    fn rewritten_json_has_the_same_value() {
        let body = r#"{"k\"\\\u0000\u001f":["\b\f\n\r\t\u007f\u2028","/",true,-0.0e+5,"",{"":{}}]}"#;
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        for text in rewritten(body) {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn text_gets_other_line_ends_only() {
        for body in ["", "{", "[1,]", "\u{feff}{}", "{\"a\":1} {}"] {
            assert_eq!(rewritten(body), [body.to_owned(), format!("{body}\n"), format!("{body}\r\n")]);
        }
    }

    #[test]
    fn large_body_is_not_rewritten() {
        let large = format!("[{}1]", "1,".repeat(MAX_BYTES));
        assert_eq!(rewritten(&large).len(), 3);
    }
}
