//! The workspace as cargo sees it, and the one way to call cargo.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The root folder and the packages of this workspace.
pub(crate) struct Workspace {
    root: PathBuf,
    target_dir: PathBuf,
    packages: Vec<Package>,
}

/// One member of the workspace.
pub(crate) struct Package {
    /// The name on the registry.
    pub(crate) name: String,
    /// The folder of the manifest.
    pub(crate) dir: PathBuf,
    /// False for `publish = false`.
    pub(crate) publishable: bool,
    /// The package as `cargo metadata` describes it.
    pub(crate) metadata: Value,
}

impl Workspace {
    /// Asks `cargo metadata` about the workspace of the current folder.
    pub(crate) fn load() -> Result<Self> {
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cargo metadata does not start")?;
        ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
        Self::from_metadata(&serde_json::from_slice(&output.stdout)?)
    }

    fn from_metadata(metadata: &Value) -> Result<Self> {
        let root =
            metadata.get("workspace_root").and_then(Value::as_str).context("cargo metadata names no workspace root")?;
        let packages =
            metadata.get("packages").and_then(Value::as_array).context("cargo metadata lists no packages")?;
        Ok(Self {
            root: PathBuf::from(root),
            target_dir: metadata.get("target_directory").and_then(Value::as_str).unwrap_or("target").into(),
            packages: packages.iter().map(Package::from_metadata).collect::<Result<_>>()?,
        })
    }

    /// The folder of the root manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of build output.
    pub(crate) fn target_dir(&self) -> &Path {
        &self.target_dir
    }

    /// All members, in cargo's order.
    pub(crate) fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// Whether a member of this name exists.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.packages.iter().any(|package| package.name == name)
    }

    /// The member of this name.
    pub(crate) fn package(&self, name: &str) -> Result<&Package> {
        let found = self.packages.iter().find(|package| package.name == name);
        found.with_context(|| format!("the workspace has no {name}"))
    }

    /// A cargo command that runs at the root.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        command.args(args).current_dir(&self.root);
        command
    }

    /// Runs cargo, shows the command line and its output, and fails when it fails.
    pub(crate) fn run(&self, args: &[&str]) -> Result<()> {
        self.run_with(args, &[])
    }

    /// Like [`Workspace::run`], with environment variables set.
    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Result<()> {
        let line = command_line(args, variables);
        println!("$ {line}");
        let status = self
            .command(args)
            .envs(variables.iter().copied())
            .status()
            .with_context(|| format!("`{line}` does not start"))?;
        ensure!(status.success(), "`{line}` failed ({status})");
        Ok(())
    }

    /// Runs cargo without showing anything and returns its standard output.
    pub(crate) fn output(&self, args: &[&str]) -> Result<String> {
        let line = command_line(args, &[]);
        let output = self.command(args).output().with_context(|| format!("`{line}` does not start"))?;
        if !output.status.success() {
            bail!("`{line}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
    }
}

impl Package {
    fn from_metadata(metadata: &Value) -> Result<Self> {
        let text = |key: &str| {
            metadata
                .get(key)
                .and_then(Value::as_str)
                .with_context(|| format!("a package without {key} in cargo metadata"))
        };
        let dir = Path::new(text("manifest_path")?).parent().context("a manifest without a folder")?.to_path_buf();
        // `publish` is null for "anywhere" and an empty list for `publish = false`.
        let publishable =
            metadata.get("publish").and_then(Value::as_array).is_none_or(|registries| !registries.is_empty());
        Ok(Self { name: text("name")?.to_owned(), dir, publishable, metadata: metadata.clone() })
    }
}

/// The cargo that runs this program, else the one on the path.
fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The command as a person would type it.
fn command_line(args: &[&str], variables: &[(&str, &str)]) -> String {
    let mut words = Vec::new();
    for (name, value) in variables {
        words.push(format!("{name}={}", quoted(value)));
    }
    words.push("cargo".to_owned());
    words.extend(args.iter().map(|arg| quoted(arg)));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    if word.contains(char::is_whitespace) { format!("'{word}'") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_tells_root_folders_and_what_is_published() {
        let workspace = Workspace::from_metadata(&json!({
            "workspace_root": "/repo",
            "target_directory": "/out",
            "packages": [
                { "name": "a", "manifest_path": "/repo/crates/a/Cargo.toml", "publish": null },
                { "name": "b", "manifest_path": "/repo/b/Cargo.toml", "publish": [] },
                { "name": "c", "manifest_path": "/repo/c/Cargo.toml", "publish": ["private"] },
            ],
        }))
        .unwrap();

        assert_eq!(workspace.root(), Path::new("/repo"));
        assert_eq!(workspace.target_dir(), Path::new("/out"));
        let seen: Vec<_> =
            workspace.packages().iter().map(|package| (package.name.as_str(), package.publishable)).collect();
        assert_eq!(seen, [("a", true), ("b", false), ("c", true)]);
        assert_eq!(workspace.packages()[0].dir, Path::new("/repo/crates/a"));
        assert!(workspace.has("b"));
        assert!(!workspace.has("d"));
    }

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        assert_eq!(
            command_line(&["doc", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")]),
            "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps"
        );
    }
}
