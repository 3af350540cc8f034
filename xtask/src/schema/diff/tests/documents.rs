//! Tests of added, removed and moved documents, of reading trees, and of the output.

use anyhow::{Result, bail};
use serde_json::json;

use super::committed;
use crate::schema::diff::change::Class::{Breaking, Compatible};
use crate::schema::diff::change::Contract::{Receive, Send};
use crate::schema::diff::change::{Change, Class};
use crate::schema::diff::{Document, Documents, changes, read, text, to_json};

fn tree(files: &[(&str, &str)]) -> Documents {
    let document = |id: &str| Document { contract: Send, schema: json!({ "$id": id }) };
    files.iter().map(|(file, id)| ((*file).to_owned(), document(id))).collect()
}

#[test]
fn gone_or_moved_document_is_breaking() {
    let found = |new: &Documents| -> Vec<_> {
        let found = changes(&tree(&[("send/a.json", "a")]), new).into_iter();
        found.map(|change| (change.document, change.class, change.what)).collect()
    };
    let breaking = |what: &str| ("send/a.json".to_owned(), Breaking, what.to_owned());
    let new = |file: &str| (file.to_owned(), Compatible, "the document is new".to_owned());
    assert_eq!(found(&tree(&[("send/a.json", "a")])), []);
    assert_eq!(found(&tree(&[])), [breaking("the document was removed")]);
    assert_eq!(
        found(&tree(&[("send/b.json", "a")])),
        [breaking("the document was removed; its $id is in send/b.json"), new("send/b.json")]
    );
    assert_eq!(found(&tree(&[("send/a.json", "b")])), [breaking("$id is \"b\", was \"a\"")]);
    let mut turned = tree(&[("send/a.json", "a")]);
    turned.get_mut("send/a.json").unwrap().contract = Receive;
    assert_eq!(found(&turned), [breaking("the document is of the contract receive")]);
}

#[test]
fn no_document_differs_from_itself() {
    let documents = committed();
    assert!(!documents.is_empty());
    assert_eq!(changes(&documents, &committed()), []);
}

fn file(file: &str) -> Result<String> {
    Ok(match file {
        "index.json" => r#"[{"file": "send/a.json", "contract": "send"}]"#.to_owned(),
        "send/a.json" => r#"{"$id": "a"}"#.to_owned(),
        other => bail!("asked for {other}"),
    })
}

#[test]
fn only_indexed_documents_are_read() {
    let documents = read(file).unwrap();
    assert_eq!(documents.len(), 1);
    let document = documents.get("send/a.json").unwrap();
    assert_eq!(document.contract, Send);
    assert_eq!(document.schema, serde_json::json!({ "$id": "a" }));
}

#[test]
fn malformed_index_is_refused() {
    for (index, error) in [
        ("[]", "index.json names no document"),
        ("{}", "index.json is not a list"),
        (r#"[{"file": "a", "contract": "both"}]"#, "a: no such contract as both"),
        (r#"[{"contract": "send"}]"#, "an entry of index.json without file"),
    ] {
        let found = read(|_| Ok(index.to_owned())).err().unwrap();
        assert_eq!(found.to_string(), error);
    }
}

fn change(document: &str, pointer: &str, class: Class, what: &str) -> Change {
    let contract = Send;
    Change { document: document.to_owned(), contract, pointer: pointer.to_owned(), class, what: what.to_owned() }
}

#[test]
fn changes_are_grouped_worst_first() {
    let changes = [
        change("send/b.json", "", Breaking, "the document was removed"),
        change("send/a.json", "/properties/x", Class::Documentation, "title is new"),
        change("send/a.json", "/properties/y", Class::Unclear, "pattern is another"),
    ];
    assert_eq!(
        text(&changes),
        "send/a.json\n  \
         breaking?      /properties/y  pattern is another\n  \
         documentation  /properties/x  title is new\n\
         send/b.json\n  \
         breaking       (whole)  the document was removed\n\
         breaking: 1, breaking?: 1, not breaking: 0, documentation: 1"
    );
    assert_eq!(text(&[]), "no schema has changed");
}

#[test]
fn json_has_contract_and_class() {
    assert_eq!(
        to_json(&[change("send/a.json", "/x", Class::Unclear, "pattern is another")]),
        json!({
            "breaking": 0, "unclear": 1,
            "changes": [{
                "document": "send/a.json", "contract": "send", "pointer": "/x", "class": "breaking?",
                "what": "pattern is another",
            }],
        })
    );
}
