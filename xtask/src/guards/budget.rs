//! Budget: how many crates each way to build a crate costs its users, and that the pages say so.

mod marker;

use std::fs;

use anyhow::{Context, Result};

use super::{Finding, tree};
use crate::files::{self, TextFile};
use crate::workspace::Workspace;

/// One way to build a crate, and what it may cost.
struct Budget {
    package: &'static str,
    /// One feature, or several with commas between; empty for none.
    feature: &'static str,
    /// Crates in `cargo tree -e normal`, the package itself included, on the platform of CI.
    max: usize,
}

const BUDGETS: &[Budget] = &[
    Budget { package: "incs-model", feature: "", max: 18 },
    Budget { package: "incs-model", feature: "schema", max: 24 },
    Budget { package: "incs-client", feature: "", max: 30 },
    Budget { package: "incs-client", feature: "testing", max: 30 },
    Budget { package: "incs-client", feature: "schema", max: 36 },
    Budget { package: "incs-client", feature: "tower", max: 32 },
    Budget { package: "incs-client", feature: "tracing", max: 34 },
    Budget { package: "incs-client", feature: "rate-limit", max: 50 },
    Budget { package: "incs-client", feature: "hyper", max: 48 },
    // A promise to users, not an observation: it is not raised.
    Budget { package: "incs-client", feature: "hyper-rustls", max: 60 },
    Budget { package: "incs-client", feature: "reqwest", max: 86 },
    Budget { package: "incs-client", feature: "reqwest-rustls", max: 100 },
    Budget { package: "incs-client", feature: "reqwest-native-tls", max: 100 },
    Budget { package: "incs-client-contract", feature: "", max: 56 },
    Budget { package: "incs-webhook", feature: "", max: 34 },
    Budget { package: "incs-webhook", feature: "testing", max: 34 },
    Budget { package: "incs-webhook", feature: "sha1", max: 35 },
    Budget { package: "incs-webhook", feature: "http", max: 36 },
    Budget { package: "incs-webhook", feature: "tower", max: 42 },
    Budget { package: "incs-webhook", feature: "axum", max: 45 },
    Budget { package: "incs-facade", feature: "default", max: 115 },
    Budget { package: "incs-facade", feature: "client", max: 32 },
    Budget { package: "incs-facade", feature: "webhook", max: 38 },
    Budget { package: "incs-facade", feature: "reqwest-rustls", max: 102 },
    Budget { package: "incs-facade", feature: "reqwest-native-tls", max: 102 },
    Budget { package: "incs-facade", feature: "hyper-rustls", max: 61 },
    Budget { package: "incs-facade", feature: "rate-limit", max: 51 },
    Budget { package: "incs-facade", feature: "tracing", max: 35 },
    Budget { package: "incs-facade", feature: "contract", max: 56 },
    Budget { package: "incs-facade", feature: "axum", max: 47 },
    Budget { package: "incs-facade", feature: "client,tower", max: 34 },
    Budget { package: "incs-facade", feature: "webhook,tower", max: 44 },
    Budget { package: "incs-facade", feature: "client,schema", max: 38 },
    Budget { package: "incs-facade", feature: "client,testing", max: 32 },
    Budget { package: "incs-sandbox", feature: "", max: 110 },
    Budget { package: "incs-cli", feature: "", max: 230 },
];

/// The page that must state every number of the facade, which is what users meet first; others may.
const FIRST_PAGE: &str = "README.md";

/// The page that must state all other numbers.
const COST_PAGE: &str = "docs/cost.md";

/// A budget and what its build really costs.
struct Count<'a> {
    budget: &'a Budget,
    crates: usize,
}

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let counts = count(workspace)?;
    let pages = files::with_extension(workspace.root(), "md")?;
    Ok(Finding { counted: table(&counts), offences: check(&counts, &pages) })
}

/// Writes the true numbers into the pages that state others.
pub(crate) fn fix(workspace: &Workspace) -> Result<()> {
    let counts = count(workspace)?;
    for page in files::with_extension(workspace.root(), "md")? {
        let text = marker::rewritten(&page.text, |name| Some(find(&counts, name)?.crates));
        if text != page.text {
            let path = workspace.root().join(&page.path);
            fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
            println!("written: {}", page.path.display());
        }
    }
    Ok(())
}

fn count(workspace: &Workspace) -> Result<Vec<Count<'static>>> {
    let mut counts = Vec::new();
    for budget in BUDGETS.iter().filter(|budget| workspace.has(budget.package)) {
        let args = ["-e", "normal", "--no-default-features", "--features", budget.feature];
        let dependencies = tree::dependencies(workspace, budget.package, &args)?;
        counts.push(Count { budget, crates: dependencies.len() + 1 });
    }
    Ok(counts)
}

fn find<'a>(counts: &'a [Count<'_>], marker: &str) -> Option<&'a Count<'a>> {
    counts.iter().find(|count| count.budget.marker() == marker)
}

fn table(counts: &[Count]) -> String {
    let header = format!("{:36}{:>6}{:>9}  marker", "crates, the package itself included", "today", "at most");
    let rows = counts.iter().map(|Count { budget, crates }| {
        format!("{:36}{crates:>6}{:>9}  guard:{}", budget.shown(), budget.max, budget.marker())
    });
    [header].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

fn check(counts: &[Count], pages: &[TextFile]) -> Vec<String> {
    let mut offences = Vec::new();
    for Count { budget, crates } in counts {
        let (shown, name) = (budget.shown(), budget.marker());
        if *crates > budget.max {
            offences.push(format!(
                "{shown} is {crates} crates, at most {}; `{}` shows them, and the maximum stands in \
                 xtask/src/guards/budget.rs",
                budget.max,
                budget.command()
            ));
        }
        let page = budget.page();
        let stating = pages.iter().filter(|found| found.path.as_os_str() == page);
        if !stating.flat_map(|page| marker::all(&page.text)).any(|marker| marker.name == name) {
            offences.push(format!(
                "{page}: does not state the crates of {shown}; write {}",
                marker::written(&name, *crates)
            ));
        }
    }
    for page in pages {
        let path = page.path.display();
        for marker in marker::all(&page.text) {
            match (find(counts, marker.name), marker.stated) {
                (None, _) => offences.push(format!("{path}: nothing counts guard:{}", marker.name)),
                (_, None) => offences.push(format!("{path}: guard:{} has no end", marker.name)),
                (Some(Count { budget, crates }), Some(stated)) if stated != crates.to_string() => {
                    offences.push(format!(
                        "{path}: states {stated:?} crates for {}, there are {crates}; `cargo xtask guards --fix` \
                         writes it",
                        budget.shown()
                    ));
                }
                _ => {}
            }
        }
    }
    offences
}

impl Budget {
    fn shown(&self) -> String {
        if self.feature.is_empty() {
            self.package.to_owned()
        } else {
            format!("{} with {}", self.package, self.feature)
        }
    }

    /// The name of its number in pages.
    fn marker(&self) -> String {
        let features = self.feature.replace(',', "-");
        if features.is_empty() { self.package.to_owned() } else { format!("{}-{features}", self.package) }
    }

    /// The page that must state its number.
    fn page(&self) -> &'static str {
        if self.package == "incs-facade" { FIRST_PAGE } else { COST_PAGE }
    }

    fn command(&self) -> String {
        let command = format!("cargo tree -p {} -e normal --prefix none", self.package);
        if self.feature.is_empty() { command } else { format!("{command} --features {}", self.feature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Budget = Budget { package: "a", feature: "", max: 4 };
    const WITH: Budget = Budget { package: "a", feature: "tls", max: 6 };

    fn counts(bare: usize, with: usize) -> [Count<'static>; 2] {
        [Count { budget: &BARE, crates: bare }, Count { budget: &WITH, crates: with }]
    }

    fn page(path: &str, text: &str) -> TextFile {
        TextFile { path: path.into(), text: text.to_owned() }
    }

    fn stating(path: &str, bare: &str, with: &str) -> TextFile {
        let text = format!("<!-- guard:a -->{bare}<!-- /guard -->, <!-- guard:a-tls -->{with}<!-- /guard -->\n");
        page(path, &text)
    }

    #[test]
    fn true_numbers_within_the_budget_pass() {
        let pages = [stating("docs/cost.md", "4", "6"), stating("docs/a.md", "4", "6")];
        assert_eq!(check(&counts(4, 6), &pages), [""; 0]);
    }

    #[test]
    fn one_crate_past_a_budget_is_an_offence() {
        assert_eq!(
            check(&counts(5, 7), &[stating("docs/cost.md", "5", "7")]),
            [
                "a is 5 crates, at most 4; `cargo tree -p a -e normal --prefix none` shows them, \
                 and the maximum stands in xtask/src/guards/budget.rs",
                "a with tls is 7 crates, at most 6; `cargo tree -p a -e normal --prefix none --features tls` \
                 shows them, and the maximum stands in xtask/src/guards/budget.rs",
            ]
        );
    }

    #[test]
    fn a_false_number_on_any_page_is_an_offence_that_says_how_to_mend_it() {
        let pages = [stating("docs/cost.md", "4", "5"), stating("docs/a.md", "many", "06")];
        assert_eq!(
            check(&counts(4, 6), &pages),
            [
                "docs/cost.md: states \"5\" crates for a with tls, there are 6; `cargo xtask guards --fix` writes it",
                "docs/a.md: states \"many\" crates for a, there are 4; `cargo xtask guards --fix` writes it",
                "docs/a.md: states \"06\" crates for a with tls, there are 6; `cargo xtask guards --fix` writes it",
            ]
        );
    }

    #[test]
    fn a_page_of_costs_without_a_number_is_an_offence() {
        let missing = "docs/cost.md: does not state the crates of a with tls; \
            write <!-- guard:a-tls -->6<!-- /guard -->";
        let half = "<!-- guard:a -->4<!-- /guard -->";
        assert_eq!(check(&counts(4, 6), &[page("docs/cost.md", half), stating("docs/a.md", "4", "6")]), [missing]);
        assert_eq!(check(&counts(4, 6), &[]).len(), 2);
    }

    #[test]
    fn a_number_that_nothing_counts_or_that_has_no_end_is_an_offence() {
        let pages = [
            stating("docs/cost.md", "4", "6"),
            page("docs/a.md", "<!-- guard:a-gone -->3<!-- /guard --> <!-- guard:a -->4\n"),
        ];
        assert_eq!(
            check(&counts(4, 6), &pages),
            ["docs/a.md: nothing counts guard:a-gone", "docs/a.md: guard:a has no end"]
        );
    }

    #[test]
    fn the_first_page_states_what_the_facade_costs() {
        let budget = Budget { package: "incs-facade", feature: "client,tower", max: 4 };
        let counts = [Count { budget: &budget, crates: 4 }];
        let stated = "<!-- guard:incs-facade-client-tower -->4<!-- /guard -->";
        assert_eq!(check(&counts, &[page("README.md", stated)]), [""; 0]);
        assert_eq!(
            check(&counts, &[page("docs/cost.md", stated)]),
            [format!("README.md: does not state the crates of incs-facade with client,tower; write {stated}")]
        );
    }

    #[test]
    fn the_table_has_a_line_for_each_budget() {
        assert_eq!(
            table(&counts(4, 6)),
            "crates, the package itself included  today  at most  marker\n\
             a                                        4        4  guard:a\n\
             a with tls                               6        6  guard:a-tls"
        );
    }

    #[test]
    fn https_over_hyper_keeps_its_promise() {
        let promise = BUDGETS.iter().find(|budget| budget.marker() == "incs-client-hyper-rustls").unwrap();
        assert_eq!(promise.max, 60);
    }
}
