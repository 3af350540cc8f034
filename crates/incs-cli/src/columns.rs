//! Tables for people: columns without frames.

use std::io::{self, IsTerminal as _};

use comfy_table::{ContentArrangement, Table, presets};
use incs_facade::client::Error;
use serde::Serialize;

use crate::output::Output;

/// Width of a terminal that does not say.
const USUAL_WIDTH: u16 = 80;

/// Rows under a bold line of titles.
pub(crate) struct Columns {
    table: Table,
    is_empty: bool,
}

impl Columns {
    pub(crate) fn new<const N: usize>(titles: [&str; N]) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(titles.map(str::to_uppercase));
        // Lines that go to another program are not folded, so that each row stays one line.
        if io::stdout().is_terminal() {
            let width = std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok()).unwrap_or(USUAL_WIDTH);
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        Self { table, is_empty: true }
    }

    pub(crate) fn add<const N: usize>(&mut self, row: [String; N]) {
        self.table.add_row(row);
        self.is_empty = false;
    }

    /// Writes what `next` gives until there is no more or there are `limit` rows, with `--json` each as it comes. Gives how many
    /// there were.
    pub(crate) async fn list<T: Serialize, const N: usize>(
        mut self,
        limit: u32,
        out: Output,
        mut next: impl AsyncFnMut() -> Result<Option<T>, Error>,
        cells: impl Fn(T) -> [String; N],
    ) -> Result<u32, Error> {
        let mut rows = 0;
        let mut ended = Ok(());
        while rows < limit {
            match next().await {
                Ok(Some(row)) if out.json => out.json(&row),
                Ok(Some(row)) => self.add(cells(row)),
                Ok(None) => break,
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
            rows += 1;
        }
        // What came before a page that failed is worth showing.
        self.show(out);
        ended.map(|()| rows)
    }

    /// Writes the rows; without any it writes nothing.
    pub(crate) fn show(&self, out: Output) {
        if self.is_empty {
            return;
        }
        let bold = anstyle::Style::new().bold();
        for (number, line) in self.table.lines().enumerate() {
            let line = line.trim_end();
            let line = line.strip_prefix(' ').unwrap_or(line);
            match number {
                0 => out.line(&format!("{bold}{line}{bold:#}")),
                _ => out.line(line),
            }
        }
    }
}
