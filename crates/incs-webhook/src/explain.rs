//! The likely cause of a failed check, and the search for it.

use std::borrow::Cow;
use std::time::Duration;

use data_encoding::{BASE64URL, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use hmac::EagerHash;
use incs_model::Timestamp;
use serde::de::IgnoredAny;

use crate::evidence::Evidence;
use crate::rejection::Refusal;
use crate::secrets::{Lived, Secrets};
use crate::signature::{Encoding, KeyForm, Offset, Recipe, is_right, tag_len};

/// The likely cause of a failed check, for the person who sets a receiver up. Never holds a secret or an expected signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A header that the scheme needs did not arrive: the sender does not sign, or a proxy drops it.
    #[error("the header {0} did not arrive: the sender does not sign, or a proxy drops it")]
    MissingHeader(Cow<'static, str>),
    /// The signature is of other bytes of the same JSON: something parsed the body and wrote it anew.
    #[error(
        "the signature is of other bytes of the same JSON: hand over the body as it came, not parsed and written anew"
    )]
    BodyRewritten,
    /// It fits a secret that is read in another way than the scheme does.
    #[error("it fits the secret if that is taken {0}: give the secret in the form that the scheme takes")]
    SecretKind(&'static str),
    /// It fits a secret that has expired.
    #[error("it fits a secret that has expired")]
    ExpiredSecret,
    /// The signature is right, but its time is outside the window.
    #[error("the signature is right, but its time is {} s {} this clock", .by.as_secs(), if *.ahead { "ahead of" } else { "behind" })]
    Clock {
        /// By how much the two differ.
        by: Duration,
        /// Whether the sender's clock is ahead of the receiver's.
        ahead: bool,
    },
    /// The signature or secret is right, but written in another encoding or with another prefix.
    #[error("the signature or secret is right, but written as {0}")]
    Encoding(&'static str),
    /// The header is not in the form of the scheme.
    #[error("the header {0} is not in the form of the scheme: another scheme may be in use")]
    UnreadableHeader(Cow<'static, str>),
    /// The request's target was not given, or holds no secret.
    #[error("the request's target was not given to the delivery, or holds no secret")]
    MissingSecret,
    /// Nothing fits: another secret, a changed body, or another scheme.
    #[error("nothing fits: another secret, a body that was changed on the way, or another scheme")]
    Unknown,
}

impl Cause {
    /// What a refusal tells by itself.
    pub(crate) fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::MissingHeader(name) => Self::MissingHeader(name.clone()),
            Refusal::UnreadableHeader(name) => Self::UnreadableHeader(name.clone()),
            Refusal::MissingSecret => Self::MissingSecret,
            Refusal::TooOld | Refusal::TooNew | Refusal::Mismatch | Refusal::NoLiveSecret => Self::Unknown,
        }
    }

    /// How much it tells, compared with the causes of other schemes.
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

/// The keys in a secret if its text is taken in other ways, each with the words that complete "if it is taken …".
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

/// The likely cause of a refusal: the one thing that would have to be different for the signature to fit.
pub(crate) fn likely_cause<D: EagerHash>(
    recipe: &Recipe,
    secrets: &Secrets,
    evidence: &Evidence<'_>,
    now: Timestamp,
    refusal: &Refusal,
) -> Cause {
    match refusal {
        Refusal::TooOld | Refusal::TooNew => return clock(recipe, evidence, now),
        Refusal::UnreadableHeader(name) if *name != recipe.header => return Cause::of(refusal),
        Refusal::MissingHeader(_) => return Cause::of(refusal),
        _ => {}
    }
    let Some(value) = evidence.header(&recipe.header) else {
        return Cause::MissingHeader(recipe.header.clone());
    };
    let claims = claims(recipe, value, tag_len::<D>());
    let body = evidence.body();
    // The claim that a key and a body fulfil.
    let fulfilled = |key: &[u8], body: &[u8]| {
        let mac = recipe.mac::<D>(key, |name| evidence.header(name), body).ok()?;
        claims.iter().find(|claim| is_right(&mac, &claim.tag))
    };
    let own: Vec<(&Lived, Vec<u8>)> =
        secrets.iter().filter_map(|lived| recipe.key.read(lived.secret.expose()).map(|key| (lived, key))).collect();
    if claims.is_empty() {
        return Cause::UnreadableHeader(recipe.header.clone());
    }
    for (lived, key) in &own {
        match fulfilled(key, body) {
            Some(_) if !lived.is_live(now) => return Cause::ExpiredSecret,
            Some(Claim { spelling: Some(spelling), .. }) => return Cause::Encoding(spelling),
            _ => {}
        }
    }
    let mut others = secrets.iter().flat_map(|lived| other_keys(recipe.key, lived.secret.expose()));
    if let Some((kind, _)) = others.find(|(_, key)| fulfilled(key, body).is_some()) {
        return Cause::SecretKind(kind);
    }
    let live: Vec<&[u8]> = own.iter().filter(|(lived, _)| lived.is_live(now)).map(|(_, key)| &**key).collect();
    if !live.is_empty() && rewritings(body).any(|body| live.iter().any(|key| fulfilled(key, &body).is_some())) {
        return Cause::BodyRewritten;
    }
    if claims.iter().any(|claim| claim.spelling.is_none()) {
        Cause::Unknown
    } else {
        Cause::UnreadableHeader(recipe.header.clone())
    }
}

fn clock(recipe: &Recipe, evidence: &Evidence<'_>, now: Timestamp) -> Cause {
    let Ok(Some((header, count))) = recipe.stamp(evidence) else { return Cause::Unknown };
    let Offset { by, ahead } = Offset::of(count, header.unit, now);
    Cause::Clock { by, ahead }
}

/// What a header's value may claim, and in which words if not in the form of the scheme.
struct Claim {
    tag: Vec<u8>,
    spelling: Option<&'static str>,
}

/// How what stands before a signature compares with the prefix of the scheme.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Prefix,
    Other,
}

/// All that the value may claim, in the form of the scheme first.
fn claims(recipe: &Recipe, value: &[u8], len: usize) -> Vec<Claim> {
    let mut claims: Vec<Claim> = recipe.tags(value, len).into_iter().map(|tag| Claim { tag, spelling: None }).collect();
    for text in value.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'"')).take(MOST_SIGNATURES) {
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

/// More signatures than any sender writes into one header.
const MOST_SIGNATURES: usize = 16;

/// Where a signature may begin in a word.
fn starts<'v>(recipe: &Recipe, text: &'v [u8]) -> Vec<(Before, &'v [u8])> {
    let mut starts = vec![(Before::Nothing, text)];
    if let Some(rest) = text.strip_prefix(recipe.prefix.as_bytes()).filter(|_| !recipe.prefix.is_empty()) {
        starts.push((Before::Prefix, rest));
    }
    for mark in [b'=', b',', b':'] {
        // The padding of base64 is no mark.
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

/// The most bytes of JSON that is written anew.
const MOST_BYTES: usize = 64 * 1024;

/// Bodies in other bytes than `body` that would read the same: with and without a line end and, when it is JSON of a usual
/// size, as other programs write it: compact like JavaScript or PHP or with spaces like Python, with or without escapes for `/`
/// (PHP, so INCS) and for all but ASCII (PHP and Python).
fn rewritings(body: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let bare = body.trim_ascii();
    let ends = ["", "\n", "\r\n"].into_iter().map(move |end| [bare, end.as_bytes()].concat());
    let text = std::str::from_utf8(bare).ok().filter(|text| text.len() <= MOST_BYTES);
    let json = text.filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    let styles = (0..8_u8).map(|bits| Style { spaced: bits & 1 > 0, slash: bits & 2 > 0, non_ascii: bits & 4 > 0 });
    let written = json.into_iter().flat_map(move |text| styles.clone().filter_map(|style| rewrite(text, style)));
    ends.chain(written.flat_map(|text| [format!("{text}\n").into_bytes(), text.into_bytes()]))
}

/// How a program writes JSON.
#[derive(Clone, Copy)]
struct Style {
    /// With a space after commas and colons.
    spaced: bool,
    /// With an escape for `/`.
    slash: bool,
    /// With escapes for all but ASCII.
    non_ascii: bool,
}

/// Writes JSON anew: members in their order, numbers as they are. `None` for a text with half of a surrogate pair, which no
/// reader agrees about. `json` must be valid.
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

/// Adds a character of a string, in which all that must be escaped is.
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
    fn each_other_reading_is_another_key() {
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
    fn the_same_json_is_written_as_other_programs_do() {
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
    fn what_is_written_is_the_same_json() {
        let body = r#"{"k\"\\\u0000\u001f":["\b\f\n\r\t\u007f\u2028","/",true,-0.0e+5,"",{"":{}}]}"#;
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        for text in rewritten(body) {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_json_gets_other_ends_only() {
        for body in ["", "{", "[1,]", "\u{feff}{}", "{\"a\":1} {}"] {
            assert_eq!(rewritten(body), [body.to_owned(), format!("{body}\n"), format!("{body}\r\n")]);
        }
    }

    #[test]
    fn a_large_body_is_left_alone() {
        let large = format!("[{}1]", "1,".repeat(MOST_BYTES));
        assert_eq!(rewritten(&large).len(), 3);
    }
}
