//! The index of the pages for language models, `docs/llms.txt` (see llmstxt.org), made from the tables of `docs/README.md`.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};

/// The path of the index from the root.
pub const PATH: &str = "docs/llms.txt";

/// Returns the index: the first paragraphs of the front page, and one line for each row of its tables of pages.
///
/// # Errors
///
/// Fails when the front page has another form: a row of a table must have one link and one description.
pub fn index(front: &str) -> Result<String> {
    let (top, pages) = front.split_once("\n## All pages\n").context("no list of all pages")?;
    let (pages, _) = pages.split_once("\n## ").unwrap_or((pages, ""));
    let (top, _) = top.split_once("\n## ").unwrap_or((top, ""));
    let mut paragraphs = top.split("\n\n").skip(1).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let summary = paragraphs.next().context("no first paragraph")?;
    let mut index = format!("# INCS for Rust\n\n> {summary}\n");
    for paragraph in paragraphs.filter(|text| !text.starts_with('!')) {
        write!(index, "\n{paragraph}\n")?;
    }
    for line in pages.lines() {
        if let Some(section) = line.strip_prefix("### ") {
            write!(index, "\n## {section}\n\n")?;
        } else if let Some((page, content)) = line.strip_prefix("| [").and_then(|row| row.split_once(" | ")) {
            let content = content.strip_suffix(" |").context("a row without an end")?;
            ensure!(page.matches("](").count() == 1 && page.ends_with(')'), "a row without exactly one link: {line}");
            writeln!(index, "- [{page}: {content}")?;
        }
    }
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str = "# Documentation\n\nOne\nlibrary.\n\n![A picture](p.svg)\n\nFacts.\n\n## Ways in\n\n| a | b |\n\n\
        ## All pages\n\n### Start\n\n| page | content |\n| --- | --- |\n| [Quick `start`](q.md) | from `a` to b |\n\n## API\n\nno\n";

    #[test]
    fn rows_become_lines() {
        let expected =
            "# INCS for Rust\n\n> One library.\n\nFacts.\n\n## Start\n\n- [Quick `start`](q.md): from `a` to b\n";
        assert_eq!(index(FRONT).unwrap(), expected);
    }

    #[test]
    fn row_with_two_links_is_refused() {
        let error = index(&FRONT.replace("](q.md)", "](q.md), [B](b.md)")).unwrap_err();
        assert!(error.to_string().starts_with("a row without exactly one link: | [Quick"), "{error}");
    }
}
