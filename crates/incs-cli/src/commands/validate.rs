//! `incs validate`: checks documents against the rules of the platform without sending them.

use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use incs_facade::model::limits::common::MEMBER_UNKNOWN;
use incs_facade::model::template::{rcs as rcs_template, whatsapp as whatsapp_template};
use incs_facade::model::{self, DecodeError, Document, Report, task};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::args::ChannelName;
use crate::exit::{Exit, Failure};
use crate::input::{self, Entry, MAX_DOCUMENT_BYTES};
use crate::lines::Violation;
use crate::output::{Context, Output, WriteError};

const MORE: &str = r#"A file holds one JSON document, or several as JSON Lines. With --json, each document prints one line:
{"valid", "violations": [{"pointer", "rule", "limit", "found", "message", "suggestion"?}], "warnings": […]}
The exit code is 0 if all documents are valid, otherwise 2."#;

/// The arguments of `incs validate`.
#[derive(Debug, Args)]
#[command(after_help = MORE)]
pub(crate) struct Validate {
    /// Channel of the message
    #[arg(long, value_name = "CHANNEL", ignore_case = true, required_unless_present = "kind")]
    channel: Option<ChannelName>,
    /// Validate another kind of document
    #[arg(long = "as", value_name = "KIND", conflicts_with = "channel")]
    kind: Option<Kind>,
    /// Treat warnings as violations: a document that has any is not valid
    #[arg(long)]
    deny_warnings: bool,
    /// Files to validate; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Validate, context: &Context) -> Result<Exit, Failure> {
    // Clap requires one of the two.
    let Some(kind) = args.kind.or(args.channel.map(Kind::from)) else {
        return Err(Failure::usage("neither --channel nor --as is given"));
    };
    let out = context.out;
    let check = |entry: &Entry| kind.check(entry).with_denied_warnings(args.deny_warnings);
    let mut documents = input::documents(&args.files);
    let Some(first) = documents.next().transpose()? else { return Ok(Exit::Done) };
    let Some(second) = documents.next() else { return Ok(show(&first, &check(&first), out)?) };
    // Each of several documents is printed with its name.
    let (mut valid, mut total) = (0_u64, 0_u64);
    for document in [Ok(first), second].into_iter().chain(documents) {
        let document = document?;
        let verdict = check(&document);
        total += 1;
        valid += u64::from(verdict.valid);
        if out.json { out.json(&verdict)? } else { verdict.show(&document.name, true, out)? }
    }
    if !out.json {
        out.line(&format!("{valid} of {total} documents are valid"))?;
    }
    Ok(if valid == total { Exit::Done } else { Exit::Usage })
}

/// Prints the verdict on one document and returns its exit code.
pub(crate) fn show(document: &Entry, verdict: &Verdict, out: Output) -> Result<Exit, WriteError> {
    if out.json {
        out.json(verdict)?;
    } else {
        verdict.show(&document.name, false, out)?;
    }
    Ok(if verdict.valid { Exit::Done } else { Exit::Usage })
}

/// The kind of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A WhatsApp message, like --channel whatsapp
    #[value(name = "whatsapp-message")]
    WhatsAppMessage,
    /// A Viber message, like --channel viber
    ViberMessage,
    /// An RCS message, like --channel rcs
    RcsMessage,
    /// A WhatsApp template to create
    #[value(name = "whatsapp-template", alias = "waba-template")]
    WhatsAppTemplate,
    /// An RCS template to create
    RcsTemplate,
    /// A task to create
    Task,
}

impl From<ChannelName> for Kind {
    fn from(channel: ChannelName) -> Self {
        match channel {
            ChannelName::Whatsapp => Self::WhatsAppMessage,
            ChannelName::Viber => Self::ViberMessage,
            ChannelName::Rcs => Self::RcsMessage,
        }
    }
}

impl Kind {
    /// Returns all violations and warnings of a document.
    pub(crate) fn check(self, entry: &Entry) -> Verdict {
        let message =
            |channel: &model::Channel| Verdict::of_document(&Document::read(channel, &*entry.body), entry.line);
        if entry.is_long {
            return Verdict::of([too_long(entry)]);
        }
        match self {
            Self::WhatsAppMessage => message(&model::Channel::WhatsApp),
            Self::ViberMessage => message(&model::Channel::Viber),
            Self::RcsMessage => message(&model::Channel::Rcs),
            Self::WhatsAppTemplate => check_body::<whatsapp_template::NewTemplate>(entry),
            Self::RcsTemplate => check_body::<rcs_template::NewTemplate>(entry),
            Self::Task => check_body::<task::NewTask>(entry),
        }
    }
}

/// Decodes and checks a body that is not a message.
fn check_body<T: DeserializeOwned + model::Validate>(entry: &Entry) -> Verdict {
    let (read, report) = model::check_body::<T>(&entry.body);
    Verdict::of_report(&report, read.err().as_ref(), entry.line)
}

/// Returns the violation of a document that is too long to be read.
fn too_long(document: &Entry) -> Violation {
    Violation {
        pointer: String::new(),
        rule: Violation::DECODE.to_owned(),
        limit: MAX_DOCUMENT_BYTES.into(),
        found: Value::Null,
        message: format!("longer than {MAX_DOCUMENT_BYTES} bytes (line {})", document.line),
        suggestion: None,
    }
}

/// The result of a check: the violations and warnings of a document, and whether it would be sent.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Verdict {
    /// True if the document would be sent.
    pub(crate) valid: bool,
    /// Broken rules.
    pub(crate) violations: Vec<Violation>,
    /// Rules that are sampled or inferred, and broken.
    pub(crate) warnings: Vec<Violation>,
}

impl Verdict {
    pub(crate) fn of(violations: impl IntoIterator<Item = Violation>) -> Self {
        let violations: Vec<_> = violations.into_iter().collect();
        Self { valid: violations.is_empty(), violations, warnings: Vec::new() }
    }

    /// Returns the verdict on a message. `first_line` is the line of the file in which the message begins.
    pub(crate) fn of_document(document: &Document, first_line: usize) -> Self {
        Self::of_report(document.report(), document.error(), first_line)
    }

    /// Returns the verdict of a report. The error, if there is one, has line and column.
    pub(crate) fn of_report(report: &Report, error: Option<&DecodeError>, first_line: usize) -> Self {
        let violation = |violation: &model::Violation| match error {
            Some(error) if violation.rule().id() == Violation::DECODE => Violation::of_decoding(error, first_line),
            _ => Violation::from(violation),
        };
        let warnings = report.warnings().iter().map(Violation::from).collect();
        Self { warnings, ..Self::of(report.violations().iter().map(violation)) }
    }

    /// Adds the findings of another check.
    pub(crate) fn merge(&mut self, other: Self) {
        for (found, more) in [(&mut self.violations, other.violations), (&mut self.warnings, other.warnings)] {
            for violation in more {
                if !found.contains(&violation) {
                    found.push(violation);
                }
            }
        }
        self.valid &= other.valid;
    }

    /// Keeps only the violations for members that a typed request would drop. They are errors even without validation.
    pub(crate) fn only_unknown_members(mut self) -> Self {
        self.violations.retain(|violation| violation.rule == MEMBER_UNKNOWN.id());
        self.valid = self.violations.is_empty();
        self
    }

    /// Makes the verdict invalid if it has warnings and `deny_warnings` is true.
    pub(crate) fn with_denied_warnings(mut self, deny_warnings: bool) -> Self {
        self.valid &= !deny_warnings || self.warnings.is_empty();
        self
    }

    /// Prints one line per violation or warning, and a summary line.
    pub(crate) fn show(&self, name: &str, names_needed: bool, out: Output) -> Result<(), WriteError> {
        let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
        let yellow = AnsiColor::Yellow.on_default();
        let violations = self.violations.iter().map(|violation| (violation, String::new()));
        let warnings = self.warnings.iter().map(|warning| (warning, format!("{yellow}warning:{yellow:#} ")));
        for (Violation { pointer, rule, message, .. }, word) in violations.chain(warnings) {
            let before = if names_needed { format!("{name}: ") } else { String::new() };
            let place = if pointer.is_empty() { "document" } else { pointer };
            out.line(&format!("{before}{word}{bold}{place}{bold:#}: {message} {dim}[{rule}]{dim:#}"))?;
        }
        let style = if self.valid { AnsiColor::Green } else { AnsiColor::Red }.on_default();
        out.line(&format!("{name}: {style}{}{style:#}", self.summary()))
    }

    /// Returns a failure if the verdict is invalid. Warnings are printed as notes.
    pub(crate) fn into_result(self, name: &str, out: Output) -> Result<(), Failure> {
        for warning in &self.warnings {
            out.note(&format!("warning: {warning}"));
        }
        if self.valid {
            return Ok(());
        }
        let message = format!("{name}: {}", self.summary());
        let lines = self.violations.iter().map(Violation::to_string).collect();
        let failure =
            Failure::new(Exit::Usage, message).with_details(|details| details.violations = Some(self.violations));
        let failure = Failure { lines, ..failure };
        Err(failure)
    }

    fn summary(&self) -> String {
        let counted = |count: usize, word: &str| match count {
            0 => None,
            1 => Some(format!("1 {word}")),
            count => Some(format!("{count} {word}s")),
        };
        let valid = self.violations.is_empty().then(|| if self.valid { "valid" } else { "not valid" }.to_owned());
        let parts = [valid, counted(self.violations.len(), "violation"), counted(self.warnings.len(), "warning")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
