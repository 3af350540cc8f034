//! One sample that passes and one that does not, for each rule.

use super::*;

fn crate_of(list: &[(&str, &str)]) -> Files {
    let texts = list.iter().map(|(path, text)| TextFile { path: path.into(), text: (*text).to_owned() });
    read(Path::new(MODEL), texts.collect()).unwrap()
}

fn failures(text: &str) -> (usize, Vec<String>) {
    silent_failures(&crate_of(&[("a.rs", text)]))
}

#[test]
fn what_may_fail_and_says_how_passes() {
    let text = "/// Reads it.\n///\n/// # Errors\n///\n/// If it is empty.\npub fn read(text: &str) -> Result<u8, Error> {}\n\
        fn private() -> Result<u8, Error> {}\n\
        pub(crate) fn ours() -> Result<u8, Error> {}\n\
        impl FromStr for A { fn from_str(text: &str) -> Result<Self, Error> {} }\n\
        /// Never fails.\npub fn with(read: impl Fn() -> Result<u8, Error>) -> Self {}\n\
        /// Never fails.\npub fn of<F: Fn() -> Result<u8, Error>>(read: F) -> Self where F: Into<Result<u8, Error>> {}\n";
    assert_eq!(failures(text), (1, vec![]));
}

#[test]
fn whatever_holds_a_result_may_fail() {
    for text in [
        "/// A.\npub fn read() -> Result<u8, Error> {}",
        "/// A.\npub async fn read(&self) -> io::Result<()> {}",
        "/// A.\npub fn read<T: Into<u8>>(value: T) -> impl Future<Output = Result<T, Error>> + Send {}",
        "/// A.\npub const fn read() -> Pin<Box<dyn Future<Output = Result<u8, Error>>>> {}",
        "/// A.\npub fn read() -> (u8, Result<u8, Error>) {}",
        "pub trait Reads {\n/// A.\n#[must_use]\nfn read(&self) -> Result<u8, Error>; }",
        "impl A {\n/// A. See `# Errors` elsewhere.\npub fn read(&self) -> Option<Result<u8, Error>> {} }",
        "macro_rules! reads { ($name:ident) => { impl $name {\n/// A.\npub fn read() -> Result<Self, Error> {} } } }",
        "reads! {\n/// A.\npub fn read() -> Result<u8, Error>; }",
        "pub type Read = BoxFuture<Result<u8, Error>>;\n/// A.\npub fn read() -> Read {}",
    ] {
        let (count, offences) = failures(text);
        assert_eq!(count, 1, "{text}");
        let line = text.lines().position(|line| line.contains("fn read")).unwrap() + 1;
        let expected = format!("{MODEL}/a.rs:{line}: `read` may fail, and has no section `# Errors`");
        assert_eq!(offences, [expected], "{text}");
    }
}

#[test]
fn what_is_awaited_later_says_how_it_fails_at_its_type() {
    let rest = "pub struct Call<'a>(&'a str);\n\
        impl<'a> IntoFuture for Call<'a> { type IntoFuture = X; type Output = Result<u8, Error>; }\n\
        /// Makes it.\npub fn call() -> Call<'static> {}\n\
        /// Cannot fail.\npub struct Wait;\nimpl Future for Wait { type Output = (); }\n";
    assert_eq!(failures(&format!("/// A call.\n///\n/// # Errors\n///\n/// Often.\n{rest}")), (1, vec![]));
    let expected = format!("{MODEL}/a.rs:2: `Call` may fail, and has no section `# Errors`");
    assert_eq!(failures(&format!("/// A call.\n{rest}")), (1, vec![expected]));
}

#[test]
fn a_type_of_the_wire_says_its_source_or_its_module_does() {
    let files = crate_of(&[
        ("viber.rs", "//! Viber (INCS: send\n//! Viber message).\nmod content;\npub mod code;\npub struct Message;"),
        ("viber/content.rs", "//! Private, so users find it in the module above.\n/// A text.\npub struct Text;"),
        ("viber/code.rs", "//! Codes.\nopen_code! {\n/// A code (sampled only).\npub enum Code { A = 1 } }"),
        ("viber/code/tests.rs", "//! Tests.\nstruct Private;"),
        ("status.rs", "//! No source.\n/// A state (inferred).\npub enum State {}\npub(crate) struct Ours;"),
        ("limits.rs", "//! No family.\npub struct Limit;"),
    ]);
    assert_eq!(without_source(&files), (4, vec![]));
}

#[test]
fn a_type_of_the_wire_without_a_source_is_an_offence() {
    let files = crate_of(&[
        ("viber.rs", "//! Viber (INCS: send Viber message).\npub mod content;"),
        ("viber/content.rs", "//! Public, so the module above is not what users read.\n/// A text.\npub struct Text;"),
        ("task.rs", "//! Tasks.\nmod inner;\nrecord! {\n/// A task.\npub struct Task { pub id: u8 } }"),
        ("task/inner.rs", "//! Private (INCS: tasks), so nobody reads this.\npub enum Inner {}"),
    ]);
    let offence = |place: &str, name: &str| format!("{MODEL}/{place}: `{name}` says no source, nor does its module");
    assert_eq!(
        without_source(&files),
        (
            3,
            vec![
                offence("task/inner.rs:2", "Inner"),
                offence("task.rs:5", "Task"),
                offence("viber/content.rs:3", "Text"),
            ]
        )
    );
}

#[test]
fn the_lints_that_see_undocumented_items_stay_on() {
    let good = "[workspace.lints.rust]\nmissing_docs = \"warn\"\n\n\
        [workspace.lints.clippy]\npedantic = { level = \"warn\", priority = -1 }\n";
    assert_eq!(switched_off(good), [""; 0]);
    assert_eq!(
        switched_off("[workspace.lints.rust]\nmissing_docs = \"allow\"\n\n[other]\npedantic = \"warn\"\n"),
        [
            "Cargo.toml: [workspace.lints.rust] does not switch `missing_docs` on",
            "Cargo.toml: [workspace.lints.clippy] does not switch `pedantic` on",
        ]
    );
}

#[test]
fn no_file_of_a_published_crate_switches_them_off() {
    let file = |text: &str| TextFile { path: "a.rs".into(), text: text.to_owned() };
    assert_eq!(allowed(Path::new("src"), &file("//! A.\n#![allow(clippy::pedantic)]\n")), [""; 0]);
    assert_eq!(
        allowed(Path::new("src"), &file("//! A.\n#![allow(missing_docs, clippy::missing_errors_doc)]\n")),
        [
            "src/a.rs: `missing_docs` is not to be named in a published crate",
            "src/a.rs: `missing_errors_doc` is not to be named in a published crate",
        ]
    );
}
