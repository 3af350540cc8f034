//! `cargo xtask package`: packages every publishable crate and builds what was packaged.

use anyhow::{Result, ensure};

use crate::workspace::Workspace;

/// One cargo call for all crates, so that one that needs another is built against its package.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let crates: Vec<_> = workspace
        .packages()
        .iter()
        .filter(|package| package.publishable)
        .map(|package| package.name.as_str())
        .collect();
    ensure!(!crates.is_empty(), "no crate of the workspace is publishable");

    // The working tree of a desk is rarely clean; what CI packages is a clean clone anyway.
    let mut args = vec!["package", "--allow-dirty"];
    for name in &crates {
        args.extend(["-p", name]);
    }
    workspace.run(&args)?;
    println!("packaged and built: {}", crates.join(", "));
    Ok(())
}
