//! External tools, installed from npm and PyPI at fixed versions into the target folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::{Workspace, run};

/// The folder of the lists of tools, from the root.
pub(crate) const LISTS: &str = "xtask/tools";

/// The installed tools of [`LISTS`]. Nothing outside the target folder is written.
pub(crate) struct Tools {
    root: PathBuf,
    home: PathBuf,
}

impl Tools {
    /// Installs the tools of Python, cargo's tools and lychee, which are on PyPI as programs. Missing tools and other versions are
    /// installed.
    pub(crate) fn python(workspace: &Workspace) -> Result<Self> {
        let tools = Self { root: workspace.root().to_path_buf(), home: workspace.target_dir().join("tools") };
        tools.once("python", &["requirements.txt"], |folder, list| {
            run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
            run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", "--requirement"]).arg(list))
        })?;
        Ok(tools)
    }

    /// Installs the tools of npm as well.
    pub(crate) fn all(workspace: &Workspace) -> Result<Self> {
        let tools = Self::python(workspace)?;
        tools.once("node", &["package-lock.json", "package.json", ".npmrc"], npm_packages)?;
        Ok(tools)
    }

    /// Installs the generators of clients, which need another version of TypeScript, and returns an empty folder with a link to them.
    pub(crate) fn clients(&self) -> Result<PathBuf> {
        self.once("clients", &["clients/package-lock.json", "clients/package.json", "clients/.npmrc"], npm_packages)?;
        let folder = empty(self.home.join("scratch/clients"))?;
        symlink(self.home.join("clients/node_modules"), folder.join("node_modules"))?;
        Ok(folder)
    }

    /// Returns a program of a Python package, started in the root.
    pub(crate) fn pip(&self, program: &str) -> Command {
        let mut command = Command::new(self.pip_programs().join(program));
        command.current_dir(&self.root);
        command
    }

    /// Returns a program of an npm package.
    pub(crate) fn npm(&self, program: &str) -> Command {
        Command::new(self.npm_programs().join(program))
    }

    pub(crate) fn pip_programs(&self) -> PathBuf {
        self.home.join("python/bin")
    }

    pub(crate) fn npm_programs(&self) -> PathBuf {
        self.home.join("node/node_modules/.bin")
    }

    /// Returns `python` with the installed packages and a script of `xtask/interop`.
    pub(crate) fn python_script(&self, script: &str) -> Command {
        let mut command = self.pip("python");
        command.arg(self.root.join("xtask/interop").join(script)).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Returns `node` with the installed packages and a script of `xtask/interop`.
    pub(crate) fn node_script(&self, script: &str) -> Result<Command> {
        // A module finds packages in the folders above it, so it is copied beside them.
        let copy = self.home.join("node").join(script);
        fs::copy(self.root.join("xtask/interop").join(script), &copy)?;
        let mut command = Command::new("node");
        command.arg(copy).current_dir(&self.root);
        Ok(command)
    }

    /// Returns an empty folder for the files of a check, with links to the schemas and the npm packages.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = empty(self.home.join("scratch").join(name))?;
        symlink(self.root.join("docs/schemas"), folder.join("schemas"))?;
        symlink(self.home.join("node/node_modules"), folder.join("node_modules"))?;
        Ok(folder)
    }

    /// Fills a folder unless it was filled completely from the same lists.
    fn once(&self, name: &str, lists: &[&str], fill: impl FnOnce(&Path, &Path) -> Result<()>) -> Result<()> {
        let stamp = self.home.join(format!("{name}.stamp"));
        let mut wanted = String::new();
        for list in lists {
            let path = self.root.join(LISTS).join(list);
            wanted += &fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        }
        let folder = self.home.join(name);
        if folder.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        let list = self.root.join(LISTS).join(lists.first().copied().unwrap_or_default());
        fill(&empty(folder)?, &list).with_context(|| format!("the tools of {name} cannot be installed"))?;
        Ok(fs::write(stamp, wanted)?)
    }
}

/// Installs the packages of a list of npm.
fn npm_packages(folder: &Path, list: &Path) -> Result<()> {
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(list.with_file_name(file), folder.join(file))?;
    }
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// Returns an empty folder.
pub(crate) fn empty(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}
