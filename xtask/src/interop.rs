//! `cargo xtask interop`: hands what is exported for other languages to tools of other languages.

mod openapi;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::steps::{self, Failure, Step};
use crate::tools::{LISTS, Tools};
use crate::workspace::{Workspace, run as run_program};

const CHECKS: &[Step<'_>] = &[
    ("validators of JSON Schema", &validators),
    ("types of TypeScript", &typescript),
    ("models of Python", &python),
    ("OpenAPI: both documents, and the sandbox by that of INCS", &openapi::check),
];

const SCHEMAS: &str = "docs/schemas";
const PAGE: &str = "docs/other-languages.md";

/// Installs the tools and makes every check.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    steps::run(CHECKS, workspace, Failure::Stops)
}

/// Validators of other languages judge each sample of the corpus and must say what the sample says; then the two programs that the
/// page of the schemas prints.
fn validators(workspace: &Workspace) -> Result<()> {
    let tools = Tools::all(workspace)?;
    run_program(tools.node_script("ajv.mjs")?.arg(SCHEMAS))?;
    run_program(tools.python_script("validate.py").arg(SCHEMAS))?;
    run_program(tools.node_script("page.mjs")?.arg(SCHEMAS))?;
    run_program(tools.python_script("page.py").arg(SCHEMAS))
}

/// Types of TypeScript, made as the page says and compiled with all valid samples, with what must not compile and with the code of
/// the page.
fn typescript(workspace: &Workspace) -> Result<()> {
    let (tools, page) = (Tools::all(workspace)?, Page::load(workspace)?);
    let manifest: Value = serde_json::from_str(&list(workspace, "package.json")?)?;
    for name in ["json-schema-to-typescript", "typescript"] {
        let version = manifest.get("dependencies").and_then(|list| list.get(name)?.as_str());
        page.asks_for("npm install", &format!("{name}@{}", version.with_context(|| format!("{name} is not listed"))?))?;
    }
    let folder = tools.scratch("typescript")?;
    page.run("npx json2ts", &folder, &tools.npm_programs())?;
    write_samples(workspace, &folder)?;
    run_program(tools.node_script("typescript.mjs")?.arg(&folder))?;
    fs::write(folder.join("page.ts"), page.code("ts")?)?;
    for file in ["tsconfig.json", "refused.ts"] {
        fs::copy(workspace.root().join("xtask/interop/typescript").join(file), folder.join(file))?;
    }
    run_program(tools.npm("tsc").arg("--project").arg(&folder))
}

/// Models of Python, made as the page says: every valid sample comes back from its model as it was, and what is wrong is refused.
fn python(workspace: &Workspace) -> Result<()> {
    let (tools, page) = (Tools::all(workspace)?, Page::load(workspace)?);
    let list = list(workspace, "requirements.txt")?;
    for name in ["datamodel-code-generator", "pydantic"] {
        let line = list.lines().find(|line| line.starts_with(&format!("{name}==")));
        page.asks_for("pip install", line.with_context(|| format!("{name} is not listed"))?)?;
    }
    let folder = tools.scratch("python")?;
    page.run("datamodel-codegen", &folder, &tools.pip_programs())?;
    write_samples(workspace, &folder)?;
    fs::write(folder.join("page.py"), page.code("python")?)?;
    run_program(tools.python_script("python.py").arg(&folder))
}

/// A list of tools with their versions.
fn list(workspace: &Workspace, name: &str) -> Result<String> {
    fs::read_to_string(workspace.root().join(LISTS).join(name)).with_context(|| format!("{name} cannot be read"))
}

/// Writes all samples of the corpus for a script: an object of lists by document, like `send/whatsapp-message`.
fn write_samples(workspace: &Workspace, folder: &Path) -> Result<()> {
    let mut samples = BTreeMap::new();
    for file in workspace.files(&format!("{SCHEMAS}/corpus/*.jsonl"))? {
        let lines = file.text.lines().map(serde_json::from_str::<Value>);
        let lines: Vec<_> = lines.collect::<Result<_, _>>().with_context(|| file.path.display().to_string())?;
        let document = file.path.strip_prefix(SCHEMAS)?.strip_prefix("corpus")?.with_extension("");
        samples.insert(document.display().to_string(), lines);
    }
    let fits = |sample: &Value| sample.get("schema") == Some(&Value::Bool(true));
    ensure!(samples.values().flatten().any(fits), "there is no sample that fits its schema");
    Ok(fs::write(folder.join("samples.json"), serde_json::to_vec(&samples)?)?)
}

/// The blocks of the page on other languages, by what stands after the three backquotes.
struct Page(Vec<(String, String)>);

impl Page {
    fn load(workspace: &Workspace) -> Result<Self> {
        let text = fs::read_to_string(workspace.root().join(PAGE)).with_context(|| format!("{PAGE} cannot be read"))?;
        Ok(Self::parse(&text))
    }

    fn parse(page: &str) -> Self {
        let mut blocks = Vec::new();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```") else { continue };
            let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((info.to_owned(), body.join("\n") + "\n"));
        }
        Self(blocks)
    }

    /// All blocks of a language together; there is at least one.
    fn code(&self, language: &str) -> Result<String> {
        let code: Vec<_> = self.0.iter().filter(|(info, _)| info == language).map(|(_, text)| text.as_str()).collect();
        ensure!(!code.is_empty(), "{PAGE} has no block of {language}");
        Ok(code.join("\n"))
    }

    /// Whether the page asks for a package, written as its installer wants it.
    fn asks_for(&self, installer: &str, package: &str) -> Result<()> {
        let install = self.command(installer)?;
        ensure!(install.split_whitespace().any(|word| word == package), "{PAGE}: {installer} without {package}");
        Ok(())
    }

    /// Runs the block that begins with this program, as it is printed, in a folder and with a path of programs.
    fn run(&self, program: &str, folder: &Path, programs: &Path) -> Result<()> {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([programs.to_owned()].into_iter().chain(env::split_paths(&path)))?;
        let mut bash = Command::new("bash");
        run_program(bash.args(["-euo", "pipefail", "-c", self.command(program)?]).current_dir(folder).env("PATH", path))
    }

    fn command(&self, beginning: &str) -> Result<&str> {
        let mut commands = self.0.iter().filter(|(info, _)| info == "sh skip tools").map(|(_, text)| text.as_str());
        let command = commands.find(|text| text.starts_with(beginning));
        command.with_context(|| format!("{PAGE} has no block marked `sh skip tools` that begins with {beginning}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_kind() {
        let page = Page::parse("a\n\n```ts\nx\n```\n\n```sh skip tools\nnpm install a@1.2.3\n```\n\n```ts\ny\n```\n");
        assert_eq!(page.code("ts").unwrap(), "x\n\ny\n");
        assert!(page.code("python").is_err());
        assert!(page.asks_for("npm install", "a@1.2.3").is_ok());
        assert!(page.asks_for("npm install", "a@1.2.4").is_err());
        assert!(page.asks_for("pip install", "").is_err());
    }
}
