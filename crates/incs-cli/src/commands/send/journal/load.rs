//! Storing the lines of a file in a journal, and comparing them with those that it holds.

use std::collections::BTreeSet;

use incs_facade::model::{Channel, Document, Report};
use incs_facade::relay::store::{
    Decision, DecisionResult, Enqueued, OutboxFilter, OutboxId, OutboxMessage, SqliteStore, Store as _,
};

use super::{Description, Journal};
use crate::commands::inbox::store::StoreFile;
use crate::commands::send::arguments::Options;
use crate::commands::send::batch;
use crate::commands::send::results::Progress;
use crate::commands::send::source::{Item, Malformed, Place, Source};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::stop::Stop;

/// Number of lines that are stored in one transaction, and of bytes after which fewer are.
const LINES: usize = 1000;
const BYTES: usize = 8 << 20;

/// A line on its way into the journal.
struct Line {
    number: u64,
    message: OutboxMessage,
    /// The reason for which it is not sent.
    refusal: Option<String>,
}

/// The key of a line. Result lines take the number of the line from it.
fn key(number: u64) -> String {
    format!("line-{number}")
}

/// Returns the number of the line with a key.
pub(super) fn number(key: &str) -> Option<u64> {
    key.strip_prefix("line-")?.parse().ok()
}

impl Journal {
    /// Stores all lines of a file, or compares them with those that are stored. Nothing is sent meanwhile.
    pub(super) async fn load(
        store: &SqliteStore,
        file: &StoreFile,
        (source, channel): (Source, Channel),
        options: &Options,
        stop: &mut Stop,
        out: Output,
    ) -> Result<Self, Failure> {
        let (store, file) = (store.clone(), file.clone());
        let journal = if let Some(description) = Self::described(&store, &file).await? {
            description.check(&file, options, true)?;
            Self { store, file, description }
        } else {
            let journal = Self { store, file, description: Description::new(&channel, options) };
            journal.describe().await?;
            journal
        };
        let progress = Progress::new(!out.quiet, source.bytes.clone());
        let mut loader = Loader { journal, channel, after: None, lines: 0, has_warnings: false };
        let mut incoming = batch::read(source.items);
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        loop {
            let item = tokio::select! {
                biased;
                () = stop.asked() => return Err(loader.stopped()),
                item = incoming.recv() => item,
            };
            let is_end = item.is_none();
            if let Some(item) = item {
                let item = item.map_err(|error| {
                    let what = format!("the input cannot be read: {error}; nothing was sent");
                    Failure::usage(what).with_help("run the same command again")
                })?;
                let line = loader.line(item, options);
                bytes += line.message.body.len();
                chunk.push(line);
            }
            if is_end || chunk.len() >= LINES || bytes >= BYTES {
                loader.store(std::mem::take(&mut chunk)).await?;
                bytes = 0;
                progress.tell(format!("{} lines stored", loader.lines));
            }
            if is_end {
                progress.end();
                return loader.finish().await;
            }
        }
    }
}

/// The state of storing a file.
struct Loader {
    journal: Journal,
    channel: Channel,
    /// The last message that was stored or compared.
    after: Option<OutboxId>,
    /// Number of lines so far.
    lines: u64,
    has_warnings: bool,
}

impl Loader {
    /// Returns the line for an item of the file.
    fn line(&mut self, item: Item, options: &Options) -> Line {
        let Item { place: Place { index, line }, message } = item;
        let number = line.unwrap_or(index + 1);
        let (document, refusal) = match message {
            Ok(document) => {
                let report = document.report();
                self.has_warnings |= !report.warnings().is_empty();
                let refusal = refusal(report, options);
                (document, refusal)
            }
            Err(Malformed::Body(document)) => {
                let refusal = document.error().map_or_else(
                    || "malformed".to_owned(),
                    |error| format!("malformed: expected {} (column {})", error.expected(), error.column()),
                );
                self.has_warnings |= !document.report().warnings().is_empty();
                (document, Some(refusal))
            }
            // Of a long line, nothing is kept.
            Err(Malformed::Long(bytes)) => {
                (Document::read(&self.channel, *b""), Some(format!("malformed: the line is longer than {bytes} bytes")))
            }
        };
        // A bulk has no order.
        Line { number, message: OutboxMessage::of_document(key(number), &document).unordered(), refusal }
    }

    /// Compares lines with those that are stored, and stores those that follow.
    async fn store(&mut self, mut chunk: Vec<Line>) -> Result<(), Failure> {
        if chunk.is_empty() {
            return Ok(());
        }
        let refusals: Vec<_> = chunk.iter_mut().map(|line| line.refusal.take()).collect();
        let filter = OutboxFilter { after: self.after, limit: chunk.len(), ..OutboxFilter::default() };
        let stored = self.journal.store.messages(filter).await.map_err(|error| self.cannot("read", &error))?;
        if let Some((line, _)) = chunk.iter().zip(&stored).find(|(line, entry)| line.message.key != entry.key) {
            return Err(self.differs(line.number));
        }
        let new = chunk.split_off(stored.len());
        // The stored messages have the same keys, so nothing is stored.
        let mut ids = self.enqueue(chunk).await?;
        if let Some(line) = new.first() {
            if self.journal.description.is_complete {
                return Err(self.is_longer(line.number));
            }
            ids.extend(self.enqueue(new).await?);
        }
        self.after = ids.last().copied().or(self.after);
        self.lines += ids.len() as u64;
        if self.journal.description.is_complete {
            return Ok(());
        }
        let refused = ids.into_iter().zip(refusals);
        let decisions: Vec<_> =
            refused.filter_map(|(id, refusal)| Some((id, Decision::Refuse { error: refusal? }))).collect();
        if decisions.is_empty() {
            return Ok(());
        }
        let results = self.journal.store.decide(decisions).await.map_err(|error| self.cannot("write", &error))?;
        // A line that was refused before is dead.
        let is_refused =
            |result: &DecisionResult| matches!(result, DecisionResult::Done | DecisionResult::WrongState(_));
        if results.iter().all(is_refused) { Ok(()) } else { Err(self.changed()) }
    }

    /// Stores lines in one transaction. Lines that are stored must be the same.
    async fn enqueue(&self, lines: Vec<Line>) -> Result<Vec<OutboxId>, Failure> {
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let (numbers, messages): (Vec<_>, Vec<_>) = lines.into_iter().map(|line| (line.number, line.message)).unzip();
        let store = &self.journal.store;
        let enqueued = store.enqueue(messages).await.map_err(|error| self.cannot("write", &error))?;
        let each = numbers.into_iter().zip(enqueued).map(|(number, enqueued)| match enqueued {
            Enqueued::New(id) | Enqueued::Seen(id) => Ok(id),
            Enqueued::KeyReused(_) => Err(self.differs(number)),
        });
        each.collect()
    }

    /// Returns the journal, once the whole file is in it.
    async fn finish(mut self) -> Result<Journal, Failure> {
        let filter = OutboxFilter { after: self.after, limit: 1, ..OutboxFilter::default() };
        let further = self.journal.store.messages(filter).await.map_err(|error| self.cannot("read", &error))?;
        if !further.is_empty() {
            return Err(self.is_shorter());
        }
        if !self.journal.description.is_complete {
            let description = &mut self.journal.description;
            (description.lines, description.is_complete) = (self.lines, true);
            description.has_warnings = self.has_warnings;
            self.journal.describe().await?;
        }
        Ok(self.journal)
    }

    fn cannot(&self, action: &str, error: &incs_facade::relay::store::StoreError) -> Failure {
        self.journal.file.cannot(action, error)
    }

    fn differs(&self, line: u64) -> Failure {
        self.other_file(&format!("line {line} of the file is not line {line} of the journal {}", self.journal.file))
    }

    fn is_longer(&self, line: u64) -> Failure {
        let (file, lines) = (&self.journal.file, self.journal.description.lines);
        let lines = messages(lines);
        self.other_file(&format!("line {line} of the file is not in the journal {file}, which ends after {lines}"))
    }

    fn is_shorter(&self) -> Failure {
        let (file, lines) = (&self.journal.file, self.lines);
        self.other_file(&format!("the file ends after {}, and the journal {file} holds more", messages(lines)))
    }

    fn other_file(&self, message: &str) -> Failure {
        let help = if self.journal.description.is_complete {
            format!(
                "a journal is of one file: `incs send --resume {}` sends the rest of it; another journal is for a file without the lines that are in this one, which would be sent twice",
                self.journal.file
            )
        } else {
            "a journal is of one file; use another journal for another file".to_owned()
        };
        Failure::usage(format!("{message}; nothing was sent")).with_help(help)
    }

    fn changed(&self) -> Failure {
        Failure::new(Exit::Failure, format!("another program has changed the journal {}", self.journal.file))
    }

    fn stopped(&self) -> Failure {
        let message =
            format!("stopped while the lines were stored in the journal {}; nothing was sent", self.journal.file);
        Failure::new(Exit::Failure, message).with_help("run the same command again; it goes on where it stopped")
    }
}

/// Returns a number of messages in words.
fn messages(number: u64) -> String {
    if number == 1 { "1 message".to_owned() } else { format!("{number} messages") }
}

/// Returns the reason for which a message is not sent: the rules that it breaks, without values of the message.
fn refusal(report: &Report, options: &Options) -> Option<String> {
    let (what, violations) = if !report.is_valid() && !options.no_validate {
        ("the message breaks rules of the platform", report.violations())
    } else if report.is_valid() && options.deny_warnings && !report.warnings().is_empty() {
        ("the message has warnings", report.warnings())
    } else {
        return None;
    };
    let rules: BTreeSet<_> = violations.iter().map(|violation| violation.rule().id().to_string()).collect();
    Some(format!("{what}: {}", rules.into_iter().collect::<Vec<_>>().join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_holds_the_number() {
        assert_eq!(number(&key(12)), Some(12));
        for other in ["line-", "line-x", "order-7", ""] {
            assert_eq!(number(other), None);
        }
    }
}
