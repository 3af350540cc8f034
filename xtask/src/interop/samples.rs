//! Samples of every document, valid and not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::workspace::Workspace;

/// One file of lines a document; each line has the members `case`, `schema` (whether it fits) and `instance`.
const CORPUS: &str = "docs/schemas/corpus";

/// Samples by document, like `send/whatsapp-message`.
pub(super) struct Samples(BTreeMap<String, Vec<Value>>);

impl Samples {
    /// Those of the corpus.
    pub(super) fn load(workspace: &Workspace) -> Result<Self> {
        let samples = of_corpus(&workspace.root().join(CORPUS))?;
        let fits = |sample: &Value| sample.get("schema") == Some(&json!(true));
        ensure!(samples.values().flatten().any(fits), "there is no sample that fits its schema");
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
