//! `incs validate`: all that the platform would refuse, before it costs anything.

mod documents;
mod kind;
mod unknown_members;
mod verdict;

use std::path::PathBuf;

use clap::Args;

pub(crate) use self::documents::Document;
pub(crate) use self::kind::Kind;
pub(crate) use self::verdict::{Verdict, Violation};
use crate::args::ChannelName;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

const MORE: &str = r#"A file holds one JSON document, or several as JSON Lines. With --json each gives one line:
{"valid", "violations": [{"pointer", "rule", "limit", "found", "message"}]}
The exit code is 0 if all are valid, and 2 if not."#;

/// The arguments of `incs validate`.
#[derive(Debug, Args)]
#[command(about = "Check a message against every rule of the platform", after_help = MORE)]
pub(crate) struct Validate {
    /// The channel that the message is for
    #[arg(long, value_name = "CHANNEL", ignore_case = true, required_unless_present = "kind")]
    channel: Option<ChannelName>,
    /// Check something else than a message
    #[arg(long = "as", value_name = "KIND", conflicts_with = "channel")]
    kind: Option<Kind>,
    /// Files to check; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs it.
pub(crate) fn run(args: &Validate, context: &Context) -> Result<Exit, Failure> {
    // One of them is there: clap saw to it.
    let Some(kind) = args.kind.or(args.channel.map(Kind::from)) else {
        return Err(Failure::usage("neither --channel nor --as is given"));
    };
    let documents = documents::read_all(&args.files)?;
    let verdicts: Vec<_> = documents.iter().map(|document| kind.check(document)).collect();
    Ok(show(&documents, &verdicts, context.out))
}

/// Writes what was found; the exit code says whether all is well.
pub(crate) fn show(documents: &[Document], verdicts: &[Verdict], out: Output) -> Exit {
    let names_needed = documents.len() > 1;
    for (document, verdict) in documents.iter().zip(verdicts) {
        if out.json {
            out.json(verdict);
        } else {
            verdict.show(&document.name, names_needed, out);
        }
    }
    let valid = verdicts.iter().filter(|verdict| verdict.valid).count();
    if names_needed && !out.json {
        out.line(&format!("{valid} of {} documents are valid", verdicts.len()));
    }
    if valid == verdicts.len() { Exit::Done } else { Exit::Usage }
}
