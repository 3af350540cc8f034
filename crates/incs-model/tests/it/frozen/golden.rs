//! Comparison of an output with its frozen file in `docs/frozen`. The tests of the other crates include this file.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the path of a frozen file.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/frozen").join(name)
}

/// Asserts that the frozen file holds exactly this text. With `UPDATE_FROZEN=1` it writes the file instead.
pub(crate) fn assert_frozen(name: &str, text: &str) {
    let path = path(name);
    if env::var_os("UPDATE_FROZEN").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let frozen = fs::read_to_string(&path).unwrap_or_default();
    // The first different line is more useful than two whole files.
    for (number, (found, frozen)) in (1..).zip(text.lines().zip(frozen.lines())) {
        assert_eq!(found, frozen, "docs/frozen/{name}:{number} changed; docs/frozen/README.md says what to do");
    }
    assert_eq!(text, frozen, "docs/frozen/{name} is longer or shorter; docs/frozen/README.md says what to do");
}
