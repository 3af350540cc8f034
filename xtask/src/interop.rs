//! `cargo xtask interop`: tests the exported documents with tools of other languages.

mod openapi;
// The blocks of a page and their output, as in the test that runs the other pages.
#[path = "../../crates/incs-cli/tests/it/pages/page.rs"]
#[allow(
    dead_code,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the code of a test, of which only a part is used here"
)]
mod page;
mod programs;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use self::page::{Fence, fences};
use crate::steps::{self, Failure, Step};
use crate::tools::{LISTS, Tools};
use crate::workspace::{Workspace, run as run_program};

const CHECKS: &[Step<'_>] = &[
    ("validators of JSON Schema", &validators),
    ("types of TypeScript", &typescript),
    ("models of Python", &python),
    ("programs of the page on other languages", &programs),
    ("OpenAPI: both documents, and the sandbox against the INCS document", &openapi::check),
    ("OpenAPI: clients of three generators against the sandbox", &openapi::clients),
];

const SCHEMAS: &str = "docs/schemas";
const PAGE: &str = "docs/other-languages.md";

/// Installs the tools and runs every check.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    steps::run(CHECKS, workspace, Failure::Stops)
}

/// Runs validators of other languages on each sample of the corpus and compares their verdicts with the sample's; then runs the two
/// programs on the page of the schemas. A sample with one wrong member must be told in few errors.
fn validators(workspace: &Workspace) -> Result<()> {
    let tools = Tools::all(workspace)?;
    run_program(tools.node_script("ajv.mjs")?.arg(SCHEMAS))?;
    run_program(tools.python_script("validate.py").arg(SCHEMAS))?;
    run_program(tools.node_script("wrong_member.mjs")?.arg(SCHEMAS))?;
    run_program(tools.node_script("page.mjs")?.arg(SCHEMAS))?;
    run_program(tools.python_script("page.py").arg(SCHEMAS))
}

/// Compiles the committed types of TypeScript, and those that the page generates, with all valid samples and with code that must not
/// compile.
fn typescript(workspace: &Workspace) -> Result<()> {
    let (tools, page) = (Tools::all(workspace)?, Page::load(workspace)?);
    let manifest: Value = serde_json::from_str(&list(workspace, "package.json")?)?;
    for name in ["json-schema-to-typescript", "typescript", "@types/node"] {
        let version = manifest.get("dependencies").and_then(|list| list.get(name)?.as_str());
        page.asks_for("npm install", &format!("{name}@{}", version.with_context(|| format!("{name} is not listed"))?))?;
    }
    let generated = tools.scratch("typescript")?;
    page.run("npx json2ts", &generated, &tools.npm_programs())?;
    compile(workspace, &tools, &generated, None)?;
    compile(workspace, &tools, &tools.scratch("typescript-committed")?, Some("./schemas/types/incs.js"))
}

/// Compiles samples and refused code with the types of a module, or with generated ones.
fn compile(workspace: &Workspace, tools: &Tools, folder: &Path, module: Option<&str>) -> Result<()> {
    write_samples(workspace, folder)?;
    run_program(tools.node_script("typescript.mjs")?.arg(folder).args(module))?;
    let sources = workspace.root().join("xtask/interop/typescript");
    fs::copy(sources.join("tsconfig.json"), folder.join("tsconfig.json"))?;
    let refused = fs::read_to_string(sources.join("refused.ts"))?;
    let refused = match module {
        Some(module) => {
            fs::copy(sources.join("narrowed.ts"), folder.join("narrowed.ts"))?;
            let lines = refused.lines().map(|line| match line.split_once(" from \"./types/") {
                Some((import, _)) => format!("{import} from \"{module}\";"),
                None => line.to_owned(),
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        None => refused,
    };
    fs::write(folder.join("refused.ts"), refused)?;
    run_program(tools.npm("tsc").arg("--project").arg(folder))
}

/// Every valid sample round-trips through the committed models of Python, and through those that the page generates; invalid ones are
/// rejected.
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
    for script in ["python.py", "wrong_member.py"] {
        for source in ["generated", "committed"] {
            run_program(tools.python_script(script).arg(&folder).arg(source))?;
        }
    }
    Ok(())
}

/// Follows the page from its beginning to the end of each program.
fn programs(workspace: &Workspace) -> Result<()> {
    let page = read_page(workspace)?;
    for name in ["In TypeScript", "In Python"] {
        let blocks = [section(&page, "Prepare")?, section(&page, name)?].concat();
        programs::follow(workspace, name, &blocks)?;
    }
    Ok(())
}

/// Returns the blocks below a heading of the page.
fn section<'a>(page: &'a str, heading: &str) -> Result<Vec<Fence<'a>>> {
    let line_of = |wanted: &dyn Fn(&str) -> bool, after: usize| {
        let mut lines = page.lines().enumerate().skip(after);
        lines.find(|(_, line)| wanted(line)).map(|(number, _)| number)
    };
    let start = line_of(&|line| line == format!("## {heading}"), 0);
    let start = start.with_context(|| format!("{PAGE} has no heading {heading}"))?;
    let end = line_of(&|line| line.starts_with("## "), start + 1).unwrap_or(usize::MAX);
    Ok(fences(page).into_iter().filter(|fence| (start..end).contains(&fence.line)).collect())
}

/// Reads a list of tools with their versions.
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

fn read_page(workspace: &Workspace) -> Result<String> {
    fs::read_to_string(workspace.root().join(PAGE)).with_context(|| format!("{PAGE} cannot be read"))
}

/// The commands of the page that install and run tools.
struct Page(Vec<String>);

impl Page {
    fn load(workspace: &Workspace) -> Result<Self> {
        Ok(Self::parse(&read_page(workspace)?))
    }

    fn parse(page: &str) -> Self {
        let commands = fences(page).into_iter().filter(|fence| fence.info == "sh skip tools");
        Self(commands.map(|fence| fence.text).collect())
    }

    /// Fails unless a command of the page that begins so installs this package.
    fn asks_for(&self, installer: &str, package: &str) -> Result<()> {
        let mut lines = self.0.iter().flat_map(|block| block.lines()).filter(|line| line.contains(installer));
        let is_asked = lines.any(|line| line.split_whitespace().any(|word| word == package));
        ensure!(is_asked, "{PAGE}: no {installer} with {package}");
        Ok(())
    }

    /// Runs the block that begins with this program in a folder, with a search path of programs.
    fn run(&self, program: &str, folder: &Path, programs: &Path) -> Result<()> {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([programs.to_owned()].into_iter().chain(env::split_paths(&path)))?;
        let mut bash = Command::new("bash");
        run_program(bash.args(["-euo", "pipefail", "-c", self.command(program)?]).current_dir(folder).env("PATH", path))
    }

    fn command(&self, beginning: &str) -> Result<&str> {
        let command = self.0.iter().find(|text| text.starts_with(beginning));
        command.map(String::as_str).with_context(|| format!("{PAGE} has no block that begins with {beginning}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# a\n\n## One\n\n```ts\nx\n```\n\n```sh skip tools\nnpm init\nnpm install --save-dev a@1.2.3\n```\n\n## Two\n\n```sh\ny\n```\n";

    #[test]
    fn installed_versions_are_compared() {
        let page = Page::parse(TEXT);
        assert!(page.asks_for("npm install", "a@1.2.3").is_ok());
        assert!(page.asks_for("npm install", "a@1.2.4").is_err());
        assert!(page.asks_for("pip install", "a@1.2.3").is_err());
        assert!(page.command("npm init").is_ok() && page.command("y").is_err());
    }

    #[test]
    fn blocks_belong_to_their_section() {
        let infos =
            |heading| section(TEXT, heading).map(|blocks| blocks.iter().map(|one| one.info).collect::<Vec<_>>());
        assert_eq!(infos("One").unwrap(), ["ts", "sh skip tools"]);
        assert_eq!(infos("Two").unwrap(), ["sh"]);
        assert!(infos("Three").is_err());
    }
}
