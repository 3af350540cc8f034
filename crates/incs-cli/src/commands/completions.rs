//! `incs completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;

use crate::args::Cli;
use crate::context::Context;
use crate::exit::Exit;

/// The arguments of `incs completions`.
#[derive(Debug, Args)]
#[command(about = "Write completions for a shell", after_help = "For bash: source <(incs completions bash)")]
pub(crate) struct Completions {
    /// The shell that is to complete the words
    shell: Shell,
}

/// Runs it.
pub(crate) fn run(args: &Completions, context: &Context) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "incs", &mut script);
    let script = String::from_utf8_lossy(&script);
    if context.out.json {
        context.out.json(&json!({ "shell": args.shell.to_string(), "script": script }));
    } else {
        context.out.line(script.trim_end());
    }
    Exit::Done
}
