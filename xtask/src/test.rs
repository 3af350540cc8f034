//! `cargo xtask test`: runs and counts all tests.

use std::io::{BufRead, BufReader, Write, stdout};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::crash;
use crate::workspace::{Workspace, command_line};

/// The counts of all test programs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// The tools of the system that tests may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tools {
    /// All of them: a missing one is a failure.
    All,
    /// A test may leave a case out.
    AsInstalled,
}

/// Runs all tests with all features, documentation included, and counts them. `cargo xtask features` builds the crates with fewer
/// features. An ignored test, or no test at all, is a failure.
pub(crate) fn run(workspace: &Workspace, tools: Tools) -> Result<Counts> {
    let mut command = workspace.cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
    if tools == Tools::All {
        command.env(crash::TOOLS, "1");
    }
    let line = command_line(&command);
    println!("$ {line}");
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("`{line}` does not start"))?;
    let output = child.stdout.take().context("cargo without an output")?;
    let mut counts = Counts::default();
    // The output is shown as it arrives.
    for text in BufReader::new(output).split(b'\n') {
        let text = text?;
        let mut terminal = stdout().lock();
        terminal.write_all(&text)?;
        terminal.write_all(b"\n")?;
        counts.add(&String::from_utf8_lossy(&text));
    }
    println!("{}", counts.line());
    let status = child.wait()?;
    ensure!(status.success(), "`{line}` failed ({status})");
    ensure!(counts.passed > 0, "`{line}` ran no test");
    ensure!(counts.ignored == 0, "tests are ignored: {}", counts.ignored);
    Ok(counts)
}

impl Counts {
    /// Returns the last line of a log, in a fixed form for other programs.
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
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            counts.add(line);
        }
        assert_eq!(counts, Counts { passed: 4, failed: 2, ignored: 1 });
        assert_eq!(counts.line(), "tests: 4 passed, 2 failed, 1 skipped");
    }
}
