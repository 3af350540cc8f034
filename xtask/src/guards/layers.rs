//! Layers: which crate of this workspace may depend on which.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Finding, tree};
use crate::workspace::Workspace;

struct Layer {
    name: &'static str,
    /// Members it may name in its manifest; what those may use comes with them.
    may_use: &'static [&'static str],
}

/// The table of docs/architecture.md; a member that is missing here is an offence.
const LAYERS: &[Layer] = &[
    Layer { name: "incs-model-derive", may_use: &[] },
    Layer { name: "incs-model", may_use: &["incs-model-derive"] },
    Layer { name: "incs-client", may_use: &["incs-model"] },
    Layer { name: "incs-client-contract", may_use: &["incs-model", "incs-client"] },
    Layer { name: "incs-webhook", may_use: &["incs-model"] },
    Layer { name: "incs-facade", may_use: &["incs-model", "incs-client", "incs-client-contract", "incs-webhook"] },
    Layer { name: "incs-sandbox", may_use: &["incs-model", "incs-webhook"] },
    Layer { name: "incs-cli", may_use: &["incs-facade", "incs-sandbox"] },
    Layer { name: "incs-bench", may_use: &["incs-model", "incs-client", "incs-webhook", "incs-sandbox"] },
    Layer { name: "incs-book", may_use: &["incs-model"] },
    Layer { name: "incs-examples", may_use: &["incs-facade", "incs-sandbox"] },
    Layer { name: "xtask", may_use: &[] },
];

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let members: Vec<_> = workspace.packages().iter().map(|package| package.name.as_str()).collect();
    let mut offences = Vec::new();
    let mut edges = 0;
    for &member in &members {
        let used = used_members(workspace, member, &members)?;
        edges += used.len();
        offences.extend(check(LAYERS, member, &used));
    }
    Ok(Finding { counted: format!("crates: {}, dependencies among them: {edges}", members.len()), offences })
}

/// The members that a member depends on directly, with every feature and on every platform.
fn used_members(workspace: &Workspace, member: &str, members: &[&str]) -> Result<BTreeSet<String>> {
    let direct = tree::dependencies(
        workspace,
        member,
        &["-e", "normal,build", "--depth", "1", "--all-features", "--target", "all"],
    )?;
    Ok(direct.into_iter().map(|found| found.name).filter(|name| members.contains(&name.as_str())).collect())
}

fn check(layers: &[Layer], member: &str, used: &BTreeSet<String>) -> Vec<String> {
    let Some(layer) = layers.iter().find(|layer| layer.name == member) else {
        return vec![format!("{member} has no row in the table of layers")];
    };
    used.iter()
        .filter(|name| !layer.may_use.contains(&name.as_str()))
        .map(|name| format!("{member} depends on {name}, which its layer does not allow"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_dependency_of_the_table_passes() {
        let used = names(&["incs-model", "incs-client"]);
        assert_eq!(check(LAYERS, "incs-facade", &used), [""; 0]);
    }

    #[test]
    fn client_and_webhook_do_not_know_each_other() {
        assert_eq!(
            check(LAYERS, "incs-client", &names(&["incs-model", "incs-webhook"])),
            ["incs-client depends on incs-webhook, which its layer does not allow"]
        );
    }

    #[test]
    fn a_crate_without_a_layer_is_an_offence() {
        assert_eq!(check(LAYERS, "incs-extra", &names(&[])), ["incs-extra has no row in the table of layers"]);
    }

    #[test]
    fn every_layer_stands_on_layers_above_it_in_the_table() {
        for (index, layer) in LAYERS.iter().enumerate() {
            for used in layer.may_use {
                let place = LAYERS.iter().position(|other| other.name == *used);
                assert!(place.unwrap() < index, "{} uses {used}", layer.name);
            }
        }
    }
}
