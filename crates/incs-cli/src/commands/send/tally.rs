//! How many messages came to what, and how the program ends because of it.

use incs_facade::client::{Error, ErrorKind, RequestState};

use crate::exit::Exit;
use crate::failure::Failure;

/// How many messages came to what.
#[derive(Debug, Default)]
pub(super) struct Tally {
    accepted: u64,
    not_sent: u64,
    rejected: u64,
    unknown: u64,
    /// Taken, and the reply could not be read: among the accepted.
    without_id: u64,
    /// The code that all failures have in common.
    code: Option<Exit>,
    is_mixed: bool,
    first: Option<Error>,
    /// Why the rest of the input was not read.
    unread: Option<String>,
}

impl Tally {
    pub(super) fn accepted(&mut self) {
        self.accepted += 1;
    }

    pub(super) fn failed(&mut self, error: &Error) {
        match error.request_state() {
            RequestState::Accepted => {
                self.accepted += 1;
                self.without_id += 1;
            }
            RequestState::Rejected => self.rejected += 1,
            RequestState::NotSent => self.not_sent += 1,
            _ => self.unknown += 1,
        }
        // What was called off says nothing; what made the batch stop does.
        if error.kind() != ErrorKind::Cancelled {
            self.mix(Exit::of(error));
        }
        self.first.get_or_insert_with(|| error.clone());
    }

    /// The input, or what it holds, is wrong.
    pub(super) fn malformed(&mut self) {
        self.not_sent += 1;
        self.mix(Exit::Usage);
    }

    pub(super) fn cancelled(&mut self) {
        self.not_sent += 1;
    }

    /// The rest of the input stays unread.
    pub(super) fn leave(&mut self, why: String) {
        self.unread.get_or_insert(why);
    }

    fn mix(&mut self, exit: Exit) {
        self.is_mixed |= *self.code.get_or_insert(exit) != exit;
    }

    pub(super) fn total(&self) -> u64 {
        self.accepted + self.not_sent + self.rejected + self.unknown
    }

    pub(super) fn failures(&self) -> u64 {
        self.total() - self.accepted
    }

    pub(super) fn accepted_count(&self) -> u64 {
        self.accepted
    }

    /// An unknown outcome comes first: a script must learn of it, whatever became of the others.
    fn exit(&self) -> Exit {
        let is_whole = self.accepted == self.total() && self.unread.is_none();
        match self.code {
            _ if self.unknown > 0 || self.without_id > 0 => Exit::Unknown,
            _ if is_whole => Exit::Done,
            _ if self.accepted > 0 => Exit::Partly,
            Some(code) if !self.is_mixed => code,
            _ => Exit::Failure,
        }
    }

    /// The end of the program.
    pub(super) fn end(self) -> Result<Exit, Failure> {
        let exit = self.exit();
        let total = self.total();
        if exit == Exit::Done {
            return Ok(exit);
        }
        if let (Some(error), 1, None) = (&self.first, total, &self.unread) {
            return Err(Failure { exit, ..error.clone().into() });
        }
        let left = total - self.accepted;
        let mut parts = vec![match (left, total) {
            (0, _) => format!("{total} messages were accepted"),
            (_, 1) => "the message was not accepted".to_owned(),
            _ => format!("{left} of {total} messages were not accepted"),
        }];
        if self.unknown > 0 {
            parts.push(format!("what became of {} is unknown", self.unknown));
        }
        if self.without_id > 0 {
            parts.push(format!("{} were taken without a reply that can be read", self.without_id));
        }
        parts.extend(self.unread);
        let help = if self.unknown > 0 || self.without_id > 0 {
            "find out what became of them before you send them again; the others say in their lines what they are"
        } else {
            "each line says what became of its message; those not sent or rejected can be sent again when corrected"
        };
        Err(Failure::new(exit, parts.join("; "))
            .with_help(help)
            .with_detail("total", total)
            .with_detail("accepted", self.accepted)
            .with_detail("not_sent", self.not_sent)
            .with_detail("rejected", self.rejected)
            .with_detail("unknown", self.unknown))
    }
}
