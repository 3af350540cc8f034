//! The schemas and their names.

use incs_facade::model::schema::{self, Document};

use crate::exit::Exit;
use crate::failure::Failure;

/// All schemas: first what is sent, then what is received.
pub(super) fn all() -> Vec<Document> {
    schema::catalogue()
}

/// The short name: `whatsapp-message`.
pub(super) fn name_of(document: Document) -> String {
    let file = document.file_name();
    let name = file.rsplit('/').next().unwrap_or_default();
    name.trim_end_matches(".json").to_owned()
}

/// The schema of this name, file or id.
pub(super) fn find(wanted: &str) -> Result<Document, Failure> {
    let wanted = wanted.trim();
    let is_it = |document: &Document| {
        let file = document.file_name();
        let names = [name_of(*document), document.id(), file.trim_end_matches(".json").to_owned(), file.clone()];
        names.iter().any(|name| name == wanted)
    };
    all().into_iter().find(is_it).ok_or_else(|| unknown(wanted))
}

fn unknown(wanted: &str) -> Failure {
    let names: Vec<_> = all().into_iter().map(name_of).collect();
    let most = names.iter().map(|name| shared_words(wanted, name)).max().unwrap_or_default();
    let near: Vec<_> = names.into_iter().filter(|name| most > 0 && shared_words(wanted, name) == most).collect();
    let failure = Failure::new(Exit::NotFound, format!("there is no schema `{wanted}`"));
    if near.is_empty() {
        return failure.with_help("`incs schema list` names all");
    }
    failure
        .with_help(format!("did you mean {}? `incs schema list` names all", near.join(" or ")))
        .with_detail("suggestions", near)
}

/// How many words of a name begin like words of the wanted one: `events` has one of `event`.
fn shared_words(wanted: &str, name: &str) -> usize {
    let wanted = wanted.to_lowercase();
    let words: Vec<_> = wanted.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 2).collect();
    let is_wanted = |of_name: &&str| words.iter().any(|word| word.starts_with(of_name) || of_name.starts_with(word));
    name.split('-').filter(is_wanted).count()
}
