//! Steps with a heading, a duration and a place in the summary.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use anyhow::Result;

/// What ran, how it went and how long it took. `Display` is the summary table.
#[derive(Default)]
pub(crate) struct Steps {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Ok(Duration),
    Failed(Duration),
    NotRun,
}

impl Steps {
    /// Runs one step under its heading and records it.
    pub(crate) fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n== {name}");
        let start = Instant::now();
        let result = step();
        let took = start.elapsed();
        let (outcome, word) = match &result {
            Ok(_) => (Outcome::Ok(took), "ok"),
            Err(_) => (Outcome::Failed(took), "FAILED"),
        };
        println!("-- {name}: {word}, {}", seconds(took));
        self.rows.push(Row { name: name.to_owned(), outcome });
        result
    }

    /// Records a step that an earlier failure kept from running.
    pub(crate) fn not_run(&mut self, name: &str) {
        self.rows.push(Row { name: name.to_owned(), outcome: Outcome::NotRun });
    }
}

impl Display for Steps {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.len()).fold("step".len(), usize::max);
        write!(f, "{:width$}  {:7}  {:>9}", "step", "result", "took")?;
        for row in &self.rows {
            let (word, took) = match row.outcome {
                Outcome::Ok(took) => ("ok", seconds(took)),
                Outcome::Failed(took) => ("FAILED", seconds(took)),
                Outcome::NotRun => ("not run", String::new()),
            };
            let line = format!("{:width$}  {word:7}  {took:>9}", row.name);
            write!(f, "\n{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A duration for people: `12.3 s`.
pub(crate) fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn the_summary_tells_what_failed_and_what_never_ran() {
        let mut steps = Steps::default();
        steps.run("fmt", || Ok(())).unwrap();
        let failed: Result<()> = steps.run("clippy", || bail!("a lint"));
        assert!(failed.is_err());
        steps.not_run("test");

        assert_eq!(
            steps.to_string(),
            "step    result        took\n\
             fmt     ok           0.0 s\n\
             clippy  FAILED       0.0 s\n\
             test    not run"
        );
    }
}
