//! Words of strangers, made fit for a terminal.

use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets};

/// The width that fits every terminal.
const WIDTH: u16 = 80;

/// A text whose control characters, and those that change the direction of writing, are spelled out: what a customer wrote must
/// not move the cursor or colour the screen.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\n' => plain.push('\n'),
            '\r' => {}
            sign if is_unsafe(sign) => {
                // Writing into a string never fails.
                let _ = write!(plain, "{}", sign.escape_unicode());
            }
            sign => plain.push(sign),
        }
    }
    plain
}

/// The same on one line.
pub(super) fn plain_line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

fn is_unsafe(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Lines of aligned columns without borders, 80 wide; what is longer goes on below.
pub(super) fn aligned<R: IntoIterator<Item = String>>(rows: impl IntoIterator<Item = R>) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for row in rows {
        table.add_row(row);
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_write_to_the_screen_around_it() {
        assert_eq!(plain("a\u{1b}[31mb\r\n\u{202e}ç\u{7}"), "a\\u{1b}[31mb\n\\u{202e}ç\\u{7}");
        assert_eq!(plain_line("a\nb"), "a b");
    }

    #[test]
    fn no_line_is_wider_than_80() {
        let rows = [["text".to_owned(), "word ".repeat(50)], ["id".to_owned(), "x".repeat(200)]];
        let lines = aligned(rows);
        assert!(lines.len() > 5, "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
    }
}
