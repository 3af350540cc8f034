//! Checks sources: every file begins with a doc comment and names no machine path, and each wire type names its source.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::workspace::{TextFile, Workspace};

const MODEL: &str = "crates/incs-model/src";

/// The modules of `incs-model` that mirror the platforms.
const FAMILIES: [&str; 10] =
    ["whatsapp", "viber", "rcs", "template", "status", "task", "auth", "envelope", "event", "exotel"];

/// Words that name a source: a published page, a sample, a deduction.
const SOURCES: [&str; 5] = ["INCS: ", "Exotel: ", "Meta: ", "sampled only", "inferred"];

/// Lints about documentation that no file of a published crate may switch off.
const NEVER_ALLOWED: [&str; 2] = ["missing_docs", "missing_errors_doc"];

/// A public struct or enum.
struct Type {
    line: usize,
    name: String,
    docs: String,
}

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let files = workspace.files("*.rs")?;
    let mut violations: Vec<_> = files.iter().filter_map(without_purpose).collect();
    for package in workspace.published() {
        let folder = package.manifest_path.as_std_path().with_file_name("src");
        let folder = folder.strip_prefix(workspace.root())?;
        violations.extend(files.iter().filter(|file| file.path.starts_with(folder)).flat_map(allowed));
    }
    violations.extend(without_source(&files)?);
    Ok(violations)
}

/// Reports whether a file begins with `//!`, possibly among inner attributes.
fn without_purpose(file: &TextFile) -> Option<String> {
    let text = &file.text;
    let among_attributes = || text.lines().any(|line| line.starts_with("//!") || line.starts_with("#![doc"));
    let begins_well = text.starts_with("//!") || (text.starts_with("#![") && among_attributes());
    (!begins_well).then(|| format!("{}: does not begin with a `//!` comment", file.path.display()))
}

fn allowed(file: &TextFile) -> Vec<String> {
    let named = NEVER_ALLOWED.iter().filter(|lint| file.text.contains(**lint));
    named.map(|lint| format!("{}: `{lint}` is not to be named in a published crate", file.path.display())).collect()
}

/// Returns the wire types without a source in their own docs or those of their module.
fn without_source(files: &[TextFile]) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    let model = files.iter().filter(|file| of_a_family(&file.path));
    for file in model.filter(|file| !names_source(&module_docs(files, &file.path))) {
        let path = file.path.display();
        let tokens = file.text.parse().map_err(|error| anyhow!("{error}"));
        let mut types = Vec::new();
        public_types(tokens.with_context(|| format!("{path} cannot be read as Rust"))?, &mut types);
        for Type { line, name, .. } in types.iter().filter(|found| !names_source(&found.docs)) {
            violations.push(format!("{path}:{line}: `{name}` says no source, nor does its module"));
        }
    }
    Ok(violations)
}

fn of_a_family(path: &Path) -> bool {
    let family = |path: &Path| FAMILIES.iter().any(|name| path.with_extension("").starts_with(name));
    path.strip_prefix(MODEL).is_ok_and(family)
}

/// Returns the `//!` comment of the module in which users find the items of a file: its own if that is public, or else the nearest
/// public one above.
fn module_docs(files: &[TextFile], path: &Path) -> String {
    let find = |path: &Path| files.iter().find(|file| file.path == path);
    let above = path.parent().map(|folder| folder.with_extension("rs")).unwrap_or_default();
    let declared = format!("pub mod {};", path.file_stem().unwrap_or_default().to_string_lossy());
    match find(&above) {
        Some(parent) if !parent.text.contains(&declared) => module_docs(files, &above),
        _ => find(path).iter().flat_map(|file| file.text.lines()).filter_map(|line| line.strip_prefix("//!")).collect(),
    }
}

fn names_source(docs: &str) -> bool {
    // A doc comment may break the line after any word.
    let text = docs.split_whitespace().collect::<Vec<_>>().join(" ");
    SOURCES.iter().any(|source| text.contains(source))
}

/// Collects public structs and enums with their docs from the tokens, so that the types in macro calls count too.
fn public_types(tokens: TokenStream, found: &mut Vec<Type>) {
    let (mut docs, mut public, mut keyword) = (String::new(), false, false);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(attribute)) = tokens.next_if(|next| matches!(next, TokenTree::Group(_))) {
                    docs += &doc_text(attribute.stream());
                }
                continue;
            }
            TokenTree::Ident(word) if word == "pub" => {
                let scope = |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
                public = tokens.next_if(scope).is_none();
                continue;
            }
            TokenTree::Ident(word) if public && (word == "struct" || word == "enum") => {
                keyword = true;
                continue;
            }
            TokenTree::Ident(name) if keyword => {
                found.push(Type { line: name.span().start().line, name: name.to_string(), docs: docs.clone() });
            }
            TokenTree::Group(group) => public_types(group.stream(), found),
            _ => {}
        }
        (docs, public, keyword) = (String::new(), false, false);
    }
}

/// Returns the text of `doc = "…"`, one line.
fn doc_text(attribute: TokenStream) -> String {
    let mut tokens = attribute.into_iter();
    match (tokens.next(), tokens.nth(1)) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Literal(text))) if name == "doc" => {
            format!("{text}\n").replace('"', "")
        }
        _ => String::new(),
    }
}

/// Returns the lines of committed files that name a folder at the root of a machine. In a URL or a relative path the slash follows a
/// name, so those do not count.
pub(super) fn machine_paths(workspace: &Workspace) -> Result<Vec<String>> {
    let files = workspace.files(".")?;
    Ok(files.iter().flat_map(paths_of_machines).collect())
}

/// Folders at the root of a machine.
const FOLDERS: [&str; 4] = ["home", "root", "Users", "work"];

fn paths_of_machines(file: &TextFile) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for folder in FOLDERS.map(|folder| format!("/{folder}/")) {
            let follows_name = |start: usize| {
                let before = line.get(..start).and_then(|before| before.chars().next_back());
                before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
            };
            if line.match_indices(&folder).any(|(start, _)| !follows_name(start)) {
                found.push(format!("{}:{}: {folder} is a path of one machine", file.path.display(), index + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.into(), text: text.to_owned() }
    }

    #[test]
    fn file_with_doc_comment_passes() {
        for text in [
            "//! One thing.\nfn a() {}\n",
            "#![allow(missing_docs)]\n#![cfg(unix)]\n//! One thing.\n",
            "#![doc = include_str!(\"../README.md\")]\n",
        ] {
            assert_eq!(without_purpose(&file("a.rs", text)), None, "{text}");
        }
    }

    #[test]
    fn file_without_doc_comment_fails() {
        for text in ["", "fn a() {}\n", "// plain\n//! late\n", "#![cfg(unix)]\nfn a() {}\n"] {
            let violation = without_purpose(&file("a.rs", text));
            assert_eq!(violation.as_deref(), Some("a.rs: does not begin with a `//!` comment"), "{text}");
        }
    }

    #[test]
    fn lints_of_documentation_stay_on() {
        let violations = allowed(&file("a.rs", "#![allow(clippy::missing_errors_doc)]\n"));
        assert_eq!(violations, ["a.rs: `missing_errors_doc` is not to be named in a published crate"]);
    }

    fn violations(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files.iter().map(|(path, text)| file(&format!("{MODEL}/{path}"), text)).collect();
        without_source(&files).unwrap()
    }

    #[test]
    fn type_or_module_names_a_source() {
        let with_source = "/// A message. INCS:\n/// send Viber message.\n#[derive(Debug)]\npub struct A {}\n";
        let without_source = "/// A message.\npub struct A {}\n";
        assert_eq!(violations(&[("viber/a.rs", with_source)]), [""; 0]);
        assert_eq!(violations(&[("viber/a.rs", &format!("//! Texts, inferred.\n{without_source}"))]), [""; 0]);
        assert_eq!(violations(&[("limits/a.rs", without_source)]), [""; 0], "not of the wire");
        assert_eq!(
            violations(&[("viber/a.rs", without_source)]),
            [format!("{MODEL}/viber/a.rs:2: `A` says no source, nor does its module")]
        );
    }

    #[test]
    fn private_module_uses_parent_docs() {
        let (with_source, without_source) = ("//! Meta: templates.\n", "//! A.\npub enum A {}\n");
        assert_eq!(
            violations(&[("viber.rs", &format!("{with_source}mod a;\n")), ("viber/a.rs", without_source)]),
            [""; 0]
        );
        assert_eq!(
            violations(&[("viber.rs", &format!("{with_source}pub mod a;\n")), ("viber/a.rs", without_source)]).len(),
            1
        );
    }

    #[test]
    fn macro_items_count_private_do_not() {
        let text = "open_enum! {\n    /// A kind.\n    pub enum Kind { A = \"a\" }\n}\npub(crate) struct B;\nstruct C;\npub fn d() {}\n";
        assert_eq!(
            violations(&[("rcs.rs", text)]),
            [format!("{MODEL}/rcs.rs:3: `Kind` says no source, nor does its module")]
        );
    }

    #[test]
    fn machine_paths_are_found_not_urls() {
        for folder in FOLDERS {
            let text =
                format!("fine\ncd /{folder}/incs\nhttps://example.com/{folder}/a ./{folder}/b docs/{folder}/c\n");
            let found = paths_of_machines(&file("a.md", &text));
            assert_eq!(found, [format!("a.md:2: /{folder}/ is a path of one machine")]);
        }
    }
}
