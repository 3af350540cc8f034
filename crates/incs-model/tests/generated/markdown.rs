//! Tables of Markdown.

/// Formats a plain text as the content of a table cell; text in backticks is kept.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in text.chars() {
        match c {
            '`' => code = !code,
            // A pipe ends a cell even in code.
            '|' => out.push('\\'),
            '\\' | '*' | '_' | '<' | '>' | '[' | ']' if !code => out.push('\\'),
            _ => {}
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// Formats a table: a header and rows of finished cells.
pub(crate) fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let mut out = format!("| {} |\n|{}\n", header.join(" | "), " --- |".repeat(N));
    for row in rows {
        out.extend(["| ", &row.join(" | "), " |\n"]);
    }
    out
}

#[test]
fn cell_escapes_markdown() {
    assert_eq!(cell("a|b *c* `d_e|f` g_h"), "a\\|b \\*c\\* `d_e\\|f` g\\_h");
}

#[test]
fn table_has_header_and_rows() {
    assert_eq!(table(["a", "b"], &[["1".to_owned(), "2".to_owned()]]), "| a | b |\n| --- | --- |\n| 1 | 2 |\n");
}
