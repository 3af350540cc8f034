//! Running one target.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::Folders;
use super::output::Line;

/// How often progress is shown.
const PULSE: Duration = Duration::from_secs(10);

/// The last lines that are shown of a target that failed.
const TAIL: usize = 60;

/// What a run came to.
pub(super) struct Run {
    target: String,
    failed: bool,
    runs: u64,
    per_second: u64,
    coverage: u64,
    corpus: u64,
    /// The program, and the input of the finding if there is one.
    program: String,
    finding: Option<String>,
}

/// A target's program with its limits and folders. What it learns stays in its corpus for the next time.
pub(super) fn command(program: &Path, folders: &Folders, target: &str, words: &Path, seconds: u32) -> Result<Command> {
    let mut command = Command::new(program);
    command
        .arg(format!("-max_total_time={seconds}"))
        .args(["-max_len=8192", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"])
        .arg(format!("-dict={}", words.display()))
        .arg(format!("-artifact_prefix={}/", folders.of("artifacts", target)?.display()))
        .arg(folders.of("corpus", target)?)
        .arg(folders.of("seeds", target)?);
    Ok(command)
}

/// Runs it, showing how far it has come, and its last lines if it fails.
pub(super) fn until_done(target: &str, mut command: Command) -> Result<Run> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{target} does not start"))?;
    let mut run = Run::new(target, program);
    let mut tail = VecDeque::with_capacity(TAIL);
    let mut shown = Instant::now();
    let lines = BufReader::new(child.stderr.take().context("libFuzzer without stderr")?).split(b'\n');
    for line in lines {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if run.hear(&line) && shown.elapsed() >= PULSE {
            shown = Instant::now();
            println!("  {}", run.progress());
        }
        if tail.len() == TAIL {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    run.failed = !child.wait()?.success();
    println!("  {}", run.progress());
    if run.failed {
        tail.iter().for_each(|line| println!("  | {line}"));
    }
    Ok(run)
}

impl Run {
    fn new(target: &str, program: String) -> Self {
        let target = target.to_owned();
        Self { target, failed: false, runs: 0, per_second: 0, coverage: 0, corpus: 0, program, finding: None }
    }

    /// Takes in a line; true if it says how far it has come.
    fn hear(&mut self, line: &str) -> bool {
        match Line::read(line) {
            Some(Line::Pulse { runs, coverage, corpus, per_second }) => {
                (self.runs, self.coverage, self.corpus, self.per_second) = (runs, coverage, corpus, per_second);
                return true;
            }
            Some(Line::Runs(runs)) => self.runs = runs,
            Some(Line::PerSecond(per_second)) => self.per_second = per_second,
            Some(Line::Finding(path)) => self.finding = Some(path.to_owned()),
            None => {}
        }
        false
    }

    fn progress(&self) -> String {
        let Self { runs, per_second, coverage, corpus, .. } = self;
        format!("{runs} inputs, {per_second} a second, {coverage} places reached, {corpus} kept")
    }

    /// The command that shows a finding again.
    pub(super) fn repeat(&self) -> Option<String> {
        let input = self.finding.as_deref().unwrap_or("(it wrote no input)");
        self.failed.then(|| format!("{} {input}", self.program))
    }
}

/// One line a target.
pub(super) fn table(runs: &[Run]) -> String {
    let mut table = format!("{:10} {:7} {:>12} {:>9} {:>8}", "target", "result", "inputs", "a second", "places");
    for Run { target, failed, runs, per_second, coverage, .. } in runs {
        let result = if *failed { "FAILED" } else { "ok" };
        let _ = write!(table, "\n{target:10} {result:7} {runs:>12} {per_second:>9} {coverage:>8}");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_with_the_command_that_repeats_it() {
        let mut run = Run::new("parse", "out/parse".to_owned());
        assert!(run.hear("#8\tpulse  cov: 3 ft: 4 corp: 2/9b lim: 4 exec/s: 7 rss: 3Mb"));
        assert!(!run.hear("artifact_prefix='a/'; Test unit written to a/crash-1"));
        assert_eq!(run.progress(), "8 inputs, 7 a second, 3 places reached, 2 kept");
        assert_eq!(run.repeat(), None);
        run.failed = true;
        assert_eq!(run.repeat().as_deref(), Some("out/parse a/crash-1"));
        assert_eq!(
            table(&[run]),
            "target     result        inputs  a second   places\n\
             parse      FAILED             8         7        3"
        );
    }

    #[test]
    fn a_program_that_fails_is_heard_to_its_end() {
        let mut command = Command::new("cargo");
        command.arg("no-such-subcommand-of-cargo");
        let run = until_done("parse", command).unwrap();
        assert_eq!(run.repeat().as_deref(), Some("cargo (it wrote no input)"));
    }
}
