//! `incs send`.

mod arguments;
mod batch;
mod journal;
pub(crate) mod line;
mod messages;
mod results;
mod source;

use incs_facade::model::{Document, OutboundMessage, PhoneNumber};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::arguments::Send;
use self::arguments::{Kind, Options};
use self::line::Line;
use self::source::{Item, Place, Source};
use super::validate::Verdict;
use crate::args::ChannelName;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::lines::{StateWord, Violation};
use crate::output::{Context, Output, WriteError};

/// Sends a file of messages, or the messages described by options.
pub(crate) fn run(args: Send, context: &Context) -> Result<Exit, Failure> {
    let Send { file, kind, journal, resume, options } = args;
    if let Some(path) = journal.as_ref().or(resume.as_ref()) {
        if kind.is_some() {
            return Err(Failure::usage("a journal is of a FILE, not of a message that is described by options")
                .with_help("write the message as JSON into a file and send that, or leave out the journal"));
        }
        if journal.is_some() && file.is_none() {
            return Err(Failure::usage("no FILE is given for the journal")
                .with_help("`incs send --resume JOURNAL` sends the rest of a journal"));
        }
        return journal::run(path, file.as_deref(), &options, context);
    }
    let source = match (file, kind) {
        (Some(file), None) => {
            let channel = options.channel.ok_or_else(|| {
                Failure::usage("no channel is given for the file")
                    .with_help("add --channel whatsapp, --channel viber or --channel rcs")
            })?;
            Source::open(&file, channel.into(), options.no_validate)?
        }
        (None, Some(kind)) => {
            let usual = if matches!(kind, Kind::Otp(_)) { ChannelName::Viber } else { ChannelName::Whatsapp };
            Source::list(messages::messages(kind, options.channel.unwrap_or(usual))?)
        }
        (None, None) => {
            return Err(Failure::usage("there is nothing to send")
                .with_help("name a FILE, or - for standard input, or a kind like `incs send text`"));
        }
        (Some(_), Some(_)) => {
            return Err(Failure::usage("a file and a kind are both given")
                .with_help("write ./text for a file that is named like a kind"));
        }
    };
    if options.dry_run {
        return dry_run(source, &options, context);
    }
    let client = connect::build(options.apply(connect::builder(context)?))?;
    connect::runtime()?.block_on(batch::run(source, &client, &options, context))
}

/// Validates all messages without sending them.
fn dry_run(source: Source, options: &Options, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    let (mut good, mut bad) = (0_u64, 0_u64);
    for item in source.items {
        let Item { place, message } =
            item.map_err(|error| Failure::usage(format!("the input cannot be read: {error}")))?;
        let mut buffer = Vec::new();
        match message {
            Err(malformed) => Line::malformed(place, &malformed).write(out.json, &mut buffer),
            Ok(document) => {
                let verdict = Verdict::of_document(&document, 1).with_denied_warnings(options.deny_warnings);
                if verdict.valid || options.no_validate {
                    good += 1;
                    show(place, &document, &verdict.warnings, out)?;
                    continue;
                }
                Line::invalid(place, verdict).write(out.json, &mut buffer);
            }
        }
        bad += 1;
        let text = String::from_utf8_lossy(&buffer);
        let line = text.trim_end_matches('\n');
        if out.json { out.raw(line)? } else { out.line(line)? }
    }
    if bad == 0 {
        if !out.json {
            out.note(&format!("{good} would be sent; nothing was sent"));
        }
        return Ok(Exit::Done);
    }
    Err(Failure::usage(format!("{bad} of {} messages would not be sent; nothing was sent", good + bad)).with_details(
        |details| {
            details.good = Some(good);
            details.bad = Some(bad);
        },
    ))
}

/// A message that would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Preview<'a> {
    channel: &'a str,
    /// Always true.
    #[schemars(extend("const" = true))]
    dry_run: bool,
    /// Number of the message, from 0.
    index: u64,
    /// Kind of the message; null if it is not known without validation.
    kind: Option<&'a str>,
    /// Line of the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    request_state: StateWord,
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [Violation],
}

fn show(place: Place, document: &Document, warnings: &[Violation], out: Output) -> Result<(), WriteError> {
    let channel = document.channel();
    // Without validation the document may have no kind and no recipient.
    let (kind, to) = (document.message().map(OutboundMessage::kind), document.message().map(OutboundMessage::to));
    if out.json {
        return out.json(&Preview {
            channel: channel.as_str(),
            dry_run: true,
            index: place.index,
            kind,
            line: place.line,
            request_state: StateWord::NotSent,
            to: to.map(PhoneNumber::as_str),
            warnings,
        });
    }
    let number = place.line.map(|line| format!("{line:>6}  ")).unwrap_or_default();
    let to = to.map(|to| format!(" to {to}")).unwrap_or_default();
    let mut line = format!("{number}not_sent  would send {channel} {}{to}", kind.unwrap_or("JSON"));
    for warning in warnings {
        line += "; warning: ";
        line += &warning.to_string();
    }
    out.line(&line)
}
