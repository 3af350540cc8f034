//! The table of contents, and the index `llms.txt`.

use std::collections::BTreeSet;
use std::fs;

use incs_book::llms;
use pulldown_cmark::{Event, Parser, Tag};

use crate::repository::docs;

/// The links of a page, in their order.
fn links(page: &str) -> Vec<String> {
    let links = Parser::new(page).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(format!("docs/{dest_url}")),
        _ => None,
    });
    links.collect()
}

fn index() -> String {
    fs::read_to_string(incs_book::root().join(llms::PATH)).unwrap()
}

#[test]
fn summary_lists_each_page_once() {
    let mut pages = docs();
    let summary = pages.remove("docs/SUMMARY.md").unwrap();
    let links = links(&summary);
    let named: BTreeSet<_> = links.iter().cloned().collect();
    assert_eq!(named.len(), links.len(), "a page is named twice: {links:?}");
    assert_eq!(named, pages.into_keys().collect());
}

#[test]
fn llms_index_is_up_to_date() {
    let front = fs::read_to_string(incs_book::root().join("docs/README.md")).unwrap();
    assert_eq!(index(), llms::index(&front).unwrap(), "`cargo run -p incs-book -- pages` writes it");
}

#[test]
fn llms_index_names_each_page() {
    let listed: BTreeSet<_> = links(&index()).into_iter().collect();
    let summary = links(&docs()["docs/SUMMARY.md"]);
    let missing: Vec<_> = summary.iter().filter(|page| *page != "docs/README.md" && !listed.contains(*page)).collect();
    assert!(missing.is_empty(), "pages without a row in docs/README.md: {missing:?}");
    assert!(summary.len() > 30, "pages: {}", summary.len());
}

#[test]
fn llms_index_links_exist() {
    let index = index();
    assert!(index.len() < 16_000, "an index is short: {} bytes", index.len());
    for link in links(&index) {
        assert!(incs_book::root().join(&link).is_file(), "no such page: {link}");
    }
}
