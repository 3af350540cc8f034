//! JSON Schema validators of other languages against the corpus, and the two programs of the page of the schemas.

use anyhow::Result;

use super::tools::{Tools, run};
use crate::workspace::Workspace;

const SCHEMAS: &str = "docs/schemas";

/// Each validator judges each sample, and must say what the sample says.
pub(super) fn check(_: &Workspace, tools: &Tools) -> Result<()> {
    run(tools.node("ajv.mjs")?.arg(SCHEMAS))?;
    run(tools.python("validate.py").arg(SCHEMAS))?;
    run(tools.node("page.mjs")?.arg(SCHEMAS))?;
    run(tools.python("page.py").arg(SCHEMAS))
}
