//! Every table of `docs/performance.md`, measured in one run.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::{builds, goals, program, pywa, receivers, relay, report, times};

/// A part of the page that is measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Gates, reading, sending and every case under valgrind
    Instructions,
    /// The work of a receiver on a delivery, and sends
    Times,
    /// Receivers as servers at 64 connections
    Receivers,
    /// The durable inbox and the outbox
    Relay,
    /// The inbox in PostgreSQL, for `docs/scaling.md`; measured only if it is named
    RelayPostgres,
    /// pywa
    Python,
    /// The program `incs`; needs `--incs`
    Program,
    /// Builds from nothing and after a change; minutes
    Builds,
}

/// The parts to measure, and the form of the output.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Measure only these parts
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Path of the program `incs`, built with `--release`
    #[arg(long, default_value = "target/release/incs")]
    incs: PathBuf,
    /// Seconds for which a transaction is held open while a store in PostgreSQL is loaded
    #[arg(long, default_value_t = 30)]
    held: u64,
    /// Write the tables into this page, instead of printing them
    #[arg(long, conflicts_with = "json")]
    write: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures and prints everything, or the chosen parts.
pub(crate) fn print(options: &Options) -> Result<()> {
    let is_everything = options.parts.is_empty();
    let wants = |part| if is_everything { part != Part::RelayPostgres } else { options.parts.contains(&part) };
    if wants(Part::Program) && !options.incs.is_file() {
        bail!("no {}; build it with `cargo build --release -p incs-cli`", options.incs.display());
    }
    let (mut goals, mut tables) = (Vec::new(), Vec::new());
    if wants(Part::Instructions) {
        let costs = report::measure_all(|_| true)?;
        let verdicts = report::verdicts(&costs)?;
        goals.extend(report::goals(&verdicts));
        tables.extend([report::gates_table(&verdicts), report::reading_table(&costs)?]);
        tables.extend([report::sending_table(&costs)?, report::cases_table(&costs)]);
    }
    if wants(Part::Times) {
        tables.extend([times::receiving(&mut goals), times::sending()?]);
    }
    if wants(Part::Receivers) {
        tables.push(receivers::table(&mut goals)?);
    }
    if wants(Part::Relay) {
        tables.extend(relay::tables(&mut goals)?);
    }
    if wants(Part::RelayPostgres) {
        tables.extend(relay::postgres::tables(&mut goals, options.held)?);
    }
    if wants(Part::Python) {
        tables.push(pywa::table()?);
    }
    if wants(Part::Program) {
        tables.push(program::table(&options.incs, &mut goals)?);
    }
    if wants(Part::Builds) {
        tables.push(builds::table(&mut goals)?);
    }
    tables.insert(0, goals::table(&goals));
    if options.json {
        let tables: Map<_, _> = tables.iter().map(|table| (table.title.to_owned(), table.to_json())).collect();
        println!("{}", Value::Object(tables));
    } else if let Some(path) = &options.write {
        let mut page = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        for table in &tables {
            page = table.replace_in(&page).with_context(|| format!("no table under the heading {:?}", table.title))?;
        }
        fs::write(path, page)?;
    } else {
        for table in &tables {
            println!("## {}\n\n{}", table.title, table.to_markdown());
        }
    }
    Ok(())
}
