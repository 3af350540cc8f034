//! Results on stdout, diagnostics on stderr; people read lines and tables, machines read JSON.

use std::io::{self, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Where a command writes. A reader that went away (`EPIPE`) is no error: what is written after that is dropped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// `--json`: stdout holds JSON only, one document a line.
    pub(crate) json: bool,
    /// `--quiet`: no notes on stderr.
    pub(crate) quiet: bool,
}

#[allow(clippy::unused_self, reason = "what is written where is the business of this type")]
impl Output {
    /// One line of a result, for people.
    pub(crate) fn line(self, text: &str) {
        write(&mut anstream::stdout().lock(), text);
    }

    /// One JSON document on a line of its own, for machines.
    pub(crate) fn json(self, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            write(&mut io::stdout().lock(), &text);
        }
    }

    /// A line that is JSON already.
    pub(crate) fn raw(self, text: &str) {
        write(&mut io::stdout().lock(), text);
    }

    /// A remark on stderr, not part of the result.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            write(&mut anstream::stderr().lock(), text);
        }
    }

    /// Why a command gave up, on stderr; with `--json` as an object.
    pub(crate) fn failure(self, failure: &Failure) {
        if self.json {
            let mut object = failure.details.clone();
            object.insert("type".to_owned(), "error".into());
            object.insert("exit_code".to_owned(), failure.exit.code().into());
            object.insert("message".to_owned(), failure.message.clone().into());
            object.extend(failure.help.clone().map(|help| ("help".to_owned(), help.into())));
            write(&mut io::stderr().lock(), &serde_json::Value::Object(object).to_string());
            return;
        }
        let mut terminal = anstream::stderr().lock();
        let red = anstyle::AnsiColor::Red.on_default().bold();
        write(&mut terminal, &format!("{red}error:{red:#} {failure}"));
        for line in &failure.lines {
            write(&mut terminal, &format!("  {line}"));
        }
        if let Some(help) = &failure.help {
            write(&mut terminal, &format!("  help: {help}"));
        }
    }
}

fn write(to: &mut impl Write, text: &str) {
    // The reader may have gone; that is its right.
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}
