//! The journal of a run, which records the messages that may be sent even if the program is killed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use incs_facade::model::decode;

/// The known state of a message.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It is about to be sent. If no line follows, the program ended during the send, and the message may have been sent.
    Begun,
    Sent,
    /// Nothing reached the customer, so another run may send it.
    Failed,
    Unknown,
}

/// A line of the journal. The last one of a reference counts.
#[derive(Serialize, Deserialize)]
struct Entry {
    reference: String,
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
}

/// A file of JSON Lines that only grows.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens or creates the journal. Fails if another run has it open: two runs at once would send each message twice.
    pub(crate) fn open(path: impl Into<PathBuf>) -> anyhow::Result<Self> {
        let path = path.into();
        let file = File::options().create(true).append(true).open(&path).context("the journal cannot be opened")?;
        file.try_lock().context("another run has the journal")?;
        Ok(Self { path, file })
    }

    /// Appends a line. The operating system has it when this returns, so it survives the end of the program. To survive a power
    /// cut, call `sync_data` here, which costs some milliseconds per line.
    pub(crate) fn note(&self, reference: &str, state: State, message_id: Option<&str>) -> anyhow::Result<()> {
        let message_id = message_id.map(str::to_owned);
        let mut line = serde_json::to_string(&Entry { reference: reference.to_owned(), state, message_id })?;
        line.push('\n');
        (&self.file).write_all(line.as_bytes()).context("the journal cannot be written")
    }

    /// Returns the known state of each message.
    pub(crate) fn states(&self) -> anyhow::Result<HashMap<String, State>> {
        let text = fs::read_to_string(&self.path).context("the journal cannot be read")?;
        let entries: Vec<Entry> = lines(&text).context("the journal")?;
        Ok(entries.into_iter().map(|entry| (entry.reference, entry.state)).collect())
    }
}

/// Parses JSON Lines. An error names the line and the member, but shows no content.
pub(crate) fn lines<T: DeserializeOwned>(text: &str) -> anyhow::Result<Vec<T>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| decode(line.as_bytes()).with_context(|| format!("line {}", index + 1))).collect()
}
