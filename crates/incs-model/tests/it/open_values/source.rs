//! The declarations of open enums and unions in the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The macros that declare one.
const MACROS: &[&str] = &["open_text! {", "open_code! {", "tagged_union! {", "member_union! {"];

/// The paths of all open enums and unions: those that a macro declares, and those that have a variant `Unknown`.
pub(super) fn open_types() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    visit(&root, "incs_model", &mut found);
    found
}

fn visit(folder: &Path, module: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let here = format!("{module}::{stem}");
        if path.is_dir() {
            visit(&path, &here, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(declared(&text).into_iter().map(|name| format!("{here}::{name}")));
        }
    }
}

/// The names of the open enums that a file declares. Comments and the bodies of macros are passed over: there the name
/// is a `$name`.
fn declared(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut by_macro = false;
    let mut name = None;
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if MACROS.contains(&line) {
            by_macro = true;
        } else if line.starts_with('}') {
            by_macro = false;
            name = None;
        } else if code.starts_with("Unknown(") || code.starts_with("Unknown,") {
            names.extend(name.clone());
        }
        if let Some(rest) = code.strip_prefix("pub enum ") {
            name = rest.split([' ', '<']).next().filter(|name| !name.starts_with('$')).map(str::to_owned);
            // A view that borrows is not read from the wire.
            name = name.filter(|_| !rest.contains("<'"));
            if by_macro {
                names.extend(name.clone());
            }
        }
    }
    names
}

#[test]
fn declarations_are_told_from_comments_and_macro_bodies() {
    let text = r#"
/// open_text! {
///     pub enum Told {
macro_rules! open_text {
        pub enum $name {
            Unknown(X),
}
open_text! {
    /// Doc.
    pub enum A {
        B = "b",
    }
}
pub enum C {
    D,
    Unknown(X),
}
pub enum View<'a> {
    Unknown(&'a X),
}
pub enum Closed {
    E,
}
"#;
    assert_eq!(declared(text), BTreeSet::from(["A".to_owned(), "C".to_owned()]));
}
