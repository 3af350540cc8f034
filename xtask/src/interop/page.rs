//! The commands that the page on other languages prints.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::tools::run;
use crate::workspace::Workspace;

const PAGE: &str = "docs/other-languages.md";

/// The blocks of the page, by what stands after the three backquotes.
pub(super) struct Page(Vec<(String, String)>);

impl Page {
    pub(super) fn load(workspace: &Workspace) -> Result<Self> {
        let text = fs::read_to_string(workspace.root().join(PAGE)).with_context(|| format!("{PAGE} cannot be read"))?;
        Ok(Self(blocks(&text)))
    }

    /// All blocks of a language together; there is at least one.
    pub(super) fn code(&self, language: &str) -> Result<String> {
        let code: Vec<_> = self.0.iter().filter(|(info, _)| info == language).map(|(_, text)| text.as_str()).collect();
        ensure!(!code.is_empty(), "{PAGE} has no block of {language}");
        Ok(code.join("\n"))
    }

    /// Whether the page asks for these packages, each written as its installer wants it.
    pub(super) fn asks_for(&self, installer: &str, packages: &[String]) -> Result<()> {
        let install = self.command(installer)?;
        for package in packages {
            ensure!(install.split_whitespace().any(|word| word == package), "{PAGE}: {installer} without {package}");
        }
        Ok(())
    }

    /// Runs the block that begins with this program, as it is printed, in a folder and with a path of programs.
    pub(super) fn run(&self, program: &str, folder: &Path, programs: &Path) -> Result<()> {
        let text = self.command(program)?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([programs.to_owned()].into_iter().chain(std::env::split_paths(&path)))?;
        run(Command::new("bash").args(["-euo", "pipefail", "-c", text]).current_dir(folder).env("PATH", path))
    }

    fn command(&self, beginning: &str) -> Result<&str> {
        let mut commands = self.0.iter().filter(|(info, _)| info == "sh skip tools").map(|(_, text)| text.as_str());
        let command = commands.find(|text| text.starts_with(beginning));
        command.with_context(|| format!("{PAGE} has no block marked `sh skip tools` that begins with {beginning}"))
    }
}

fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push((info.to_owned(), body.join("\n") + "\n"));
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_what_they_are() {
        let page = Page(blocks("a\n\n```ts\nx\n```\n\n```sh skip tools\nnpm install a@1.2.3\n```\n\n```ts\ny\n```\n"));
        assert_eq!(page.code("ts").unwrap(), "x\n\ny\n");
        assert!(page.code("python").is_err());
        assert!(page.asks_for("npm install", &["a@1.2.3".to_owned()]).is_ok());
        assert!(page.asks_for("npm install", &["a@1.2.4".to_owned()]).is_err());
        assert!(page.asks_for("pip install", &[]).is_err());
    }
}
