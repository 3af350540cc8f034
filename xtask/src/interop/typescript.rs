//! Types of TypeScript, made of the schemas as the page on other languages says.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::page::Page;
use super::samples::Samples;
use super::tools::{Tools, run};
use crate::workspace::Workspace;

/// The packages that the page asks for.
const PACKAGES: [&str; 2] = ["json-schema-to-typescript", "typescript"];

/// Makes the types, and has them compiled with all valid samples, with what must not compile and with the code of the page.
pub(super) fn check(workspace: &Workspace, tools: &Tools) -> Result<()> {
    let page = Page::load(workspace)?;
    page.asks_for("npm install", &packages(workspace)?)?;

    let folder = tools.scratch("typescript")?;
    tools.link_node_modules(&folder)?;
    tools.link_schemas(&folder)?;
    page.run("npx json2ts", &folder, &tools.npm_programs())?;

    Samples::load(workspace)?.write(&folder.join("samples.json"))?;
    run(tools.node("typescript.mjs")?.arg(&folder))?;
    fs::write(folder.join("page.ts"), page.code("ts")?)?;
    for file in ["tsconfig.json", "refused.ts"] {
        fs::copy(workspace.root().join("xtask/interop/typescript").join(file), folder.join(file))?;
    }
    run(tools.npm("tsc").arg("--project").arg(&folder))
}

/// The packages with the versions of the manifest, as npm takes them.
fn packages(workspace: &Workspace) -> Result<Vec<String>> {
    let manifest = fs::read_to_string(workspace.root().join("xtask/interop/package.json"))?;
    let manifest: Value = serde_json::from_str(&manifest)?;
    let version = |name: &str| {
        let version = manifest.get("dependencies")?.get(name)?.as_str()?;
        Some(format!("{name}@{version}"))
    };
    PACKAGES.iter().map(|name| version(name).with_context(|| format!("package.json is without {name}"))).collect()
}
