//! Rewrites the links of a page to the places of their targets in the book.

use std::ops::Range;

use anyhow::{Context as _, Result};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

/// The target of a link in the book.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The link stays unchanged.
    Same,
    /// Another link.
    Link(String),
    /// No page of the book: only the text of the link stays.
    Text,
}

/// Returns the page with each link replaced by the result of `target`; its other bytes stay.
pub(super) fn rewritten(page: &str, target: impl Fn(&str) -> Target) -> Result<String> {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let parser = Parser::new_ext(page, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES);
    for (_, definition) in parser.reference_definitions().iter() {
        if let Target::Link(link) = target(&definition.dest) {
            edits.push((find(page, &definition.span, &definition.dest)?, link));
        }
    }
    for (event, range) in parser.into_offset_iter() {
        let (link_type, dest_url, is_picture) = match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) => (link_type, dest_url, false),
            Event::Start(Tag::Image { link_type, dest_url, .. }) => (link_type, dest_url, true),
            _ => continue,
        };
        if link_type != LinkType::Inline {
            continue;
        }
        match target(&dest_url) {
            // A missing picture stays, and the check of the built book reports it.
            Target::Text if is_picture => {}
            Target::Same => {}
            Target::Link(link) => edits.push((find(page, &range, &dest_url)?, link)),
            Target::Text => {
                let whole = find(page, &range, &dest_url)?;
                // Removes the part from the bracket before the destination to the end, and the bracket at the start.
                edits.push((whole.start.saturating_sub(2)..range.end, String::new()));
                edits.push((range.start..range.start + 1, String::new()));
            }
        }
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut page = page.to_owned();
    for (range, text) in edits {
        page.replace_range(range, &text);
    }
    Ok(page)
}

/// Finds the destination in a link: only a title can follow it.
fn find(page: &str, link: &Range<usize>, destination: &str) -> Result<Range<usize>> {
    let text = page.get(link.clone()).context("a link outside of the page")?;
    let at =
        text.rfind(destination).with_context(|| format!("a link that is not spelled as it reads: {destination}"))?;
    let start = link.start + at;
    Ok(start..start + destination.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_change_and_code_stays() {
        let page = "[a *b*](a.md#x) `[a](a.md)` [![p](p.png)](a.md) [r], [gone](src/x.rs)!\n\n[r]: a.md\n";
        let rewritten_page = rewritten(page, |link| match link {
            "src/x.rs" => Target::Text,
            "p.png" => Target::Same,
            other => Target::Link(format!("../{other}")),
        });
        assert_eq!(
            rewritten_page.unwrap(),
            "[a *b*](../a.md#x) `[a](a.md)` [![p](p.png)](../a.md) [r], gone!\n\n[r]: ../a.md\n"
        );
    }
}
