//! `incs validate`: all that the platform would refuse, before it costs anything.

use std::fmt;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use incs_facade::model::template::{rcs as rcs_template, whatsapp as whatsapp_template};
use incs_facade::model::{self, DecodeError, Found, Pointer, decode, rcs, task, viber, whatsapp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::args::ChannelName;
use crate::exit::{Exit, Failure};
use crate::input::{self, Document};
use crate::output::{Context, Output};

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
    let documents = input::read_all(&args.files)?;
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

/// What a document is checked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A message on WhatsApp, like --channel whatsapp
    #[value(name = "whatsapp-message")]
    WhatsAppMessage,
    /// A message on Viber, like --channel viber
    ViberMessage,
    /// A message on RCS, like --channel rcs
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
    /// All that is wrong with a document.
    pub(crate) fn check(self, document: &Document) -> Verdict {
        match self {
            Self::WhatsAppMessage => check::<whatsapp::Message>(document),
            Self::ViberMessage => check::<viber::Message>(document),
            Self::RcsMessage => check::<rcs::Message>(document),
            Self::WhatsAppTemplate => check::<whatsapp_template::NewTemplate>(document),
            Self::RcsTemplate => check::<rcs_template::NewTemplate>(document),
            Self::Task => check::<task::NewTask>(document),
        }
    }
}

fn check<T: DeserializeOwned + Serialize + model::Validate>(document: &Document) -> Verdict {
    let value: T = match decode(&document.body) {
        Ok(value) => value,
        Err(error) => return Verdict::of([Violation::of_decoding(&error, document.line)]),
    };
    let broken = model::validate(&value).err().into_iter().flat_map(model::Report::into_violations);
    let broken = broken.map(|violation| Violation::from(&violation));
    Verdict::of(broken.chain(unknown_members(&document.body, &value)))
}

/// The members of a body that are lost when it is read and written again.
fn unknown_members(body: &[u8], read: &impl Serialize) -> Vec<Violation> {
    let mut found = Vec::new();
    if let (Ok(given), Ok(written)) = (decode::<Value>(body), serde_json::to_value(read)) {
        compare(&given, &written, &Pointer::root(), &mut found);
    }
    found
}

fn compare(given: &Value, written: &Value, at: &Pointer, found: &mut Vec<Violation>) {
    match (given, written) {
        (Value::Object(given), Value::Object(written)) => {
            for (name, value) in given {
                let here = at.join(name);
                match written.get(name) {
                    Some(written) => compare(value, written, &here, found),
                    None if says_nothing(value) => {}
                    None => found.push(Violation::of_unknown_member(here.into())),
                }
            }
        }
        (Value::Array(given), Value::Array(written)) => {
            for (index, (given, written)) in given.iter().zip(written).enumerate() {
                compare(given, written, &at.join_index(index), found);
            }
        }
        _ => {}
    }
}

/// An optional member that is left out when it is written.
fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Whether a document is well, and all that is not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Verdict {
    pub(crate) valid: bool,
    pub(crate) violations: Vec<Violation>,
}

/// One thing that is wrong. No member holds a value of the document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Violation {
    /// JSON pointer of the offending value; a missing one is named as if it were there.
    pub(crate) pointer: String,
    /// The stable id of the rule.
    pub(crate) rule: String,
    pub(crate) limit: Value,
    /// What was counted or which kind of value was there.
    pub(crate) found: Value,
    pub(crate) message: String,
}

impl Verdict {
    pub(crate) fn of(violations: impl IntoIterator<Item = Violation>) -> Self {
        let violations: Vec<_> = violations.into_iter().collect();
        Self { valid: violations.is_empty(), violations }
    }

    /// One line for each violation and one to close.
    pub(crate) fn show(&self, name: &str, names_needed: bool, out: Output) {
        let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
        for Violation { pointer, rule, message, .. } in &self.violations {
            let before = if names_needed { format!("{name}: ") } else { String::new() };
            let place = if pointer.is_empty() { "the whole" } else { pointer };
            out.line(&format!("{before}{bold}{place}{bold:#}: {message} {dim}[{rule}]{dim:#}"));
        }
        let style = if self.valid { AnsiColor::Green } else { AnsiColor::Red }.on_default();
        out.line(&format!("{name}: {style}{}{style:#}", self.sum()));
    }

    /// Gives up because of these violations, if there are any.
    pub(crate) fn into_result(self, name: &str) -> Result<(), Failure> {
        if self.valid {
            return Ok(());
        }
        let message = format!("{name}: {}", self.sum());
        let violations = serde_json::to_value(&self.violations).unwrap_or_default();
        let mut failure = Failure::new(Exit::Usage, message).with_detail("violations", violations);
        failure.lines = self.violations.iter().map(Violation::to_string).collect();
        Err(failure)
    }

    fn sum(&self) -> String {
        match self.violations.len() {
            0 => "valid".to_owned(),
            1 => "1 violation".to_owned(),
            count => format!("{count} violations"),
        }
    }
}

impl Violation {
    /// The document cannot be read. Lines are counted from that of the file in which the document begins.
    pub(crate) fn of_decoding(error: &DecodeError, first_line: usize) -> Self {
        let (line, column) = (error.line() + first_line - 1, error.column());
        let (expected, found) = (error.expected(), error.found());
        let (found, instead) = match found {
            Found::Other => (Value::Null, String::new()),
            found => (found.to_string().into(), format!(", found {found}")),
        };
        Self {
            pointer: error.pointer().to_owned(),
            rule: "decode".to_owned(),
            limit: expected.into(),
            found,
            message: format!("expected {expected}{instead} (line {line}, column {column})"),
        }
    }

    /// A member that is not known. `incs schema check` has the same rule.
    pub(crate) fn of_unknown_member(pointer: String) -> Self {
        Self {
            pointer,
            rule: "schema.additional_properties".to_owned(),
            limit: Value::Null,
            found: Value::Null,
            message: "not a member that is known here".to_owned(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}

impl From<&model::Violation> for Violation {
    fn from(violation: &model::Violation) -> Self {
        let mut written = serde_json::to_value(violation).unwrap_or_default();
        let mut take = |member: &str| written.get_mut(member).map(Value::take).unwrap_or_default();
        Self {
            pointer: violation.pointer().to_owned(),
            rule: violation.rule().id().to_owned(),
            limit: take("limit"),
            found: take("found"),
            message: violation.message(),
        }
    }
}
