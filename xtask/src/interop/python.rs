//! Models of Python, made of the schemas as the page on other languages says.

use std::fs;

use anyhow::{Context, Result};

use super::page::Page;
use super::samples::Samples;
use super::tools::{Tools, run};
use crate::workspace::Workspace;

/// The packages that the page asks for.
const PACKAGES: [&str; 2] = ["datamodel-code-generator", "pydantic"];

/// Makes the models; every valid sample comes back from its model as it was, and what is wrong is refused.
pub(super) fn check(workspace: &Workspace, tools: &Tools) -> Result<()> {
    let page = Page::load(workspace)?;
    page.asks_for("pip install", &packages(workspace)?)?;

    let folder = tools.scratch("python")?;
    tools.link_schemas(&folder)?;
    page.run("datamodel-codegen", &folder, &tools.pip_programs())?;

    Samples::load(workspace)?.write(&folder.join("samples.json"))?;
    fs::write(folder.join("page.py"), page.code("python")?)?;
    run(tools.python("python.py").arg(&folder))
}

/// The packages with the versions of the list, as pip takes them.
fn packages(workspace: &Workspace) -> Result<Vec<String>> {
    let list = fs::read_to_string(workspace.root().join("xtask/interop/requirements.txt"))?;
    let line = |name: &str| list.lines().find(|line| line.starts_with(&format!("{name}=="))).map(str::to_owned);
    PACKAGES.iter().map(|name| line(name).with_context(|| format!("requirements.txt is without {name}"))).collect()
}
