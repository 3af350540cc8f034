//! `cargo xtask schema --diff`: what changed since older schemas, and for whom it breaks something.

pub(crate) mod change;
pub(crate) mod documents;
mod members;
mod reference;
mod report;
mod steady;
#[cfg(test)]
mod tests;
mod union;
mod values;
mod walk;

use crate::schema::diff::change::Contract;
use anyhow::{Result, ensure};

use self::change::{Change, Class};
use self::documents::{Documents, older, present};
pub(crate) use self::report::counted;
use self::walk::Walk;
use crate::workspace::Workspace;

/// Prints every change since the schemas of a folder or a git revision; fails when one of them is breaking.
pub(crate) fn run(workspace: &Workspace, old: &str, json: bool) -> Result<()> {
    let changes = since(workspace, old)?;
    if json {
        println!("{:#}", report::json(&changes));
    } else {
        println!("{}", report::text(&changes));
    }
    let breaking = changes.iter().filter(|change| change.class.counts_as_breaking()).count();
    ensure!(breaking == 0, "breaking changes of schemas since {old}: {breaking}");
    Ok(())
}

/// Every change since the schemas of a folder or a git revision.
pub(crate) fn since(workspace: &Workspace, old: &str) -> Result<Vec<Change>> {
    Ok(changes(&older(workspace, old)?, &present(workspace.root())?))
}

/// Every change between two trees, by document.
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
                    Some((heir, _)) => format!("the document is gone; its $id stands in {heir}"),
                    None => "the document is gone".to_owned(),
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
