//! `cargo xtask fuzz`: every fuzz target for a while, on the toolchain of the workspace.

mod build;
mod output;
mod run;
mod seeds;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;

use self::run::Run;
use crate::files;
use crate::workspace::Workspace;

/// What is fuzzed, and for how long.
#[derive(Args, Clone)]
pub(crate) struct Fuzz {
    /// How long each target runs; past the first finding it does not
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only this target, a file of fuzz/fuzz_targets
    #[arg(long)]
    target: Option<String>,
}

/// Builds the targets and runs them one after the other, also after one has failed.
pub(crate) fn run(workspace: &Workspace, options: &Fuzz) -> Result<()> {
    let targets = chosen(names(&workspace.root().join("fuzz/fuzz_targets"))?, options.target.as_deref())?;
    let folders = Folders { root: workspace.target_dir().join("fuzz") };
    let programs = build::run(workspace, &folders.build(), options.target.as_deref())?;
    let words = seeds::write_words(workspace.root(), &folders.root)?;

    let mut runs = Vec::new();
    for target in &targets {
        let seeds = seeds::write(workspace.root(), &folders.of("seeds", target)?, target)?;
        println!("\n== {target}: {} s, {seeds} seeds", options.seconds);
        let command = run::command(&programs.join(target), &folders, target, &words, options.seconds)?;
        runs.push(run::until_done(target, command)?);
    }
    println!("\n{}", run::table(&runs));
    let failed: Vec<String> = runs.iter().filter_map(Run::repeat).collect();
    ensure!(failed.is_empty(), "a finding; see it again with\n  {}", failed.join("\n  "));
    Ok(())
}

/// Where everything goes that is not committed.
struct Folders {
    root: PathBuf,
}

impl Folders {
    fn build(&self) -> PathBuf {
        self.root.join("build")
    }

    /// The folder of a kind for a target; it exists.
    fn of(&self, kind: &str, target: &str) -> Result<PathBuf> {
        let folder = self.root.join(kind).join(target);
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(folder)
    }
}

/// The targets there are, by the names of their files.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    files::collect(folder, &mut paths)?;
    let mut names: Vec<String> =
        paths.iter().filter_map(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn chosen(mut names: Vec<String>, only: Option<&str>) -> Result<Vec<String>> {
    if let Some(only) = only {
        ensure!(names.iter().any(|name| name == only), "no target {only}; there are {}", names.join(", "));
        names.retain(|name| name == only);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_targets_are_chosen_or_one_that_exists() {
        let names = || vec!["model".to_owned(), "parse".to_owned()];
        assert_eq!(chosen(names(), None).unwrap(), names());
        assert_eq!(chosen(names(), Some("parse")).unwrap(), ["parse"]);
        assert_eq!(chosen(names(), Some("x")).unwrap_err().to_string(), "no target x; there are model, parse");
    }
}
