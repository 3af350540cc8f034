//! `cargo xtask book`: writes the generated pages about sending, builds all pages as a book in target/book and checks its links.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::guards::report;
use crate::tools::Tools;
use crate::workspace::{Workspace, run as run_program};

/// Writes the generated pages, or with `check` compares them, and builds the book.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    // Built for the whole workspace like the tests, so that nothing is compiled twice.
    let program = ["run", "--quiet", "--all-features", "--bin", "incs-book", "--"];
    let check: &[&str] = if check { &["--check"] } else { &[] };
    workspace.run(&[&program[..], &["pages"], check].concat())?;
    let out = workspace.target_dir().join("book");
    workspace.run(&[&program[..], &["build", "--out", &out.display().to_string()]].concat())?;

    let mut links = Tools::python(workspace)?.pip("lychee");
    // The paths of the 404 page start at the root of a host, which a folder does not have.
    links.args([
        "--offline",
        "--include-fragments",
        "--no-progress",
        "--exclude-path",
        "404.html",
        "--extensions",
        "html",
    ]);
    run_program(links.arg(&out))?;
    report(&asking_elsewhere(&out)?)
}

/// Returns the files of a book that load something from another host. Links to other hosts load nothing.
fn asking_elsewhere(book: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    collect(book, &mut paths)?;
    let (mut pages, mut violations) = (0, Vec::new());
    for path in paths {
        let asks: fn(&str) -> bool = match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => |html| {
                let tags = html.split('<').map(|tag| tag.split('>').next().unwrap_or_default());
                let links = |tag: &str| tag.starts_with("link ") && leads_elsewhere(tag, "href=");
                tags.into_iter().any(|tag| links(tag) || leads_elsewhere(tag, " src="))
            },
            Some("css") => |css| leads_elsewhere(css, "url(") || leads_elsewhere(css, "@import "),
            _ => continue,
        };
        pages += 1;
        if asks(&fs::read_to_string(&path)?) {
            violations.push(format!("{}: asks another host", path.display()));
        }
    }
    ensure!(pages > 0, "{} holds no page", book.display());
    Ok(violations)
}

/// Reports whether one of these words is followed by the address of a host.
fn leads_elsewhere(text: &str, word: &str) -> bool {
    text.split(word).skip(1).any(|rest| {
        let rest = rest.trim_start_matches(['"', '\'', ' ']);
        rest.starts_with("http:") || rest.starts_with("https:") || rest.starts_with("//")
    })
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::empty;

    #[test]
    fn files_asking_another_host_are_named() {
        let book = empty(std::env::temp_dir().join(format!("xtask-book-{}", std::process::id()))).unwrap();
        for (name, text) in [
            (
                "fine.html",
                "<a href=\"https://example.com/\">x</a><img src=\"p.png\"><link rel=\"icon\" href=\"p.png\">",
            ),
            ("script.html", "<script src=\"https://example.com/a.js\"></script>"),
            ("link.html", "<link rel='stylesheet' href='//example.com/a.css'>"),
            ("fine.css", "a { background: url(p.png) }"),
            ("font.css", "@import \"https://example.com/f.css\";"),
        ] {
            fs::write(book.join(name), text).unwrap();
        }
        let mut found = asking_elsewhere(&book).unwrap();
        fs::remove_dir_all(&book).unwrap();
        found.sort();
        let expected = ["font.css", "link.html", "script.html"];
        assert_eq!(found, expected.map(|name| format!("{}: asks another host", book.join(name).display())));
    }
}
