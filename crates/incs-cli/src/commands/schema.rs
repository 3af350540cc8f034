//! `incs schema`: the JSON Schemas, the types made from them, and the OpenAPI document.

mod catalogue;
mod check;
mod lines;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use incs_facade::client::openapi;
use incs_facade::model::schema::{self, Language};
use serde::Serialize;
use serde_json::Value;

use self::lines::{ExportLine, ListLine, ModuleLine, WriteAction};
use super::validate;
use crate::exit::{Exit, Failure};
use crate::input::Entry;
use crate::output::{Columns, Context, Output};

/// The name of the OpenAPI document, which is not a schema.
const OPENAPI: &str = "openapi";

/// The contract of a module with the types of all schemas.
const BOTH: &str = "both";

/// The arguments of `incs schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the schemas, and the types for other languages
    List,
    /// Print a schema, the types for a language, or the OpenAPI document of all routes and webhooks
    Print {
        /// Name of the schema, like `whatsapp-message`; or `typescript`, `python` or `openapi`
        name: String,
    },
    /// Export all schemas, their index, the types for TypeScript and Python, and the OpenAPI document to a folder
    Export {
        /// Folder to write to; created if it does not exist
        dir: PathBuf,
        /// Replace files that have other content
        #[arg(long)]
        force: bool,
    },
    /// Check a JSON document against a schema
    Check {
        /// Name of the schema, like `whatsapp-message`
        name: String,
        /// File with the document; - for standard input
        file: PathBuf,
    },
}

/// Runs the command.
pub(crate) fn run(args: Schema, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List => list(context),
        Action::Print { name } if name.trim().trim_end_matches(".json") == OPENAPI => {
            print(&openapi::document(), context)
        }
        Action::Print { name } => match find_language(&name) {
            Some(language) => print_module(language, context),
            None => print(&find_schema(&name)?.schema, context),
        },
        Action::Export { dir, force } => export(&dir, force, context.out),
        Action::Check { name, file } => {
            let schema = find_schema(&name)?;
            let document = Entry::read(&file)?;
            let verdict = check::check(&schema.file, &schema.schema, &document)?;
            Ok(validate::show(&document, &verdict, context.out)?)
        }
    }
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let mut columns = Columns::new(["name", "contract", "title"]);
    for document in all_schemas() {
        let (name, contract) = (document.short_name(), document.contract);
        if context.out.json {
            context.out.json(&ListLine {
                contract,
                file: document.file,
                id: document.id,
                name,
                summary: document.summary,
                title: document.title,
            })?;
        } else {
            columns.add([name, contract, document.title]);
        }
    }
    for language in Language::ALL {
        let [name, contract, title] = [language.name(), BOTH, language.title()].map(str::to_owned);
        if context.out.json {
            let summary = "The types of all schemas, as one module.".to_owned();
            let (file, id) = (language.file_name().to_owned(), module_id(language));
            context.out.json(&ListLine { contract, file, id, name, summary, title })?;
        } else {
            columns.add([name, contract, title]);
        }
    }
    columns.show(context.out)?;
    Ok(Exit::Done)
}

fn module_id(language: Language) -> String {
    format!("urn:incs:types:{}", language.name())
}

/// Returns the language with this name, or with this file or id of its module.
fn find_language(wanted: &str) -> Option<Language> {
    let wanted = wanted.trim();
    let is_it = |language: &Language| {
        [language.name(), language.file_name()].contains(&wanted) || module_id(*language) == wanted
    };
    Language::ALL.into_iter().find(is_it)
}

fn print_module(language: Language, context: &Context) -> Result<Exit, Failure> {
    let text = language.module();
    if context.out.json {
        context.out.json(&ModuleLine { file: language.file_name(), text })?;
    } else {
        context.out.line(text.trim_end())?;
    }
    Ok(Exit::Done)
}

fn print(value: &Value, context: &Context) -> Result<Exit, Failure> {
    if context.out.json {
        context.out.json(value)?;
    } else {
        context.out.line(pretty(value)?.trim_end())?;
    }
    Ok(Exit::Done)
}

/// A schema of a message, of a reply or webhook, or of the lines that this program prints.
struct Document {
    contract: String,
    file: String,
    id: String,
    title: String,
    summary: String,
    schema: Value,
}

impl Document {
    /// Returns the short name: `whatsapp-message`.
    fn short_name(&self) -> String {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(".json").to_owned()
    }
}

/// Returns all schemas: first the send contract, then the receive contract, then the lines of this program.
fn all_schemas() -> Vec<Document> {
    let of_model = schema::catalogue().into_iter().map(|document| Document {
        contract: document.contract().to_string(),
        file: document.file_name(),
        id: document.id(),
        title: document.title().to_owned(),
        summary: document.summary().to_owned(),
        schema: document.to_value(),
    });
    let of_lines = catalogue::ALL.iter().map(|line| Document {
        contract: catalogue::CONTRACT.to_owned(),
        file: line.file_name(),
        id: line.id(),
        title: line.title().to_owned(),
        summary: line.summary().to_owned(),
        schema: line.to_value(),
    });
    of_model.chain(of_lines).collect()
}

/// Returns the schema with this name, file or id.
fn find_schema(wanted: &str) -> Result<Document, Failure> {
    let wanted = wanted.trim();
    let is_it = |document: &Document| {
        let file = document.file.as_str();
        [&document.short_name(), &document.id, file.trim_end_matches(".json"), file].contains(&wanted)
    };
    all_schemas().into_iter().find(is_it).ok_or_else(|| unknown(wanted))
}

fn unknown(wanted: &str) -> Failure {
    let schemas = all_schemas();
    let languages = Language::ALL.map(|language| language.name().to_owned());
    let names: Vec<_> = schemas.iter().map(Document::short_name).chain(languages).collect();
    let most = names.iter().map(|name| shared_words(wanted, name)).max().unwrap_or_default();
    let near: Vec<_> = names.into_iter().filter(|name| most > 0 && shared_words(wanted, name) == most).collect();
    let failure = Failure::new(Exit::NotFound, format!("there is no schema `{wanted}`"));
    if near.is_empty() {
        return failure.with_help("`incs schema list` lists all names");
    }
    failure
        .with_help(format!("did you mean {}? `incs schema list` lists all names", near.join(" or ")))
        .with_details(|details| details.suggestions = Some(near))
}

/// Counts the words of a name that share a prefix with a word of the wanted one, such as `events` and `event`.
fn shared_words(wanted: &str, name: &str) -> usize {
    let wanted = wanted.to_lowercase();
    let words: Vec<_> = wanted.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 2).collect();
    let is_wanted = |of_name: &&str| words.iter().any(|word| word.starts_with(of_name) || of_name.starts_with(word));
    name.split('-').filter(is_wanted).count()
}

/// A file to write, and the result of writing it.
struct OutputFile {
    path: PathBuf,
    text: String,
    action: WriteAction,
}

/// A row of the index. The members are in the order of the file.
#[derive(Serialize)]
struct Row<'a> {
    contract: &'a str,
    file: &'a str,
    id: &'a str,
    name: &'a str,
    summary: &'a str,
}

/// Writes all schemas, their indexes, the types made from them and the OpenAPI document. Without `force`, nothing is written if a file
/// with other content exists.
fn export(dir: &Path, force: bool, out: Output) -> Result<Exit, Failure> {
    let documents = all_schemas();
    let mut files = Vec::new();
    for document in &documents {
        files.push(output_file(dir.join(&document.file), pretty(&document.schema)?)?);
    }
    for language in Language::ALL {
        files.push(output_file(dir.join(language.file_name()), language.module())?);
    }
    files.push(output_file(dir.join("openapi.json"), pretty(&openapi::document())?)?);
    let (lines, others): (Vec<_>, Vec<_>) =
        documents.iter().partition(|document| document.contract == catalogue::CONTRACT);
    files.push(output_file(dir.join(catalogue::CONTRACT).join("index.json"), index(&lines)?)?);
    files.push(output_file(dir.join("index.json"), index(&others)?)?);

    let differing: Vec<_> = files.iter().filter(|file| file.action == WriteAction::Replaced).collect();
    if let Some(first) = differing.first()
        && !force
    {
        let others = match differing.len() - 1 {
            0 => String::new(),
            others => format!(" (and {others} more files)"),
        };
        let message = format!("{} already has other content{others}; nothing was written", first.path.display());
        return Err(Failure::usage(message).with_help("choose another folder, or replace with --force"));
    }
    for file in &files {
        file.write()?;
        if out.json {
            out.json(&ExportLine { file: file.path.display().to_string(), result: file.action })?;
        } else if file.action != WriteAction::Unchanged {
            out.line(&file.path.display().to_string())?;
        }
    }
    let unchanged = files.iter().filter(|file| file.action == WriteAction::Unchanged).count();
    if unchanged > 0 && !out.json {
        out.note(&format!("{unchanged} of {} files were already there", files.len()));
    }
    Ok(Exit::Done)
}

impl OutputFile {
    fn write(&self) -> Result<(), Failure> {
        if self.action == WriteAction::Unchanged {
            return Ok(());
        }
        let folder = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        folder
            .and_then(|()| fs::write(&self.path, &self.text))
            .map_err(|error| Failure::new(Exit::Failure, format!("{} cannot be written: {error}", self.path.display())))
    }
}

fn output_file(path: PathBuf, text: String) -> Result<OutputFile, Failure> {
    let action = match fs::read(&path) {
        Ok(there) if there == text.as_bytes() => WriteAction::Unchanged,
        Ok(_) => WriteAction::Replaced,
        Err(error) if error.kind() == io::ErrorKind::NotFound => WriteAction::Written,
        Err(error) => return Err(Failure::usage(format!("{} cannot be read: {error}", path.display()))),
    };
    Ok(OutputFile { path, text, action })
}

fn index(documents: &[&Document]) -> Result<String, Failure> {
    let rows: Vec<_> = documents
        .iter()
        .map(|Document { contract, file, id, title, summary, .. }| Row { contract, file, id, name: title, summary })
        .collect();
    let text = serde_json::to_string_pretty(&rows);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(Exit::Failure, format!("cannot serialize the index: {error}")))
}

/// Returns the text of a file with this value.
fn pretty(value: &Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(Exit::Failure, format!("cannot serialize a schema: {error}")))
}
