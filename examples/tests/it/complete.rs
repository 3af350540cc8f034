//! No example without a test, and none that the page does not name.

use std::fs;
use std::path::Path;

/// The names of the examples.
pub(crate) fn examples() -> Vec<String> {
    let entries = fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap().map(|entry| entry.unwrap().path());
    let is_program = |path: &Path| path.join("main.rs").is_file() || path.extension().is_some_and(|end| end == "rs");
    let programs = entries.filter(|path| is_program(path));
    programs.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_example_has_a_test_and_a_row_on_the_page() {
    let read = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_default();
    let (program, page) = (read("tests/it/main.rs"), read("README.md"));
    let examples = examples();
    assert!(examples.len() >= 10, "{examples:?}");
    for name in examples {
        assert!(program.contains(&format!("mod {name};")), "{name}: no test");
        assert!(
            read(&format!("tests/it/{name}.rs")).contains(&format!("\"{name}\"")),
            "{name}: its test does not run it"
        );
        assert!(page.contains(&format!("| [`{name}`]({name}")), "{name}: no row on the page");
        assert!(page.contains(&format!("--example {name}")), "{name}: no command on the page");
    }
}
