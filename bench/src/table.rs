//! A table of figures, printed as Markdown or as JSON.

use serde_json::{Map, Value, json};

/// A cell of a table.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Text(String),
    /// A number, and how many decimals are printed.
    Number(f64, usize),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Cell {
    /// A ratio, with two decimals.
    pub(crate) fn ratio(value: f64) -> Self {
        Self::Number(value, 2)
    }

    /// A whole number.
    pub(crate) fn count(value: f64) -> Self {
        Self::Number(value, 0)
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(value, _) => json!(value),
        }
    }

    fn to_markdown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(value, decimals) => grouped(*value, *decimals),
        }
    }
}

/// A table with a title.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) title: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(title: &'static str, columns: &[&'static str]) -> Self {
        Self { title, columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.rows.push(row.into_iter().collect());
    }

    /// Returns the table as Markdown. A column whose first cell is a number is aligned to the right.
    pub(crate) fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let first = self.rows.first().map(Vec::as_slice).unwrap_or_default();
        let align = (0..self.columns.len()).map(|column| match first.get(column) {
            Some(Cell::Number(..)) => "---:".to_owned(),
            _ => "---".to_owned(),
        });
        let mut out = line(self.columns.iter().map(|&column| column.to_owned()).collect());
        out += &line(align.collect());
        out.extend(self.rows.iter().map(|row| line(row.iter().map(Cell::to_markdown).collect())));
        out
    }

    /// Replaces the first table below the heading that is this table's title, in a page of Markdown. Returns `None` if the page
    /// has no such table.
    pub(crate) fn replace_in(&self, page: &str) -> Option<String> {
        let heading = page.find(&format!("# {}\n", self.title))?;
        let start = heading + page.get(heading..)?.find("\n|")? + 1;
        let end = page.get(start..)?.find("\n\n").map_or(page.len(), |length| start + length + 1);
        Some([page.get(..start)?, &self.to_markdown(), page.get(end..)?].concat())
    }

    /// Returns the rows as JSON objects, with the columns as names.
    pub(crate) fn to_json(&self) -> Value {
        let row = |row: &Vec<Cell>| {
            let members = self.columns.iter().zip(row).map(|(&column, cell)| (column.to_owned(), cell.to_json()));
            Value::Object(members.collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(row).collect())
    }
}

/// Formats a number with a comma between groups of three digits.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_aligned_right() {
        let mut table = Table::new("Reading", &["case", "instructions", "ratio"]);
        table.push(["text".into(), Cell::count(1_234_567.4), Cell::ratio(1.096)]);
        assert_eq!(
            table.to_markdown(),
            "| case | instructions | ratio |\n| --- | ---: | ---: |\n| text | 1,234,567 | 1.10 |\n"
        );
        assert_eq!(table.to_json()[0]["instructions"], 1_234_567.4);
        assert_eq!(grouped(999.0, 0), "999");
    }

    #[test]
    fn only_the_table_below_its_heading_is_replaced() {
        let mut table = Table::new("Sending", &["way"]);
        table.push(["new".into()]);
        let page = "## Reading\n\n| way |\n| --- |\n| old |\n\n## Sending\n\nText.\n\n| way |\n| --- |\n| old |\n| old |\n\nEnd.\n";
        let expected =
            "## Reading\n\n| way |\n| --- |\n| old |\n\n## Sending\n\nText.\n\n| way |\n| --- |\n| new |\n\nEnd.\n";
        assert_eq!(table.replace_in(page).as_deref(), Some(expected));
        assert_eq!(table.replace_in("## Reading\n"), None);
    }
}
