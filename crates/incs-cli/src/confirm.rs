//! Questions on the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::exit::{Exit, Failure};

/// Asks a question on the terminal. Returns true for a yes.
///
/// Without a terminal nobody can answer: the failure is then `danger`, with the advice to use `--yes`.
pub(crate) fn is_confirmed(question: &str, danger: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::usage(danger).with_help("confirm it with --yes"));
    }
    let unread = |error: io::Error| Failure::new(Exit::Failure, format!("cannot ask for confirmation: {error}"));
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).map_err(unread)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(unread)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
