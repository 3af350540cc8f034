//! `cargo xtask package`: packages every publishable crate and builds what was packaged.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

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
    forget_unpacked(workspace)?;
    // Said in words, the folder is shared by all packages; else cargo builds what they need anew for each of them.
    let target_dir = workspace.target_dir().display().to_string();
    workspace.run_with(&args, &[("CARGO_TARGET_DIR", &target_dir)])?;
    println!("packaged and built: {}", crates.join(", "));
    Ok(())
}

/// Removes what cargo unpacked of our packages in earlier runs. It keeps that by name and version in its home and never looks
/// whether the package has changed, so a crate would be built against the one before it of the day before.
fn forget_unpacked(workspace: &Workspace) -> Result<()> {
    let Some(home) = cargo_home() else { return Ok(()) };
    let names: Vec<_> = workspace.packages().iter().map(|package| package.name.as_str()).collect();
    forget_in(&home.join("registry/src"), &names)
}

fn cargo_home() -> Option<PathBuf> {
    let home =
        || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(|home| Path::new(&home).join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home)
}

/// The folders of registries on the network begin with a host, those of a folder on this machine with a dash.
fn forget_in(sources: &Path, names: &[&str]) -> Result<()> {
    let Ok(registries) = fs::read_dir(sources) else { return Ok(()) };
    for registry in registries {
        let registry = registry?;
        if !registry.file_name().to_string_lossy().starts_with('-') {
            continue;
        }
        for unpacked in fs::read_dir(registry.path())? {
            let unpacked = unpacked?;
            let folder = unpacked.file_name();
            let name = folder.to_str().and_then(|folder| folder.rsplit_once('-')).map(|(name, _version)| name);
            if name.is_some_and(|name| names.contains(&name)) {
                let path = unpacked.path();
                fs::remove_dir_all(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_packages_of_a_folder_on_this_machine_are_forgotten() {
        let sources = env::temp_dir().join(format!("xtask-package-{}", std::process::id()));
        let folders =
            ["-0123/ours-0.1.0", "-0123/ours-too-0.1.0", "-0123/other-0.1.0", "index.example-4567/ours-0.1.0"];
        for folder in folders {
            fs::create_dir_all(sources.join(folder)).unwrap();
        }
        forget_in(&sources, &["ours", "ours-too"]).unwrap();
        let left: Vec<_> = folders.into_iter().filter(|folder| sources.join(folder).exists()).collect();
        fs::remove_dir_all(&sources).unwrap();
        assert_eq!(left, ["-0123/other-0.1.0", "index.example-4567/ours-0.1.0"]);
        assert!(forget_in(&sources, &["ours"]).is_ok(), "nothing was unpacked yet");
    }
}
