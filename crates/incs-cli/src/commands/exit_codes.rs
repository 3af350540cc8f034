//! `incs help exit-codes`.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;

/// The arguments of `incs exit-codes`.
#[derive(Debug, Args)]
#[command(long_about = table(), help_template = "{about-with-newline}")]
pub(crate) struct ExitCodes {}

/// The table for people.
pub(crate) fn table() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in Exit::ALL {
        // A `String` takes any text.
        let _ = write!(text, "\n  {:>2}  {}", exit.code(), exit.meaning());
    }
    text += "\n\nOf many messages the code is 0 when all were accepted, 8 when the outcome of any is\n\
             unknown, else 9 when some were accepted and some were not, else the code that the\n\
             failures have in common, or 1.";
    text
}

/// Writes the table.
pub(crate) fn run(context: &Context) -> Exit {
    if context.out.json {
        for exit in Exit::ALL {
            context.out.json(&json!({ "exit_code": exit.code(), "meaning": exit.meaning() }));
        }
    } else {
        context.out.line(&table());
    }
    Exit::Done
}
