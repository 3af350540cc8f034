//! Documents that come, go and move.

use crate::schema::diff::change::Contract::{Receive, Send};
use serde_json::json;

use super::committed;
use crate::schema::diff::change::Class::{Breaking, Compatible};
use crate::schema::diff::changes;
use crate::schema::diff::documents::{Document, Documents};

fn tree(files: &[(&str, &str)]) -> Documents {
    let document = |id: &str| Document { contract: Send, schema: json!({ "$id": id }) };
    files.iter().map(|(file, id)| ((*file).to_owned(), document(id))).collect()
}

#[test]
fn a_document_that_is_gone_or_moved_is_breaking_and_one_that_is_new_is_not() {
    let found = |new: &Documents| -> Vec<_> {
        let found = changes(&tree(&[("send/a.json", "a")]), new).into_iter();
        found.map(|change| (change.document, change.class, change.what)).collect()
    };
    let gone = |what: &str| ("send/a.json".to_owned(), Breaking, what.to_owned());
    let new = |file: &str| (file.to_owned(), Compatible, "the document is new".to_owned());
    assert_eq!(found(&tree(&[("send/a.json", "a")])), []);
    assert_eq!(found(&tree(&[])), [gone("the document is gone")]);
    assert_eq!(
        found(&tree(&[("send/b.json", "a")])),
        [gone("the document is gone; its $id stands in send/b.json"), new("send/b.json")]
    );
    assert_eq!(found(&tree(&[("send/a.json", "b")])), [gone("$id is \"b\", was \"a\"")]);
    let mut turned = tree(&[("send/a.json", "a")]);
    turned.get_mut("send/a.json").unwrap().contract = Receive;
    assert_eq!(found(&turned), [gone("the document is of the contract receive")]);
}

#[test]
fn no_document_differs_from_itself() {
    let documents = committed();
    assert!(!documents.is_empty());
    assert_eq!(changes(&documents, &committed()), []);
}
