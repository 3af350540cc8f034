//! The tools of other languages, installed from their registries at fixed versions into the target folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// Where npm and pip put what `xtask/interop` names. Nothing outside the target folder is written.
pub(crate) struct Tools {
    root: PathBuf,
    home: PathBuf,
}

impl Tools {
    /// Installs what is missing or of another version.
    pub(crate) fn install(workspace: &Workspace) -> Result<Self> {
        let tools = Self { root: workspace.root().to_path_buf(), home: workspace.target_dir().join("interop") };
        let lists = workspace.root().join("xtask/interop");
        tools.once("node", &[&lists.join("package.json"), &lists.join("package-lock.json")], |folder| {
            for file in ["package.json", "package-lock.json", ".npmrc"] {
                fs::copy(lists.join(file), folder.join(file))?;
            }
            run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
        })?;
        tools.once("python", &[&lists.join("requirements.txt")], |folder| {
            run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
            let pip = folder.join("bin/pip");
            run(Command::new(pip).args(["install", "--quiet", "--requirement"]).arg(lists.join("requirements.txt")))
        })?;
        Ok(tools)
    }

    /// A folder of its own for what a check writes, empty.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.home.join("scratch").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// `node`, with the installed packages at hand for a script that stands in `xtask/interop`.
    pub(crate) fn node(&self, script: &str) -> Result<Command> {
        // A module finds packages in the folders above it, so it runs beside them.
        let copy = self.home.join("node").join(script);
        fs::copy(self.root.join("xtask/interop").join(script), &copy)?;
        let mut command = Command::new("node");
        command.arg(copy).current_dir(&self.root);
        Ok(command)
    }

    /// A program of an npm package.
    pub(crate) fn npm(&self, program: &str) -> Command {
        Command::new(self.npm_programs().join(program))
    }

    /// `python` with the installed packages, and a script of `xtask/interop`.
    pub(crate) fn python(&self, script: &str) -> Command {
        let mut command = self.pip("python");
        command.arg(self.root.join("xtask/interop").join(script)).current_dir(&self.root);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// The folder of the programs of npm packages.
    pub(crate) fn npm_programs(&self) -> PathBuf {
        self.home.join("node/node_modules/.bin")
    }

    /// The folder of the programs of Python packages.
    pub(crate) fn pip_programs(&self) -> PathBuf {
        self.home.join("python/bin")
    }

    /// Lets a folder see the npm packages, as if they were installed there.
    pub(crate) fn link_node_modules(&self, folder: &Path) -> Result<()> {
        Ok(symlink(self.home.join("node/node_modules"), folder.join("node_modules"))?)
    }

    /// Lets a folder see the schemas under `schemas`, as if they were exported there.
    pub(crate) fn link_schemas(&self, folder: &Path) -> Result<()> {
        Ok(symlink(self.root.join("docs/schemas"), folder.join("schemas"))?)
    }

    /// A program of a Python package.
    pub(crate) fn pip(&self, program: &str) -> Command {
        Command::new(self.pip_programs().join(program))
    }

    /// Fills a folder unless it was filled from the same lists; half an installation does not count.
    fn once(&self, name: &str, lists: &[&Path], fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let folder = self.home.join(name);
        let stamp = self.home.join(format!("{name}.stamp"));
        let mut wanted = String::new();
        for list in lists {
            wanted += &fs::read_to_string(list).with_context(|| format!("{} cannot be read", list.display()))?;
        }
        if folder.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fill(&folder).with_context(|| format!("the tools of {name} cannot be installed"))?;
        fs::write(stamp, wanted)?;
        Ok(())
    }
}

/// Runs a program, shows its command line and its output, and fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    println!("$ {program} {}", command.get_args().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" "));
    let status = command.status().with_context(|| format!("{program} does not start"))?;
    ensure!(status.success(), "{program} failed ({status})");
    Ok(())
}
