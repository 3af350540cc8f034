//! Budget: how many crates `incs-model` costs its users, and that the pages say that number.

use anyhow::Result;

use super::{Finding, tree};
use crate::files::{self, TextFile};
use crate::workspace::Workspace;

/// Crates in `cargo tree -p incs-model -e normal`, `incs-model` itself included.
const MAX: usize = 18;

/// Encloses the number in a page: `<!-- guard:incs-model-crates -->15<!-- /guard -->`.
const OPEN: &str = "<!-- guard:incs-model-crates -->";
const CLOSE: &str = "<!-- /guard -->";

/// The page that must state the number; others may.
const README: &str = "README.md";

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let count = tree::dependencies(workspace, "incs-model", &["-e", "normal"])?.len();
    let pages = files::with_extension(workspace.root(), "md")?;
    Ok(Finding {
        counted: format!(
            "incs-model without features: {count} dependencies, {} crates with itself, at most {MAX}",
            count + 1
        ),
        offences: check(count, &pages),
    })
}

fn check(count: usize, pages: &[TextFile]) -> Vec<String> {
    let mut offences = Vec::new();
    if count + 1 > MAX {
        offences.push(format!("incs-model and its {count} dependencies are {} crates, at most {MAX}", count + 1));
    }
    let readme = pages.iter().find(|page| page.path.as_os_str() == README);
    if !readme.is_some_and(|page| page.text.contains(OPEN)) {
        offences.push(format!("{README}: the number of dependencies of incs-model is missing: {OPEN}{count}{CLOSE}"));
    }
    for page in pages {
        for rest in page.text.split(OPEN).skip(1) {
            let stated = rest.split_once(CLOSE).map_or("", |(stated, _)| stated);
            if stated.parse() != Ok(count) {
                offences.push(format!(
                    "{}: states {stated:?} dependencies of incs-model, there are {count}",
                    page.path.display()
                ));
            }
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, text: &str) -> TextFile {
        TextFile { path: path.into(), text: text.to_owned() }
    }

    fn stating(path: &str, number: &str) -> TextFile {
        page(path, &format!("needs {OPEN}{number}{CLOSE} crates"))
    }

    #[test]
    fn a_true_number_within_the_budget_passes() {
        let pages = [stating("README.md", "17"), stating("docs/a.md", "17")];
        assert_eq!(check(17, &pages), [""; 0]);
    }

    #[test]
    fn one_crate_past_the_budget_is_an_offence() {
        assert_eq!(
            check(18, &[stating("README.md", "18")]),
            ["incs-model and its 18 dependencies are 19 crates, at most 18"]
        );
    }

    #[test]
    fn a_false_number_on_any_page_is_an_offence() {
        let pages = [stating("README.md", "15"), stating("docs/a.md", "many")];
        assert_eq!(
            check(14, &pages),
            [
                "README.md: states \"15\" dependencies of incs-model, there are 14",
                "docs/a.md: states \"many\" dependencies of incs-model, there are 14",
            ]
        );
    }

    #[test]
    fn a_readme_without_the_number_is_an_offence() {
        for pages in [vec![], vec![page("README.md", "none")], vec![stating("docs/a.md", "3")]] {
            let offences = check(3, &pages);
            assert_eq!(offences.len(), 1, "{offences:?}");
            assert!(offences[0].starts_with("README.md: "), "{offences:?}");
        }
    }
}
