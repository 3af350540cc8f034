//! `incs schema`: what is sent and received, for programs in any language.

mod check;
mod documents;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use incs_facade::client::openapi;
use serde_json::{Value, json};

use super::validate;
use crate::exit::{Exit, Failure};
use crate::input::Document;
use crate::output::{Columns, Context};

/// The name of the document of all routes, which is no schema.
const OPENAPI: &str = "openapi";

/// The arguments of `incs schema`.
#[derive(Debug, Args)]
#[command(about = "JSON Schemas of all that is sent and received")]
pub(crate) struct Schema {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Name every schema
    List,
    /// Write one schema, or the OpenAPI document of all routes and webhooks
    Print {
        /// Its name, like `whatsapp-message`, or `openapi`
        name: String,
    },
    /// Write every schema, an index of them and the OpenAPI document into a folder
    Export {
        /// The folder; it is made if need be
        dir: PathBuf,
        /// Replace files that hold something else
        #[arg(long)]
        force: bool,
    },
    /// Check a JSON document against a schema
    Check {
        /// The schema's name, like `whatsapp-message`
        name: String,
        /// The document; - for standard input
        file: PathBuf,
    },
}

/// Runs it.
pub(crate) fn run(args: Schema, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List => Ok(list(context)),
        Action::Print { name } if name.trim().trim_end_matches(".json") == OPENAPI => {
            print(&openapi::document(), context)
        }
        Action::Print { name } => print(&documents::find(&name)?.to_value(), context),
        Action::Export { dir, force } => documents::export(&dir, force, context.out),
        Action::Check { name, file } => {
            let schema = documents::find(&name)?;
            let document = Document::read(&file)?;
            let verdict = check::check(schema, &document)?;
            Ok(validate::show(&[document], &[verdict], context.out))
        }
    }
}

fn list(context: &Context) -> Exit {
    let mut columns = Columns::new(["name", "contract", "title"]);
    for document in documents::all() {
        let (name, contract) = (documents::name_of(document), document.contract().to_string());
        if context.out.json {
            context.out.json(&json!({
                "name": name,
                "contract": contract,
                "title": document.title(),
                "summary": document.summary(),
                "file": document.file_name(),
                "id": document.id(),
            }));
        } else {
            columns.add([name, contract, document.title().to_owned()]);
        }
    }
    columns.show(context.out);
    Exit::Done
}

fn print(value: &Value, context: &Context) -> Result<Exit, Failure> {
    if context.out.json {
        context.out.json(value);
    } else {
        context.out.line(documents::pretty(value)?.trim_end());
    }
    Ok(Exit::Done)
}
