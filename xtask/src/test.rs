//! `cargo xtask test`: every test there is, counted.

use std::io::{BufRead, BufReader, Write, stdout};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// The runs of `cargo test`. Without features first: a library that only works with all of them would pass the last.
/// What `tests/` of the client proves needs its test transports, and that of the webhook crate its adapters, so bare they have
/// unit tests alone. The facade is used with its default features, so its programs are held to those.
const RUNS: &[&[&str]] = &[
    &["test", "-p", "incs-model", "--tests"],
    &["test", "-p", "incs-client", "--lib"],
    &["test", "-p", "incs-webhook", "--lib"],
    &["test", "-p", "incs-facade"],
    &["test", "--workspace", "--all-features"],
];

/// What the test programs of one or more cargo runs said about themselves.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    programs: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// Makes every run and counts the tests in it; a run without a test is a failure.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut tally = Tally::default();
    for args in RUNS {
        let before = tally.passed;
        cargo_test(workspace, args, &mut tally)?;
        ensure!(tally.passed > before, "`cargo {}` ran no test", args.join(" "));
    }
    println!(
        "tests: {} passed, {} failed, {} ignored, test programs: {}",
        tally.passed, tally.failed, tally.ignored, tally.programs
    );
    Ok(())
}

/// Shows the output while it comes, and counts it.
fn cargo_test(workspace: &Workspace, args: &[&str], tally: &mut Tally) -> Result<()> {
    let line = format!("cargo {}", args.join(" "));
    println!("$ {line}");
    let mut child =
        workspace.command(args).stdout(Stdio::piped()).spawn().with_context(|| format!("`{line}` does not start"))?;
    let output = child.stdout.take().context("cargo without an output")?;
    for text in BufReader::new(output).split(b'\n') {
        let text = text?;
        let mut terminal = stdout().lock();
        terminal.write_all(&text)?;
        terminal.write_all(b"\n")?;
        tally.add(&String::from_utf8_lossy(&text));
    }
    let status = child.wait()?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

impl Tally {
    /// Counts a line like `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; …`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        self.programs += 1;
        for part in counts.split(';') {
            let Some((number, word)) = part.trim().split_once(' ') else {
                continue;
            };
            let number = number.parse().unwrap_or(0);
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up_and_other_lines_are_not() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            tally.add(line);
        }
        assert_eq!(tally, Tally { programs: 2, passed: 4, failed: 2, ignored: 1 });
    }
}
