//! The links of a page, led to where their targets stand in the book.

use std::ops::Range;

use anyhow::{Context as _, Result};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

/// Where a link of a page leads in the book.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Where it says.
    Same,
    /// To another place.
    Link(String),
    /// To nothing that the book has: what it reads stays.
    Text,
}

/// A page whose links lead to what `target` says; its other bytes stay.
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
            // A picture that is missing stays, and is found missing in what was built.
            Target::Text if is_picture => {}
            Target::Same => {}
            Target::Link(link) => edits.push((find(page, &range, &dest_url)?, link)),
            Target::Text => {
                let whole = find(page, &range, &dest_url)?;
                // From the bracket before the destination to the end, and the one at the start.
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

/// Where a destination stands in a link: nothing but a title comes after it.
fn find(page: &str, link: &Range<usize>, destination: &str) -> Result<Range<usize>> {
    let text = page.get(link.clone()).context("a link that is not in the page")?;
    let at =
        text.rfind(destination).with_context(|| format!("a link that is not spelled as it reads: {destination}"))?;
    let start = link.start + at;
    Ok(start..start + destination.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_pictures_and_definitions_are_led_elsewhere_and_code_is_not_touched() {
        let page = "[a *b*](a.md#x) `[a](a.md)` [![p](p.png)](a.md) [r], [gone](src/x.rs)!\n\n[r]: a.md\n";
        let led = rewritten(page, |link| match link {
            "src/x.rs" => Target::Text,
            "p.png" => Target::Same,
            other => Target::Link(format!("../{other}")),
        });
        assert_eq!(led.unwrap(), "[a *b*](../a.md#x) `[a](a.md)` [![p](p.png)](../a.md) [r], gone!\n\n[r]: ../a.md\n");
    }
}
