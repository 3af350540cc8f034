//! `incs man`.

mod page;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory as _};
use serde_json::json;

use crate::args::Cli;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs man`.
#[derive(Debug, Args)]
#[command(about = "Write the manual page", after_help = "To read it: incs man | man -l -")]
pub(crate) struct Man {
    /// Write a page for each command into this folder, instead of one for all to standard output
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs it.
pub(crate) fn run(args: &Man, context: &Context) -> Result<Exit, Failure> {
    let root = page::tree(Cli::command());
    let Some(dir) = &args.dir else {
        let page = page::whole(&root);
        if context.out.json {
            context.out.json(&json!({ "name": "incs.1", "page": page }));
        } else {
            context.out.line(page.trim_end());
        }
        return Ok(Exit::Done);
    };
    fs::create_dir_all(dir).map_err(|error| unwritten(dir, &error))?;
    for command in page::commands(&root) {
        let path = dir.join(page::file_name(command));
        fs::write(&path, page::single(command)).map_err(|error| unwritten(&path, &error))?;
        if context.out.json {
            context.out.json(&json!({ "file": path.display().to_string() }));
        } else {
            context.out.line(&path.display().to_string());
        }
    }
    Ok(Exit::Done)
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failure, format!("{} cannot be written: {error}", path.display()))
}
