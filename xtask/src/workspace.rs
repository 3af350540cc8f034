//! The workspace as seen by cargo and git, and functions that run programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand, Package};

/// The workspace of the current folder.
pub(crate) struct Workspace {
    metadata: Metadata,
}

/// A text file of the repository, its path relative to the root.
pub(crate) struct TextFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Workspace {
    pub(crate) fn load() -> Result<Self> {
        Ok(Self { metadata: MetadataCommand::new().no_deps().exec().context("cargo metadata failed")? })
    }

    /// Returns the folder of the root manifest.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Returns the folder of build output.
    pub(crate) fn target_dir(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// Returns all members.
    pub(crate) fn packages(&self) -> &[Package] {
        &self.metadata.packages
    }

    /// Returns the members without `publish = false`, for which cargo has an empty list of registries.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages()
            .iter()
            .filter(|package| package.publish.as_ref().is_none_or(|registries| !registries.is_empty()))
    }

    /// Returns a program that starts in the root.
    pub(crate) fn command(&self, program: impl AsRef<Path>, args: &[&str]) -> Command {
        let mut command = Command::new(program.as_ref());
        command.args(args).current_dir(self.root());
        command
    }

    /// Returns the cargo that runs this program, or else the one on the path.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), args)
    }

    /// Runs cargo, see [`run`].
    pub(crate) fn run(&self, args: &[&str]) -> Result<()> {
        run(&mut self.cargo(args))
    }

    /// Runs git and returns its output.
    pub(crate) fn git(&self, args: &[&str]) -> Result<String> {
        output(&mut self.command("git", args))
    }

    /// Returns the tracked and new files below a folder, or that match a pattern of git, in path order. Links and files that are not
    /// UTF-8 are left out.
    pub(crate) fn files(&self, pattern: &str) -> Result<Vec<TextFile>> {
        let listed = self.git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", pattern])?;
        let mut files = Vec::new();
        for path in listed.split_terminator('\0').map(PathBuf::from) {
            let full = self.root().join(&path);
            // A deleted file is listed until the deletion is committed.
            if full.is_file() && !full.is_symlink() {
                let bytes = fs::read(&full).with_context(|| format!("{} cannot be read", path.display()))?;
                files.extend(String::from_utf8(bytes).ok().map(|text| TextFile { path, text }));
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
}

/// Runs a program, shows its command line and its output, and fails if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("`{line}` does not start"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Runs a program without showing anything, and returns its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = command_line(command);
    let output = command.output().with_context(|| format!("`{line}` does not start"))?;
    let (status, errors) = (output.status, String::from_utf8_lossy(&output.stderr));
    ensure!(status.success(), "`{line}` failed ({status}): {}", errors.trim());
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
}

/// Prefixes of the variables that a command line shows. Others are long, or hold a secret.
const SHOWN: [&str; 3] = ["CARGO_", "RUSTDOC", "UPDATE_"];

/// Formats a command as a person would type it.
pub(crate) fn command_line(command: &Command) -> String {
    let quoted = |word: &str| if word.contains(char::is_whitespace) { format!("'{word}'") } else { word.to_owned() };
    let variables = command.get_envs().filter_map(|(name, value)| {
        let (name, value) = (name.to_string_lossy(), value?.to_string_lossy());
        SHOWN.iter().any(|start| name.starts_with(start)).then(|| format!("{name}={}", quoted(&value)))
    });
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let args = command.get_args().map(|arg| quoted(&arg.to_string_lossy()));
    variables.chain([program]).chain(args).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_knows_what_is_published() {
        let workspace = Workspace::load().unwrap();
        let published: Vec<_> = workspace.published().map(|package| package.name.as_str()).collect();
        assert!(published.contains(&"incs-model"), "{published:?}");
        assert!(!published.contains(&"xtask"), "{published:?}");
        assert!(workspace.root().join("Cargo.toml").is_file());
    }

    #[test]
    fn git_files_come_in_order() {
        let files = Workspace::load().unwrap().files("xtask/*.rs").unwrap();
        assert!(files.is_sorted_by_key(|file| file.path.clone()));
        assert!(files.iter().any(|file| file.path == Path::new("xtask/src/workspace.rs")));
        assert!(files.iter().all(|file| file.path.starts_with("xtask")));
    }

    #[test]
    fn command_line_can_be_pasted() {
        let mut command = Command::new("/somewhere/cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings").env("TOKEN", "secret");
        assert_eq!(command_line(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_program_that_fails_says_why() {
        let error = output(Command::new("git").arg("no-such-command")).unwrap_err().to_string();
        assert!(error.starts_with("`git no-such-command` failed"), "{error}");
        assert!(run(&mut Command::new("no-such-program-anywhere")).is_err());
    }
}
