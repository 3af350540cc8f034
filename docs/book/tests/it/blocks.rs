//! The code blocks of the pages: what compiles, and what is data.

use std::fs;

use incs_book::sending::CHAPTERS;
use incs_model::OutboundMessage;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;

use crate::repository::pages;

/// The code blocks of a page: what stands behind the backquotes, and the text.
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

/// Of which language a block is.
pub(crate) fn language(info: &str) -> &str {
    info.split([' ', ',']).next().unwrap_or_default()
}

#[test]
fn every_page_with_rust_code_is_a_doc_test() {
    let root = incs_book::root();
    let listed = fs::read_to_string(root.join("docs/book/src/pages.rs")).unwrap();
    let mut checked = 0;
    for (path, page) in pages() {
        if !blocks(&page).iter().any(|(info, _)| language(info) == "rust") {
            continue;
        }
        checked += 1;
        // A README of a crate is its front page, so that its own doc tests hold it.
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
fn no_rust_code_is_kept_from_the_compiler() {
    for (path, page) in pages() {
        for (info, _) in blocks(&page).iter().filter(|(info, _)| language(info) == "rust") {
            assert!(["rust", "rust,no_run"].contains(&info.as_str()), "{path}: a block marked {info}");
        }
    }
}

#[test]
fn every_json_block_is_json() {
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
fn the_json_of_a_page_about_sending_is_what_the_client_would_post() {
    let pages = pages();
    for chapter in CHAPTERS {
        let page = pages.get(&chapter.path()).unwrap();
        let bodies: Vec<_> =
            blocks(page).into_iter().filter(|(info, _)| info == "json").map(|(_, text)| text).collect();
        assert_eq!(bodies.len(), chapter.kinds.len(), "{}", chapter.name);
        for (kind, body) in chapter.kinds.iter().zip(bodies) {
            let message = (kind.message)("85251230088".parse().unwrap());
            assert_eq!(OutboundMessage::decode(&chapter.channel(), body.as_bytes()).unwrap(), message, "{}", kind.name);
            let posted: Value = serde_json::from_slice(&incs_model::encode(&message).unwrap()).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), posted, "{}", kind.name);
        }
    }
}
