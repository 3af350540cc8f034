//! What became of messages, as lines.

use std::time::{Duration, UNIX_EPOCH};

use anstyle::AnsiColor;
use incs_facade::client::{Error, ErrorKind};
use incs_facade::model::UnixSeconds;
use incs_facade::model::id::MessageId;
use incs_facade::model::status::{MessageStatus, State};
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// What one question brought.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) found: Vec<MessageStatus>,
    pub(super) missing: Vec<MessageId>,
    pub(super) failed: Vec<(MessageId, Error)>,
}

impl Answers {
    /// The end of the program when it asked once.
    pub(super) fn end(&self) -> Result<Exit, Failure> {
        let total = self.found.len() + self.missing.len() + self.failed.len();
        let counted = |failure: Failure| {
            failure
                .with_detail("found", self.found.len())
                .with_detail("not_found", self.missing.len())
                .with_detail("failed", self.failed.len())
        };
        if self.found.len() == total {
            return Ok(Exit::Done);
        }
        // A question that was called off says nothing; what made it so does.
        let cause = self.failed.iter().find(|(_, error)| error.kind() != ErrorKind::Cancelled).or(self.failed.first());
        if self.found.is_empty() && self.missing.is_empty() {
            return cause.map_or(Ok(Exit::Done), |(_, error)| Err(counted(error.clone().into())));
        }
        let left = total - self.found.len();
        let exit = if self.found.is_empty() && self.failed.is_empty() { Exit::NotFound } else { Exit::Partly };
        let message = format!("no status of {left} of {total} messages");
        let help = "the platform may be some minutes behind, or not know them; --wait asks again";
        Err(counted(Failure::new(exit, message).with_help(help)))
    }
}

/// The names of the columns, for people.
pub(super) fn head(out: Output) {
    if !out.json {
        let bold = anstyle::Style::new().bold();
        out.line(&format!("{bold}{:<10}{:<22}{}{bold:#}", "STATUS", "SINCE (UTC)", "ID"));
    }
}

/// A message that the platform knows.
pub(super) fn found(out: Output, row: &MessageStatus) {
    if out.json {
        out.json(&json!({
            "result": "found",
            "message_id": row.message_id,
            "message_status": row.message_status,
            "created_at": time(row.created_at),
            "delivered_at": time(row.delivered_at),
            "read_at": time(row.read_at),
        }));
        return;
    }
    let (colour, since) = match row.message_status {
        State::Read => (AnsiColor::Green, [row.read_at, row.delivered_at]),
        State::Delivered => (AnsiColor::Green, [row.delivered_at, row.created_at]),
        State::Failed => (AnsiColor::Red, [UnixSeconds::NOT_RECORDED; 2]),
        _ => (AnsiColor::Yellow, [row.created_at, UnixSeconds::NOT_RECORDED]),
    };
    let since = since.into_iter().find_map(time).unwrap_or_else(|| "-".to_owned());
    line(out, colour, row.message_status.as_str(), &since, &row.message_id);
}

/// A message that the platform left out of its answer.
pub(super) fn missing(out: Output, id: &MessageId) {
    if out.json {
        out.json(&json!({ "result": "not_found", "message_id": id, "message_status": null }));
    } else {
        line(out, AnsiColor::Red, "not found", "-", id);
    }
}

/// A message that could not be asked for.
pub(super) fn failed(out: Output, id: &MessageId, error: &Error) {
    if out.json {
        let error = json!({ "kind": error.kind().as_str(), "message": error.to_string(), "help": error.help() });
        out.json(&json!({ "result": "failed", "message_id": id, "message_status": null, "error": error }));
    } else {
        line(out, AnsiColor::Red, "no answer", "-", id);
    }
}

fn line(out: Output, colour: AnsiColor, status: &str, since: &str, id: &MessageId) {
    let style = colour.on_default();
    let plain = |text: &str| text.replace(char::is_control, " ");
    out.line(&format!("{style}{:<10}{style:#}{since:<22}{}", plain(status), plain(id.as_str())));
}

/// A time in UTC, if one was recorded.
fn time(seconds: UnixSeconds) -> Option<String> {
    let seconds = u64::try_from(seconds.as_i64()).ok().filter(|seconds| *seconds > 0)?;
    // The years that RFC 3339 can write; beyond them there is no formatting it.
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds.min(253_402_300_799)))?;
    Some(humantime::format_rfc3339_seconds(time).to_string())
}
