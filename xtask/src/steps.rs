//! Steps with a heading, a duration and a place in the summary.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::workspace::Workspace;

/// The name of a step, and its function.
pub(crate) type Step<'a> = (&'static str, &'a dyn Fn(&Workspace) -> Result<()>);

/// The reaction to a failed step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Stops: a later step needs the result of an earlier one, or takes long.
    Stops,
    /// Runs the other steps, so that all failures are shown at once.
    GoesOn,
}

/// The result of a step: success and duration, or `None` if it did not run.
type Row = (&'static str, Option<(bool, Duration)>);

/// Runs steps in turn and prints a summary. Fails with the errors of the steps that failed.
pub(crate) fn run(steps: &[Step<'_>], workspace: &Workspace, failure: Failure) -> Result<()> {
    let mut rows: Vec<Row> = Vec::new();
    let mut failures = Vec::new();
    for &(name, step) in steps {
        if failure == Failure::Stops && !failures.is_empty() {
            rows.push((name, None));
            continue;
        }
        println!("\n== {name}");
        let start = Instant::now();
        let result = step(workspace);
        let took = start.elapsed();
        println!("-- {name}: {}, {}", word(result.is_ok()), seconds(took));
        rows.push((name, Some((result.is_ok(), took))));
        failures.extend(result.err().map(|error| format!("{name}: {error:#}")));
    }
    println!("\n{}", summary(&rows));
    ensure!(failures.is_empty(), "{}", failures.join("; "));
    Ok(())
}

fn summary(rows: &[Row]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).fold("step".len(), usize::max);
    let mut text = format!("{:width$}  {:7}  {:>9}", "step", "result", "took");
    for (name, outcome) in rows {
        let _ = match outcome {
            Some((ok, took)) => write!(text, "\n{name:width$}  {:7}  {:>9}", word(*ok), seconds(*took)),
            None => write!(text, "\n{name:width$}  not run"),
        };
    }
    text
}

fn word(ok: bool) -> &'static str {
    if ok { "ok" } else { "FAILED" }
}

/// Formats a duration for people: `12.3 s`.
pub(crate) fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;

    use super::*;

    #[test]
    fn a_failure_stops_or_goes_on() {
        let workspace = Workspace::load().unwrap();
        let runs = Cell::new(0);
        let test = |_: &Workspace| {
            runs.set(runs.get() + 1);
            bail!("a test")
        };
        let steps: &[Step<'_>] = &[("fmt", &|_| Ok(())), ("clippy", &|_| bail!("a lint")), ("test", &test)];
        let stopped = run(steps, &workspace, Failure::Stops).unwrap_err();
        assert_eq!((stopped.to_string(), runs.get()), ("clippy: a lint".to_owned(), 0));
        let all = run(steps, &workspace, Failure::GoesOn).unwrap_err();
        assert_eq!((all.to_string(), runs.get()), ("clippy: a lint; test: a test".to_owned(), 1));
        assert!(run(steps.split_at(1).0, &workspace, Failure::Stops).is_ok());
    }

    #[test]
    fn summary_names_failed_and_not_run() {
        let took = Duration::from_millis(1_250);
        assert_eq!(
            summary(&[("fmt", Some((true, took))), ("clippy", Some((false, took))), ("test", None)]),
            "step    result        took\n\
             fmt     ok           1.2 s\n\
             clippy  FAILED       1.2 s\n\
             test    not run"
        );
    }
}
