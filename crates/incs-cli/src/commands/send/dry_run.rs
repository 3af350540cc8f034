//! Checking what would be sent.

use incs_facade::model::{OutboundMessage, validate};
use serde_json::json;

use super::arguments::Options;
use super::line::Line;
use super::source::{Item, Place, Source};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Checks all, sends nothing.
pub(super) fn run(source: Source, options: &Options, context: &Context) -> Result<Exit, Failure> {
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
