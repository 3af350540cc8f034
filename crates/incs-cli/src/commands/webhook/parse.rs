//! `incs webhook parse`.

use std::path::PathBuf;

use clap::Args;

use super::body::{ProviderChoice, is_json, items_of};
use super::document::{Document, on_one_line};
use super::{schema, view};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

/// The arguments of `incs webhook parse`.
#[derive(Debug, Args)]
pub(super) struct Parse {
    /// Whose body it is
    #[arg(long, value_name = "WHO", default_value = "auto")]
    provider: ProviderChoice,
    /// Also compare the body with the JSON Schema of what is received
    #[arg(long, value_name = "FORMS")]
    schema: Option<schema::Forms>,
    /// The body as it came; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs it. What is no JSON is shown like the rest, and told by the exit code.
pub(super) fn run(args: &Parse, context: &Context) -> Result<Exit, Failure> {
    let body = input::read(&args.file)?;
    let batch = items_of(&body, args.provider).map_err(|rejection| Failure::usage(rejection.to_string()))?;
    let differences = args.schema.map(|forms| schema::check(&batch, forms)).transpose();
    let differences = differences.map_err(|error| {
        Failure::usage(format!("{} has no schema to be compared with: {error}", args.file.display()))
    })?;
    if context.out.json {
        if let Some(document) = on_one_line(&Document::new(&batch, differences)) {
            context.out.json(&document);
        }
    } else {
        for line in view::batch(&batch) {
            context.out.line(&line);
        }
        for line in differences.as_deref().map(view::differences).unwrap_or_default() {
            context.out.line(&line);
        }
    }
    Ok(if is_json(&body) { Exit::Done } else { Exit::Usage })
}
