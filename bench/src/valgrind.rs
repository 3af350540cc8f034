//! Measures instructions and allocations of one run of a case, as the difference of two run lengths, so that the start of the program
//! is not included.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

const CALLGRIND: &[&str] = &["--tool=callgrind", "--callgrind-out-file=/dev/null"];

/// The cost of one run of a case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) instructions: f64,
    pub(crate) allocations: i64,
}

/// Measures a case by the given number of extra runs, after a tenth of them. Allocations are whole numbers and need fewer runs.
pub(crate) fn measure(case: &str, runs: u32) -> Result<Cost> {
    let more = |runs: u32, tool: &[&str], label| -> Result<i64> {
        let before = runs / 10;
        Ok(number(case, before + runs, tool, label)? - number(case, before, tool, label)?)
    };
    let few = (runs / 10).max(10);
    let counted = more(runs, CALLGRIND, "Collected :")?;
    let allocated = more(few, &["--tool=memcheck", "--leak-check=no"], "total heap usage:")?;
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let instructions = counted as f64 / f64::from(runs);
    Ok(Cost { instructions, allocations: allocated / i64::from(few) })
}

/// Runs this program under a tool, and returns the number after `label` in its report.
fn number(case: &str, times: u32, tool: &[&str], label: &str) -> Result<i64> {
    let program = env::current_exe().context("the path of this program")?;
    number_of(&program, &["run", case, &times.to_string()], tool, label)
}

/// Returns the instructions of a program from start to end.
pub(crate) fn instructions(program: &Path, arguments: &[&str]) -> Result<i64> {
    number_of(program, arguments, CALLGRIND, "Collected :")
}

/// Runs a program under a tool, and returns the number after `label` in the report of the tool.
fn number_of(program: &Path, arguments: &[&str], tool: &[&str], label: &str) -> Result<i64> {
    let output = Command::new("valgrind")
        .args(tool)
        .arg(program)
        .args(arguments)
        .output()
        .context("valgrind did not start; it is in the package `valgrind` of most systems")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let what = arguments.join(" ");
    if !output.status.success() {
        bail!("valgrind failed on {what}:\n{text}");
    }
    let after = text.split_once(label).map(|(_, after)| after.trim_start()).unwrap_or_default();
    let digits: String =
        after.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(char::is_ascii_digit).collect();
    digits.parse().with_context(|| format!("valgrind printed no {label:?} for {what}"))
}
