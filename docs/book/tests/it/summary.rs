//! The table of contents.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Parser, Tag};

use crate::repository::docs;

#[test]
fn the_book_has_each_page_of_docs_once_and_names_none_that_is_missing() {
    let mut pages = docs();
    let summary = pages.remove("docs/SUMMARY.md").unwrap();
    let links: Vec<_> = Parser::new(&summary)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. }) => Some(format!("docs/{dest_url}")),
            _ => None,
        })
        .collect();
    let named: BTreeSet<_> = links.iter().cloned().collect();
    assert_eq!(named.len(), links.len(), "a page is named twice: {links:?}");
    assert_eq!(named, pages.into_keys().collect());
}
