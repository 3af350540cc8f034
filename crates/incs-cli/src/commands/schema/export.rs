//! `incs schema export`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use incs_facade::client::openapi;
use incs_facade::model::schema::Document;
use serde::Serialize;
use serde_json::json;

use super::{catalogue, pretty};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

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
pub(super) fn run(dir: &Path, force: bool, out: Output) -> Result<Exit, Failure> {
    let documents = catalogue::all();
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
