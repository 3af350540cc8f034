//! `incs send`.

mod arguments;
mod batch;
mod line;
mod messages;
mod results;
mod source;

use incs_facade::model::{OutboundMessage, validate};
use serde_json::json;

pub(crate) use self::arguments::Send;
use self::arguments::{Kind, Options};
use self::line::Line;
use self::source::{Item, Place, Source};
use crate::args::ChannelName;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// Sends a file of messages, or one that the command line describes.
pub(crate) fn run(args: Send, context: &Context) -> Result<Exit, Failure> {
    let Send { file, kind, options } = args;
    let source = match (file, kind) {
        (Some(file), None) => {
            let channel = options.channel.ok_or_else(|| {
                Failure::usage("a file does not say on which channel to send it")
                    .with_help("add --channel whatsapp, --channel viber or --channel rcs")
            })?;
            Source::open(&file, channel.into())?
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
            return Err(Failure::usage("a file and a kind are both named")
                .with_help("a file that is called like a kind is named with its folder: ./text"));
        }
    };
    if options.dry_run {
        return dry_run(source, &options, context);
    }
    let client = connect::build(options.apply(connect::builder(context)?))?;
    connect::runtime()?.block_on(batch::run(source, &client, &options, context))
}

/// Checks all, sends nothing.
fn dry_run(source: Source, options: &Options, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    let (mut good, mut bad) = (0_u64, 0_u64);
    for item in source.items {
        let Item { place, message } =
            item.map_err(|error| Failure::usage(format!("the input cannot be read: {error}")))?;
        let mut buffer = Vec::new();
        match message {
            Err(malformed) => Line::malformed(place, &malformed).write(out.json, &mut buffer),
            Ok(message) => match validate(&message) {
                Err(report) if !options.no_validate => Line::invalid(place, &report).write(out.json, &mut buffer),
                _ => {
                    good += 1;
                    show(place, &message, context);
                    continue;
                }
            },
        }
        bad += 1;
        let text = String::from_utf8_lossy(&buffer);
        let line = text.trim_end_matches('\n');
        if out.json { out.raw(line) } else { out.line(line) }
    }
    if bad == 0 {
        if !out.json {
            out.note(&format!("{good} would be sent; nothing was"));
        }
        return Ok(Exit::Done);
    }
    Err(Failure::usage(format!("{bad} of {} messages would not be sent; nothing was", good + bad))
        .with_detail("good", good)
        .with_detail("bad", bad))
}

fn show(place: Place, message: &OutboundMessage, context: &Context) {
    let (channel, kind, to) = (message.channel(), message.kind(), message.to());
    if context.out.json {
        let mut object = json!({
            "index": place.index,
            "request_state": "not_sent",
            "dry_run": true,
            "channel": channel.as_str(),
            "kind": kind,
            "to": to.as_str(),
        });
        if let (Some(line), Some(object)) = (place.line, object.as_object_mut()) {
            object.insert("line".to_owned(), line.into());
        }
        context.out.json(&object);
        return;
    }
    let number = place.line.map(|line| format!("{line:>6}  ")).unwrap_or_default();
    context.out.line(&format!("{number}not_sent  would send {channel} {kind} to {to}"));
}
