//! What the fuzzer begins with, made of the fixtures.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::files;

const FIXTURES: &str = "crates/incs-model/fixtures";

/// Before a body, for the target that reads requests.
const REQUEST: &str = "/hook/in-path?token=in%20query\n\
    authorization: Bearer in-header\n\
    x-signature: v1=AAAA\nx-time: 1795000000\nx-id: 7\n\
    webhook-id: msg_1\nwebhook-timestamp: 1795000000\nwebhook-signature: v1,AAAA v1a,AAAA\n\
    svix-id: msg_1\nsvix-timestamp: 1795000000\nsvix-signature: v1,AAAA\n\
    x-hub-signature-256: sha256=00\nx-exotel-signature: sha1=00\n\
    content-type: application/json\n\n";

/// Writes the seeds of a target and returns how many there are.
pub(super) fn write(root: &Path, folder: &Path, target: &str) -> Result<usize> {
    let Some(before) = before_body(target) else { return Ok(0) };
    let fixtures = fixtures(root)?;
    for (path, text) in &fixtures {
        let name = path.file_name().context("a fixture without a name")?;
        fs::write(folder.join(name), [before.as_bytes(), text.as_bytes()].concat())?;
    }
    Ok(fixtures.len())
}

/// What stands before a body in the input of a target; `None` for a target whose input holds no body.
fn before_body(target: &str) -> Option<&'static str> {
    match target {
        "headers" => Some(REQUEST),
        "verify" => Some("\0\0\0\0"),
        "mutate" => None,
        _ => Some(""),
    }
}

/// Writes the words of the platforms as a dictionary, and returns its path.
pub(super) fn write_words(root: &Path, folder: &Path) -> Result<PathBuf> {
    let mut words = BTreeSet::new();
    for (path, text) in fixtures(root)? {
        let value = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
        collect(&value, &mut words);
    }
    let path = folder.join("words.dict");
    let lines: String = words.iter().map(|word| format!("\"\\\"{word}\\\"\"\n")).collect();
    fs::write(&path, lines).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

fn fixtures(root: &Path) -> Result<Vec<(PathBuf, String)>> {
    let fixtures = files::with_extension(&root.join(FIXTURES), "json")?;
    Ok(fixtures.into_iter().map(|file| (file.path, file.text)).collect())
}

/// Names of members, and texts that look like words of the platform rather than of a customer.
fn collect(value: &Value, words: &mut BTreeSet<String>) {
    let mut add = |word: &str| {
        let is_word = word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_word && !word.is_empty() {
            words.insert(word.to_owned());
        }
    };
    match value {
        Value::String(text) => add(text),
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        Value::Object(members) => {
            members.keys().for_each(|name| add(name));
            members.values().for_each(|value| collect(value, words));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_names_and_short_texts() {
        let mut words = BTreeSet::new();
        collect(&json!({ "type": "image", "list": [{ "text": "Hi there!" }, 7], "empty": "" }), &mut words);
        assert_eq!(words.into_iter().collect::<Vec<_>>(), ["empty", "image", "list", "text", "type"]);
    }

    #[test]
    fn a_request_ends_with_an_empty_line_before_its_body() {
        assert!(REQUEST.ends_with("\n\n"));
        assert_eq!(REQUEST.matches("\n\n").count(), 1);
    }
}
