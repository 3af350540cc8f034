//! The schemas and their names, and writing all of them into a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use incs_facade::client::openapi;
use incs_facade::model::schema::{self, Document};
use serde::Serialize;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::output::Output;

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

/// A file to write, and what becomes of it.
struct Page {
    path: PathBuf,
    text: String,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Fate {
    Written,
    Replaced,
    Unchanged,
}

/// A row of the index, its members in the order of the file.
#[derive(Serialize)]
struct Row {
    contract: String,
    file: String,
    id: String,
    name: &'static str,
    summary: &'static str,
}

/// Writes all schemas, their index and the OpenAPI document. Nothing is written if a file would be replaced that must not be.
pub(super) fn export(dir: &Path, force: bool, out: Output) -> Result<Exit, Failure> {
    let documents = all();
    let mut pages = Vec::new();
    for document in &documents {
        pages.push(page(dir.join(document.file_name()), pretty(&document.to_value())?)?);
    }
    pages.push(page(dir.join("openapi.json"), pretty(&openapi::document())?)?);
    pages.push(page(dir.join("index.json"), index(&documents)?)?);

    let differing: Vec<_> = pages.iter().filter(|page| page.fate == Fate::Replaced).collect();
    if let Some(first) = differing.first()
        && !force
    {
        let others = match differing.len() - 1 {
            0 => String::new(),
            others => format!(", and so do {others} more"),
        };
        let message = format!("{} holds something else{others}; nothing was written", first.path.display());
        return Err(Failure::usage(message).with_help("choose another folder, or replace with --force"));
    }
    for page in &pages {
        page.write()?;
        if out.json {
            out.json(&json!({ "file": page.path.display().to_string(), "result": page.fate }));
        } else if page.fate != Fate::Unchanged {
            out.line(&page.path.display().to_string());
        }
    }
    let unchanged = pages.iter().filter(|page| page.fate == Fate::Unchanged).count();
    if unchanged > 0 && !out.json {
        out.note(&format!("{unchanged} of {} files were already there", pages.len()));
    }
    Ok(Exit::Done)
}

impl Page {
    fn write(&self) -> Result<(), Failure> {
        if self.fate == Fate::Unchanged {
            return Ok(());
        }
        let folder = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        folder
            .and_then(|()| fs::write(&self.path, &self.text))
            .map_err(|error| Failure::new(Exit::Failure, format!("{} cannot be written: {error}", self.path.display())))
    }
}

fn page(path: PathBuf, text: String) -> Result<Page, Failure> {
    let fate = match fs::read(&path) {
        Ok(there) if there == text.as_bytes() => Fate::Unchanged,
        Ok(_) => Fate::Replaced,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Fate::Written,
        Err(error) => return Err(Failure::usage(format!("{} cannot be read: {error}", path.display()))),
    };
    Ok(Page { path, text, fate })
}

fn index(documents: &[Document]) -> Result<String, Failure> {
    let row = |document: &Document| Row {
        contract: document.contract().to_string(),
        file: document.file_name(),
        id: document.id(),
        name: document.title(),
        summary: document.summary(),
    };
    let rows: Vec<_> = documents.iter().map(row).collect();
    let text = serde_json::to_string_pretty(&rows);
    text.map(|text| text + "\n").map_err(|error| Failure::new(Exit::Failure, format!("the index is no JSON: {error}")))
}

/// The bytes of a file that holds this.
pub(super) fn pretty(value: &Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Failure::new(Exit::Failure, format!("a schema is no JSON: {error}")))
}
