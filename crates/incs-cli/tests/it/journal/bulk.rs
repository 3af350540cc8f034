//! A file of messages and its journal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::support::{Ended, Folder, incs, run};

/// A file of messages with texts of their own, and its journal.
pub(crate) struct Bulk {
    pub(crate) folder: Folder,
    pub(crate) file: String,
    pub(crate) journal: String,
}

/// Returns a line with a text of its own.
pub(crate) fn line(to: &str, index: usize) -> String {
    format!("{{\"to\":\"{to}\",\"type\":\"text\",\"text\":\"Parcel {index}.\"}}\n")
}

/// Returns lines to customers of their own.
pub(crate) fn lines(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        write!(text, "{}", line(&format!("8525{index:07}"), index)).unwrap();
        text
    })
}

impl Bulk {
    pub(crate) fn new(content: impl AsRef<[u8]>) -> Self {
        let folder = Folder::new();
        let file = folder.file("bulk.jsonl", content);
        let journal = folder.join("bulk.db").to_str().unwrap().to_owned();
        Self { folder, file, journal }
    }

    /// Returns the store of the journal, for other commands.
    pub(crate) fn store(&self) -> String {
        format!("sqlite:{}", self.journal)
    }

    /// Returns the arguments that send the file.
    pub(crate) fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let args = ["send", &self.file, "--channel", "viber", "--journal", &self.journal, "--json"];
        [&args[..], more].concat()
    }

    /// Returns the arguments that send the rest.
    pub(crate) fn resume_args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["send", "--resume", &self.journal, "--json"], more].concat()
    }

    pub(crate) fn send(&self, sandbox: &Sandbox, more: &[&str]) -> Ended {
        sandbox.run(&self.args(more))
    }

    pub(crate) fn resume(&self, sandbox: &Sandbox, more: &[&str]) -> Ended {
        sandbox.run(&self.resume_args(more))
    }

    /// Runs a command on the store of the journal, without a platform.
    pub(crate) fn on_store(&self, args: &[&str]) -> Ended {
        run(&mut self.of_store(args))
    }

    /// Returns a command on the store of the journal, without a platform.
    pub(crate) fn of_store(&self, args: &[&str]) -> Command {
        incs(&[args, &["--store", &self.store(), "--json"]].concat())
    }
}

/// Returns the results by index. Each line has one.
pub(crate) fn results(ended: &Ended) -> BTreeMap<u64, Value> {
    let mut results = BTreeMap::new();
    for document in ended.documents() {
        let index = document["index"].as_u64().unwrap();
        assert!(results.insert(index, document).is_none(), "two results for {index}");
    }
    results
}

/// Returns the states in the order of the file.
pub(crate) fn states(ended: &Ended) -> Vec<String> {
    results(ended).values().map(|result| result["request_state"].as_str().unwrap().to_owned()).collect()
}
