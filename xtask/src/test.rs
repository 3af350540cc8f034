//! `cargo xtask test`: every test there is, counted.

use std::io::{BufRead, BufReader, Write, stdout};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// What the test programs of one or more cargo runs said about themselves.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    programs: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// Runs the featureless tests of the model, then everything with all features, doc tests included.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut tally = Tally::default();
    cargo_test(workspace, &["test", "-p", "incs-model", "--tests"], &mut tally)?;
    cargo_test(workspace, &["test", "--workspace", "--all-features"], &mut tally)?;
    println!(
        "tests: {} passed, {} failed, {} ignored, test programs: {}",
        tally.passed, tally.failed, tally.ignored, tally.programs
    );
    ensure!(tally.passed > 0, "no test ran");
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
