//! `cargo xtask test`: every test there is, counted.

use std::io::{BufRead, BufReader, Write, stdout};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::workspace::{Workspace, command_line};

/// What the test programs said about themselves.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// Runs all tests with all features, documentation included, and counts them. That the crates build with fewer features is seen by
/// `cargo xtask features`. A test that is ignored, or none at all, is a failure.
pub(crate) fn run(workspace: &Workspace) -> Result<Tally> {
    let mut command = workspace.cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
    let line = command_line(&command);
    println!("$ {line}");
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("`{line}` does not start"))?;
    let output = child.stdout.take().context("cargo without an output")?;
    let mut tally = Tally::default();
    // Shown while it comes.
    for text in BufReader::new(output).split(b'\n') {
        let text = text?;
        let mut terminal = stdout().lock();
        terminal.write_all(&text)?;
        terminal.write_all(b"\n")?;
        tally.add(&String::from_utf8_lossy(&text));
    }
    println!("{}", tally.line());
    let status = child.wait()?;
    ensure!(status.success(), "`{line}` failed ({status})");
    ensure!(tally.passed > 0, "`{line}` ran no test");
    ensure!(tally.ignored == 0, "tests are ignored: {}", tally.ignored);
    Ok(tally)
}

impl Tally {
    /// The line that closes a log, in a form that others read.
    pub(crate) fn line(&self) -> String {
        format!("tests: {} passed, {} failed, {} skipped", self.passed, self.failed, self.ignored)
    }

    /// Counts a line like `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; …`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for (number, word) in counts.split(';').filter_map(|part| part.trim().split_once(' ')) {
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
    fn only_result_lines_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            tally.add(line);
        }
        assert_eq!(tally, Tally { passed: 4, failed: 2, ignored: 1 });
        assert_eq!(tally.line(), "tests: 4 passed, 2 failed, 1 skipped");
    }
}
