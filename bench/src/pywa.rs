//! pywa, a Python library for Meta's API, on the same bodies.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use incs_bench::receive::{self, Comparison};

use crate::table::{Cell, Table};
use crate::times;

/// Compares receiving with pywa. The first call installs pywa beside this program.
pub(crate) fn table() -> Result<Table> {
    eprintln!("pywa");
    let columns = ["verify and parse", "pywa, µs", "this library, µs", "times"];
    let mut table = Table::new("Python", &columns);
    let comparisons: Vec<_> = receive::all().into_iter().filter(|comparison| comparison.meta_body.is_some()).collect();
    let bodies: String = comparisons.iter().filter_map(|comparison| comparison.meta_body.clone()).collect();
    for (Comparison { name, ours, runs, .. }, pywa) in comparisons.iter().zip(measure(&bodies)?) {
        let ours = times::seconds(ours, *runs) * 1e6;
        table.push([name.as_str().into(), Cell::Number(pywa, 1), Cell::Number(ours, 1), Cell::count(pywa / ours)]);
    }
    Ok(table)
}

/// Returns the microseconds of each body, one a line.
fn measure(bodies: &str) -> Result<Vec<f64>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("pywa");
    let program = std::env::current_exe().context("the path of this program")?;
    let home = program.with_file_name("pywa");
    let python = home.join("bin/python");
    let (list, installed) = (source.join("requirements.txt"), home.join("installed.txt"));
    if fs::read(&list)? != fs::read(&installed).unwrap_or_default() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&list))?;
        fs::copy(&list, &installed)?;
    }
    let mut child = Command::new(&python)
        .arg(source.join("measure.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("python does not start")?;
    child.stdin.take().context("no input")?.write_all(bodies.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{} failed", source.display());
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| line.parse().with_context(|| format!("pywa: {line}"))).collect()
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} does not start"))?;
    ensure!(status.success(), "{command:?} failed ({status})");
    Ok(())
}
