//! A tree of schemas, as its index names them: that of today, and older ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::change::Contract;
use crate::schema::FOLDER;
use crate::workspace::Workspace;

/// One document of a tree.
pub(crate) struct Document {
    pub(crate) contract: Contract,
    pub(crate) schema: Value,
}

/// Documents by file, like `send/viber-message.json`. What the index does not name is not part of the tree.
pub(crate) type Documents = BTreeMap<String, Document>;

/// The documents of this tree; a test holds them to what the types say.
pub(crate) fn present(root: &Path) -> Result<Documents> {
    from_folder(&root.join(FOLDER))
}

/// The documents of a folder, or if there is none of that name, of a git revision.
pub(crate) fn older(workspace: &Workspace, old: &str) -> Result<Documents> {
    let folder = Path::new(old);
    if folder.is_dir() {
        return from_folder(folder);
    }
    let read_at_revision = |file: &str| git(workspace, &["show", &format!("{old}:{FOLDER}/{file}")]);
    read(read_at_revision).with_context(|| format!("{old} is neither a folder nor a revision with schemas"))
}

fn from_folder(folder: &Path) -> Result<Documents> {
    read(|file| {
        let path = folder.join(file);
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    })
}

/// What git prints, at the root of the repository.
pub(crate) fn git(workspace: &Workspace, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new("git").args(arguments).current_dir(workspace.root()).output().context("git does not start")?;
    if !output.status.success() {
        bail!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("git printed no UTF-8")
}

fn read(text_of: impl Fn(&str) -> Result<String>) -> Result<Documents> {
    let index: Value = serde_json::from_str(&text_of("index.json")?).context("index.json is not JSON")?;
    let entries = index.as_array().context("index.json is not a list")?;
    ensure!(!entries.is_empty(), "index.json names no document");
    let mut documents = Documents::new();
    for entry in entries {
        let text = |key: &str| {
            entry.get(key).and_then(Value::as_str).with_context(|| format!("an entry of index.json without {key}"))
        };
        let file = text("file")?;
        let contract = match text("contract")? {
            "send" => Contract::Send,
            "receive" => Contract::Receive,
            other => bail!("{file}: no such contract as {other}"),
        };
        let schema = serde_json::from_str(&text_of(file)?).with_context(|| format!("{file} is not JSON"))?;
        documents.insert(file.to_owned(), Document { contract, schema });
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(file: &str) -> Result<String> {
        Ok(match file {
            "index.json" => r#"[{"file": "send/a.json", "contract": "send"}]"#.to_owned(),
            "send/a.json" => r#"{"$id": "a"}"#.to_owned(),
            other => bail!("asked for {other}"),
        })
    }

    #[test]
    fn only_what_the_index_names_is_read() {
        let documents = read(tree).unwrap();
        assert_eq!(documents.len(), 1);
        let document = documents.get("send/a.json").unwrap();
        assert_eq!(document.contract, Contract::Send);
        assert_eq!(document.schema, serde_json::json!({ "$id": "a" }));
    }

    #[test]
    fn a_tree_without_a_document_or_with_a_strange_contract_is_refused() {
        for (index, error) in [
            ("[]", "index.json names no document"),
            ("{}", "index.json is not a list"),
            (r#"[{"file": "a", "contract": "both"}]"#, "a: no such contract as both"),
            (r#"[{"contract": "send"}]"#, "an entry of index.json without file"),
        ] {
            let found = read(|_| Ok(index.to_owned())).err().unwrap();
            assert_eq!(found.to_string(), error);
        }
    }
}
