//! `cargo xtask schema --diff`: lists the changes since older schemas, and classifies them for senders and receivers.

mod change;
mod reference;
#[cfg(test)]
mod tests;
mod union;
mod walk;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use self::change::{Change, Class, Contract};
use self::walk::Walk;
use super::FOLDER;
use crate::workspace::Workspace;

/// Prints every change since the schemas of a folder or a git revision. Fails if one of them is breaking.
pub(crate) fn run(workspace: &Workspace, old: &str, json: bool) -> Result<()> {
    let changes = since(workspace, old)?;
    if json {
        println!("{:#}", to_json(&changes));
    } else {
        println!("{}", text(&changes));
    }
    let breaking = changes.iter().filter(|change| change.class.counts_as_breaking()).count();
    ensure!(breaking == 0, "breaking changes of schemas since {old}: {breaking}");
    Ok(())
}

/// Returns every change since the schemas of a folder or a git revision.
pub(crate) fn since(workspace: &Workspace, old: &str) -> Result<Vec<Change>> {
    Ok(changes(&older(workspace, old)?, &present(workspace.root())?))
}

/// Returns every change between two trees, by document.
fn changes(old: &Documents, new: &Documents) -> Vec<Change> {
    let whole = |file: &str, contract: Contract, class: Class, what: String| Change {
        document: file.to_owned(),
        contract,
        pointer: String::new(),
        class,
        what,
    };
    let mut changes = Vec::new();
    for (file, before) in old {
        match new.get(file) {
            Some(after) if after.contract == before.contract => {
                changes.extend(Walk::compare(file, before.contract, &before.schema, &after.schema));
            }
            Some(after) => {
                let what = format!("the document is of the contract {}", after.contract);
                changes.push(whole(file, before.contract, Class::Breaking, what));
            }
            None => {
                let id = before.schema.get("$id");
                let heir = new.iter().find(|(_, document)| id.is_some() && document.schema.get("$id") == id);
                let what = match heir {
                    Some((heir, _)) => format!("the document was removed; its $id is in {heir}"),
                    None => "the document was removed".to_owned(),
                };
                changes.push(whole(file, before.contract, Class::Breaking, what));
            }
        }
    }
    for (file, after) in new.iter().filter(|(file, _)| !old.contains_key(*file)) {
        changes.push(whole(file, after.contract, Class::Compatible, "the document is new".to_owned()));
    }
    changes
}

/// One document of a tree.
struct Document {
    contract: Contract,
    schema: Value,
}

/// Documents by file, like `send/viber-message.json`. Only indexed files are part of the tree.
type Documents = BTreeMap<String, Document>;

/// Reads the committed documents. A test compares them with the types.
fn present(root: &Path) -> Result<Documents> {
    from_folder(&root.join(FOLDER))
}

/// Reads the documents of a folder or, if no such folder exists, of a git revision.
fn older(workspace: &Workspace, old: &str) -> Result<Documents> {
    let folder = Path::new(old);
    if folder.is_dir() {
        return from_folder(folder);
    }
    let read_at_revision = |file: &str| workspace.git(&["show", &format!("{old}:{FOLDER}/{file}")]);
    read(read_at_revision).with_context(|| format!("{old} is neither a folder nor a revision with schemas"))
}

fn from_folder(folder: &Path) -> Result<Documents> {
    read(|file| {
        let path = folder.join(file);
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    })
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

const CLASSES: [Class; 4] = [Class::Breaking, Class::Unclear, Class::Compatible, Class::Documentation];

/// Formats a heading for each document with its changes, the worst first, and a line of counts.
fn text(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "no schema has changed".to_owned();
    }
    let mut sorted: Vec<_> = changes.iter().collect();
    sorted.sort_by(|a, b| (&a.document, a.class, &a.pointer).cmp(&(&b.document, b.class, &b.pointer)));
    let mut text = String::new();
    let mut heading = "";
    for change in sorted {
        if change.document != heading {
            heading = &change.document;
            let _ = writeln!(text, "{heading}");
        }
        let pointer = if change.pointer.is_empty() { "(whole)" } else { &change.pointer };
        let _ = writeln!(text, "  {:13}  {pointer}  {}", change.class.to_string(), change.what);
    }
    text.push_str(&counted(changes));
    text
}

/// Formats the counts: `breaking: 1, breaking?: 0, not breaking: 2, documentation: 0`.
pub(crate) fn counted(changes: &[Change]) -> String {
    CLASSES.map(|class| format!("{class}: {}", count(changes, class))).join(", ")
}

/// Returns each change as an object, and the number of breaking and unclear ones.
fn to_json(changes: &[Change]) -> Value {
    let list: Vec<_> = changes
        .iter()
        .map(|change| {
            json!({
                "document": change.document,
                "contract": change.contract.to_string(),
                "pointer": change.pointer,
                "class": change.class.to_string(),
                "what": change.what,
            })
        })
        .collect();
    json!({
        "breaking": count(changes, Class::Breaking),
        "unclear": count(changes, Class::Unclear),
        "changes": list,
    })
}

fn count(changes: &[Change], class: Class) -> usize {
    changes.iter().filter(|change| change.class == class).count()
}

/// Escapes a name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
