//! Signatures in other forms than that of the scheme.

use crate::scheme::{Encoding, Recipe, Tag};

/// What a header's value may claim, and in which words if not in the form of the scheme.
pub(super) struct Claim {
    pub(super) tag: Tag,
    pub(super) spelling: Option<&'static str>,
}

/// How what stands before a signature compares with the prefix of the scheme.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Prefix,
    Other,
}

/// All that the value may claim, in the form of the scheme first.
pub(super) fn claims(recipe: &Recipe, value: &[u8], len: usize) -> Vec<Claim> {
    let mut claims: Vec<Claim> = recipe.tags(value, len).map(|tag| Claim { tag, spelling: None }).collect();
    for text in value.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'"')).take(MOST) {
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
const MOST: usize = 16;

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
