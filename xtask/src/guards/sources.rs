//! Sources: what every Rust file of the repository keeps to.

use std::path::Path;

use anyhow::Result;
use proc_macro2::{TokenStream, TokenTree};

use super::{Finding, tokens};
use crate::files::{self, TextFile};
use crate::workspace::Workspace;

/// Past this a file usually holds two things.
const MAX_LINES: usize = 300;

/// Files that may be longer, and why.
const LONGER: &[Longer] = &[];

struct Longer {
    path: &'static str,
    reason: &'static str,
}

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let files = files::with_extension(workspace.root(), "rs")?;
    let mut offences: Vec<_> = files.iter().flat_map(|file| check(file, LONGER)).collect();
    offences.extend(check_longer(&files, LONGER));
    let lines: usize = files.iter().map(|file| file.text.lines().count()).sum();
    Ok(Finding {
        counted: format!(
            "Rust files: {}, lines: {lines}, longer than {MAX_LINES} by permission: {}",
            files.len(),
            LONGER.len()
        ),
        offences,
    })
}

fn check(file: &TextFile, longer: &[Longer]) -> Vec<String> {
    let shown = file.path.display();
    let mut offences = Vec::new();
    if file.path.file_name().is_some_and(|name| name == "mod.rs") {
        offences.push(format!("{shown}: a mod.rs; name the file after its module"));
    }
    let lines = file.text.lines().count();
    let permitted = longer.iter().any(|entry| Path::new(entry.path) == file.path);
    if lines > MAX_LINES && !permitted {
        offences.push(format!("{shown}: {lines} lines, at most {MAX_LINES}"));
    }
    match file.text.parse::<TokenStream>() {
        Ok(tokens) => {
            if !starts_with_doc(&file.text, &tokens) {
                offences.push(format!("{shown}: does not begin with a `//!` comment"));
            }
            offences.extend(tokens::offences(tokens).iter().map(|(line, what)| format!("{shown}:{line}: {what}")));
        }
        Err(error) => offences.push(format!("{shown}: cannot be read as Rust: {error}")),
    }
    offences
}

/// A permission that nothing needs any more, or without a reason, is an offence too.
fn check_longer(files: &[TextFile], longer: &[Longer]) -> Vec<String> {
    let mut offences = Vec::new();
    for Longer { path, reason } in longer {
        if reason.is_empty() {
            offences.push(format!("{path}: may be longer, but no reason is given"));
        }
        let needed = files.iter().any(|file| file.path == Path::new(path) && file.text.lines().count() > MAX_LINES);
        if !needed {
            offences.push(format!("{path}: may be longer, but is not"));
        }
    }
    offences
}

/// `//!` first, or inner attributes first and `//!` among them.
fn starts_with_doc(text: &str, tokens: &TokenStream) -> bool {
    if !text.starts_with("//!") && !text.starts_with("#![") {
        return false;
    }
    let mut tokens = tokens.clone().into_iter();
    while let (Some(TokenTree::Punct(hash)), Some(TokenTree::Punct(bang)), Some(attribute)) =
        (tokens.next(), tokens.next(), tokens.next())
    {
        let (TokenTree::Group(attribute), '#', '!') = (attribute, hash.as_char(), bang.as_char()) else {
            return false;
        };
        if tokens::is_word(attribute.stream().into_iter().next().as_ref(), "doc") {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offences(path: &str, text: &str) -> Vec<String> {
        let file = TextFile { path: path.into(), text: text.to_owned() };
        check(&file, &[])
    }

    #[test]
    fn a_file_that_begins_with_its_purpose_passes() {
        for text in [
            "//! One thing.\nfn a() {}\n",
            "#![allow(missing_docs)]\n#![cfg(unix)]\n//! One thing.\n",
            "#![doc = include_str!(\"../README.md\")]\n",
        ] {
            assert_eq!(offences("a/src/b.rs", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_file_without_its_purpose_is_an_offence() {
        for text in ["", "fn a() {}\n", "// plain\n//! late\n", "#![cfg(unix)]\nfn a() {}\n"] {
            assert_eq!(
                offences("a/tests/it/b.rs", text),
                ["a/tests/it/b.rs: does not begin with a `//!` comment"],
                "{text}"
            );
        }
    }

    #[test]
    fn a_mod_rs_is_an_offence() {
        assert_eq!(offences("a/src/b/mod.rs", "//! b\n"), ["a/src/b/mod.rs: a mod.rs; name the file after its module"]);
    }

    #[test]
    fn one_line_past_the_limit_is_an_offence_in_tests_as_well() {
        for path in ["a/src/b.rs", "a/tests/it/b.rs", "a/benches/b.rs"] {
            let text = format!("//! Long.\n{}", "\n".repeat(MAX_LINES - 1));
            assert_eq!(offences(path, &text), [""; 0]);
            let text = format!("{text}\n");
            assert_eq!(offences(path, &text), [format!("{path}: 301 lines, at most 300")]);
        }
    }

    #[test]
    fn a_permission_must_be_needed_and_reasoned() {
        let file = |lines| TextFile { path: "a/src/b.rs".into(), text: format!("//! Long.\n{}", "\n".repeat(lines)) };
        let entry = |reason| [Longer { path: "a/src/b.rs", reason }];
        let long = file(MAX_LINES);

        assert_eq!(check(&long, &entry("one table")), [""; 0]);
        assert_eq!(check_longer(&[long], &entry("one table")), [""; 0]);
        assert_eq!(
            check_longer(&[file(1)], &entry("")),
            ["a/src/b.rs: may be longer, but no reason is given", "a/src/b.rs: may be longer, but is not"]
        );
    }

    #[test]
    fn a_file_that_is_no_rust_is_an_offence() {
        let found = offences("a/src/b.rs", "//! Open.\nfn a( {\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a/src/b.rs: cannot be read as Rust"), "{found:?}");
    }
}
