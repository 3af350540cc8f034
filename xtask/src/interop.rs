//! `cargo xtask interop`: hands what is exported for other languages to tools of other languages.

mod openapi;
mod page;
mod python;
mod samples;
mod tools;
mod typescript;
mod validators;

use anyhow::Result;

use self::tools::Tools;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// One tool or family of tools, and what it is asked.
struct Check {
    name: &'static str,
    run: fn(&Workspace, &Tools) -> Result<()>,
}

const CHECKS: &[Check] = &[
    Check { name: "validators of JSON Schema", run: validators::check },
    Check { name: "types of TypeScript", run: typescript::check },
    Check { name: "models of Python", run: python::check },
    Check { name: "OpenAPI: both documents, and the sandbox by that of INCS", run: openapi::run },
];

/// Installs the tools and makes every check.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    let tools = steps.run("install the tools of other languages", || Tools::install(workspace))?;
    for check in CHECKS {
        steps.run(check.name, || (check.run)(workspace, &tools))?;
    }
    println!("\n{steps}");
    Ok(())
}
