//! Checks of the code blocks of the pages.

use std::fs;

use incs_book::sending::CHAPTERS;
use incs_model::{Document, Report};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;

use crate::repository::pages;

/// The code blocks of a page: the text after the backquotes, and the content.
pub(crate) fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => open = Some((info.to_string(), String::new())),
            Event::Text(text) => {
                if let Some((_, block)) = &mut open {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// The language of a block.
pub(crate) fn language(info: &str) -> &str {
    info.split([' ', ',']).next().unwrap_or_default()
}

#[test]
fn pages_with_rust_are_doc_tests() {
    let root = incs_book::root();
    let listed = fs::read_to_string(root.join("docs/book/src/pages.rs")).unwrap();
    let mut checked = 0;
    for (path, page) in pages() {
        if !blocks(&page).iter().any(|(info, _)| language(info) == "rust") {
            continue;
        }
        checked += 1;
        // The doc tests of a crate compile its README when its front page includes it.
        let is_front =
            path.strip_suffix("README.md").filter(|folder| folder.starts_with("crates/")).is_some_and(|folder| {
                fs::read_to_string(root.join(folder).join("src/lib.rs"))
                    .is_ok_and(|source| source.contains("include_str!(\"../README.md\")"))
            });
        let from_list = path.strip_prefix("docs/").map_or(format!("../../../{path}"), |page| format!("../../{page}"));
        assert!(is_front || listed.contains(&format!("\"{from_list}\"")), "{path}: nothing compiles its code");
    }
    assert!(checked > 10, "pages with code: {checked}");
}

#[test]
fn no_rust_block_skips_the_compiler() {
    for (path, page) in pages() {
        for (info, _) in blocks(&page).iter().filter(|(info, _)| language(info) == "rust") {
            assert!(
                ["rust", "rust,no_run", "rust,compile_fail"].contains(&info.as_str()),
                "{path}: a block marked {info}"
            );
        }
    }
}

#[test]
fn missing_variables_are_named() {
    for (path, page) in pages() {
        for (_, text) in blocks(&page).iter().filter(|(info, _)| language(info) == "rust") {
            let bare = text.lines().find(|line| {
                line.split("env::var(")
                    .skip(1)
                    .any(|rest| rest.split_once(')').is_some_and(|(_, next)| next.starts_with('?')))
            });
            assert_eq!(bare, None, "{path}: without the variable this program only says `NotPresent`");
        }
    }
}

#[test]
fn every_json_block_parses() {
    let mut checked = 0;
    for (path, page) in pages() {
        for (_, text) in blocks(&page).iter().filter(|(info, _)| language(info) == "json") {
            checked += 1;
            let read: Result<Value, _> = serde_json::from_str(text);
            assert!(read.is_ok(), "{path}: {read:?} in {text}");
        }
    }
    assert!(checked > 20, "blocks: {checked}");
}

#[test]
fn json_of_sending_pages_is_posted() {
    let pages = pages();
    for chapter in CHAPTERS {
        let page = pages.get(&chapter.path()).unwrap();
        let bodies: Vec<_> =
            blocks(page).into_iter().filter(|(info, _)| info == "json").map(|(_, text)| text).collect();
        assert_eq!(bodies.len(), chapter.kinds.len(), "{}", chapter.name);
        for (kind, body) in chapter.kinds.iter().zip(bodies) {
            let message = (kind.message)("85251230088".parse().unwrap());
            let document = Document::read(&chapter.channel(), body.as_bytes());
            assert_eq!(document.report(), &Report::default(), "{}", kind.name);
            assert_eq!(document.message(), Some(&message), "{}", kind.name);
            let posted: Value = serde_json::from_slice(&incs_model::encode(&message).unwrap()).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), posted, "{}", kind.name);
        }
    }
}
