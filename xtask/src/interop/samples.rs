//! Samples of every document, valid and not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::workspace::Workspace;

/// One file of lines a document; each line has the members `case`, `valid` and `instance`.
const CORPUS: &str = "docs/schemas/corpus";

/// Payloads of the reference, all of them valid.
const FIXTURES: [&str; 2] = ["crates/incs-model/fixtures/incs", "crates/incs-model/fixtures/exotel"];

/// Which document a fixture belongs to, by how its name begins.
const BEGINNINGS: [(&str, &str); 19] = [
    ("send-whatsapp.", "receive/sent-reply"),
    ("send-viber.", "receive/sent-reply"),
    ("send-rcs.", "receive/sent-reply"),
    ("send-whatsapp-", "send/whatsapp-message"),
    ("send-viber-", "send/viber-message"),
    ("send-rcs-", "send/rcs-message"),
    ("rcs-template-create", "send/rcs-template"),
    ("rcs-template-get", "receive/rcs-template-reply"),
    ("rcs-template-list", "receive/rcs-template-list-reply"),
    ("waba-template-create.request", "send/whatsapp-template"),
    ("waba-template-create", "receive/whatsapp-template-reply"),
    ("waba-template-list", "receive/whatsapp-template-list-reply"),
    ("saas-token", "send/token-request"),
    ("saas-task-create.response", "receive/task-reply"),
    ("saas-task-create", "send/task"),
    ("saas-task-list", "receive/task-list-reply"),
    ("messages-status", "receive/status-list-reply"),
    ("envelope-", "receive/reply"),
    ("webhook-", "receive/event"),
];

/// Samples by document, like `send/whatsapp-message`.
pub(super) struct Samples(BTreeMap<String, Vec<Value>>);

impl Samples {
    /// Those of the corpus, or the fixtures where there is none.
    pub(super) fn load(workspace: &Workspace) -> Result<Self> {
        let corpus = workspace.root().join(CORPUS);
        let samples = if corpus.is_dir() { of_corpus(&corpus)? } else { of_fixtures(workspace)? };
        let is_valid = |sample: &Value| sample.get("valid") == Some(&json!(true));
        ensure!(samples.values().flatten().any(is_valid), "there is no valid sample");
        Ok(Self(samples))
    }

    /// Writes them for a script: an object of lists.
    pub(super) fn write(&self, file: &Path) -> Result<()> {
        Ok(fs::write(file, serde_json::to_vec(&self.0)?)?)
    }
}

fn of_corpus(folder: &Path) -> Result<BTreeMap<String, Vec<Value>>> {
    let mut samples = BTreeMap::new();
    for contract in ["send", "receive"] {
        for (name, text) in files(&folder.join(contract), ".jsonl")? {
            let lines = text.lines().filter(|line| !line.is_empty()).map(serde_json::from_str);
            let lines = lines.collect::<Result<_, _>>().with_context(|| format!("{contract}/{name}"))?;
            samples.insert(format!("{contract}/{name}"), lines);
        }
    }
    Ok(samples)
}

fn of_fixtures(workspace: &Workspace) -> Result<BTreeMap<String, Vec<Value>>> {
    let mut samples: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for folder in FIXTURES {
        for (name, text) in files(&workspace.root().join(folder), ".json")? {
            let document = BEGINNINGS.iter().find(|(beginning, _)| name.starts_with(beginning));
            let document = document.map_or("receive/exotel-callback", |(_, document)| document);
            let instance: Value = serde_json::from_str(&text).with_context(|| format!("{folder}/{name}"))?;
            let sample = json!({ "case": name, "valid": true, "instance": instance });
            samples.entry(document.to_owned()).or_default().push(sample);
        }
    }
    Ok(samples)
}

/// The files of a folder whose names end like this, by name without the ending.
fn files(folder: &Path, ending: &str) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(ending) {
            files.insert(name.to_owned(), fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}
