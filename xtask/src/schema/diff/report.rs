//! Changes as lines for people, and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::change::{Change, Class};

const CLASSES: [Class; 4] = [Class::Breaking, Class::Unclear, Class::Compatible, Class::Documentation];

/// A heading for each document with the changes below it, the worst first, and a line that counts.
pub(super) fn text(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "no schema has changed".to_owned();
    }
    let mut sorted: Vec<_> = changes.iter().collect();
    sorted.sort_by(|a, b| (&a.document, a.class, &a.pointer).cmp(&(&b.document, b.class, &b.pointer)));
    let mut text = String::new();
    let mut heading = "";
    for change in sorted {
        if change.document != heading {
            heading = &change.document;
            let _ = writeln!(text, "{heading}");
        }
        let pointer = if change.pointer.is_empty() { "(whole)" } else { &change.pointer };
        let _ = writeln!(text, "  {:13}  {pointer}  {}", change.class.to_string(), change.what);
    }
    text.push_str(&counted(changes));
    text
}

/// `breaking: 1, breaking?: 0, not breaking: 2, documentation: 0`.
pub(crate) fn counted(changes: &[Change]) -> String {
    CLASSES.map(|class| format!("{class}: {}", count(changes, class))).join(", ")
}

/// Each change as an object, and how many are breaking or unclear.
pub(super) fn json(changes: &[Change]) -> Value {
    let list: Vec<_> = changes
        .iter()
        .map(|change| {
            json!({
                "document": change.document,
                "contract": change.contract.to_string(),
                "pointer": change.pointer,
                "class": change.class.to_string(),
                "what": change.what,
            })
        })
        .collect();
    json!({
        "breaking": count(changes, Class::Breaking),
        "unclear": count(changes, Class::Unclear),
        "changes": list,
    })
}

fn count(changes: &[Change], class: Class) -> usize {
    changes.iter().filter(|change| change.class == class).count()
}

#[cfg(test)]
mod tests {
    use crate::schema::diff::change::Contract;

    use super::*;

    fn change(document: &str, pointer: &str, class: Class, what: &str) -> Change {
        let contract = Contract::Send;
        Change { document: document.to_owned(), contract, pointer: pointer.to_owned(), class, what: what.to_owned() }
    }

    #[test]
    fn changes_are_grouped_by_document_with_the_worst_first() {
        let changes = [
            change("send/b.json", "", Class::Breaking, "the document is gone"),
            change("send/a.json", "/properties/x", Class::Documentation, "title is new"),
            change("send/a.json", "/properties/y", Class::Unclear, "pattern is another"),
        ];
        assert_eq!(
            text(&changes),
            "send/a.json\n  \
             breaking?      /properties/y  pattern is another\n  \
             documentation  /properties/x  title is new\n\
             send/b.json\n  \
             breaking       (whole)  the document is gone\n\
             breaking: 1, breaking?: 1, not breaking: 0, documentation: 1"
        );
        assert_eq!(text(&[]), "no schema has changed");
    }

    #[test]
    fn programs_get_each_change_with_its_contract_and_class() {
        assert_eq!(
            json(&[change("send/a.json", "/x", Class::Unclear, "pattern is another")]),
            json!({
                "breaking": 0, "unclear": 1,
                "changes": [{
                    "document": "send/a.json", "contract": "send", "pointer": "/x", "class": "breaking?",
                    "what": "pattern is another",
                }],
            })
        );
    }
}
