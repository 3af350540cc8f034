//! The output of `incs doctor` and `incs relay doctor`, and their exit codes.

use schemars::JsonSchema;
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::lines::count;
use crate::output::{Columns, Output, WriteError};
use crate::settings::{Origin, Setting};

/// The subject of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    not(feature = "postgres"),
    allow(dead_code, reason = "the schema of the lines is the same without databases")
)]
pub(crate) enum CheckKind {
    // The settings can be read, and fit together.
    Settings,
    // The host can be reached.
    Connection,
    // The host proves its name by a certificate.
    Tls,
    // The host speaks HTTP.
    Reply,
    // The clock of this machine agrees with the host's.
    Clock,
    // The host accepts the credential.
    Credential,
    // The store can be opened.
    Store,
    // Only the owner can read the files of the store.
    Permissions,
    // The store has the schema of this version.
    Schema,
    // The version of SQLite.
    Sqlite,
    // The version and the settings of PostgreSQL.
    Postgres,
    // PostgreSQL removes dead rows in time.
    Autovacuum,
    // No transaction is open for long, which keeps dead rows.
    Transactions,
    // The inbox has no dead letters.
    Inbox,
    // The messages of the outbox are sent.
    Outbox,
    // The webhook that shows an unknown send arrives.
    Evidence,
    // No message waits for a person.
    Decisions,
}

impl CheckKind {
    /// The checks of an installation.
    pub(super) const ALL: [Self; 6] =
        [Self::Settings, Self::Connection, Self::Tls, Self::Reply, Self::Clock, Self::Credential];

    /// The checks of a file that can be opened, besides its permissions.
    pub(crate) const OF_FILE: [Self; 2] = [Self::Schema, Self::Sqlite];

    /// The checks of a database that can be opened.
    #[cfg(feature = "postgres")]
    pub(crate) const OF_DATABASE: [Self; 4] = [Self::Schema, Self::Postgres, Self::Autovacuum, Self::Transactions];

    /// The further checks of any store that can be opened.
    pub(crate) const OF_STORE: [Self; 4] = [Self::Inbox, Self::Outbox, Self::Evidence, Self::Decisions];

    fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Reply => "reply",
            Self::Clock => "clock",
            Self::Credential => "credential",
            Self::Store => "store",
            Self::Permissions => "permissions",
            Self::Schema => "schema",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Autovacuum => "autovacuum",
            Self::Transactions => "transactions",
            Self::Inbox => "inbox",
            Self::Outbox => "outbox",
            Self::Evidence => "evidence",
            Self::Decisions => "decisions",
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckResult {
    Ok,
    Warning,
    Failed,
    // The check could not be made, or is not needed.
    Skipped,
}

impl CheckResult {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// State of a credential at a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CredentialState {
    Missing,
    Accepted,
    Refused,
    // The reply does not tell.
    Inconclusive,
}

/// A check and its result. All members are always present.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Check {
    /// Subject of the check.
    #[serde(rename = "check")]
    pub(super) kind: CheckKind,
    /// Role of the host: `chat`, `api`, or a channel with a base URL of its own.
    pub(super) target: Option<&'static str>,
    /// Name and port of the host.
    pub(super) host: Option<String>,
    /// Setting with the credential, or `account`.
    pub(super) credential: Option<&'static str>,
    /// State of the credential.
    pub(super) credential_state: Option<CredentialState>,
    /// Seconds that the clock of this machine is ahead of the host's; negative if it is behind.
    pub(super) clock_ahead_seconds: Option<i64>,
    /// Result of the check.
    pub(super) result: CheckResult,
    /// Result in words.
    pub(super) message: String,
    /// Next step for a person.
    pub(super) help: Option<String>,
    #[serde(skip)]
    exit: Exit,
}

impl Check {
    fn new(kind: CheckKind, result: CheckResult, message: impl Into<String>) -> Self {
        Self {
            kind,
            target: None,
            host: None,
            credential: None,
            credential_state: None,
            clock_ahead_seconds: None,
            result,
            message: message.into(),
            help: None,
            exit: match kind {
                CheckKind::Settings => Exit::Usage,
                CheckKind::Connection | CheckKind::Tls | CheckKind::Reply => Exit::Network,
                CheckKind::Credential => Exit::Authentication,
                CheckKind::Clock
                | CheckKind::Store
                | CheckKind::Permissions
                | CheckKind::Schema
                | CheckKind::Sqlite
                | CheckKind::Postgres
                | CheckKind::Autovacuum
                | CheckKind::Transactions
                | CheckKind::Inbox
                | CheckKind::Outbox
                | CheckKind::Evidence
                | CheckKind::Decisions => Exit::Failure,
            },
        }
    }

    pub(crate) fn ok(kind: CheckKind, message: impl Into<String>) -> Self {
        Self::new(kind, CheckResult::Ok, message)
    }

    pub(crate) fn skipped(kind: CheckKind, message: impl Into<String>) -> Self {
        Self::new(kind, CheckResult::Skipped, message)
    }

    pub(crate) fn warning(kind: CheckKind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..Self::new(kind, CheckResult::Warning, message) }
    }

    pub(crate) fn failed(kind: CheckKind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..Self::new(kind, CheckResult::Failed, message) }
    }

    /// Returns the check of settings that cannot be used.
    pub(super) fn of_failure(failure: &Failure) -> Self {
        let check = Self::new(CheckKind::Settings, CheckResult::Failed, failure.message.clone());
        Self { help: failure.help.clone(), exit: failure.exit, ..check }
    }

    /// Returns the check of a store that cannot be opened.
    pub(crate) fn of_store_failure(failure: Failure) -> Self {
        let help = failure.help.unwrap_or_else(|| "check the store and its disk".to_owned());
        Self { exit: failure.exit, ..Self::failed(CheckKind::Store, failure.message, help) }
    }

    /// Adds the host.
    pub(super) fn at(self, target: &'static str, host: &str) -> Self {
        Self { target: Some(target), host: Some(host.to_owned()), ..self }
    }

    /// Adds the difference of the clocks.
    pub(super) fn with_clock(self, ahead_seconds: i64) -> Self {
        Self { clock_ahead_seconds: Some(ahead_seconds), ..self }
    }

    /// Adds the credential.
    pub(super) fn of_credential(self, name: &'static str, state: Option<CredentialState>) -> Self {
        Self { credential: Some(name), credential_state: state, ..self }
    }

    /// Returns the check in a few words: `tls of api`, `credential token at api`.
    fn name(&self) -> String {
        let check = self.kind.as_str();
        match (self.credential, self.target) {
            (Some(credential), Some(target)) => format!("{check} {credential} at {target}"),
            (Some(credential), None) => format!("{check} {credential}"),
            (None, Some(target)) => format!("{check} of {target}"),
            (None, None) => check.to_owned(),
        }
    }
}

/// The numbers of checks by result.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Summary {
    ok: u64,
    warnings: u64,
    failed: u64,
    skipped: u64,
}

/// A line of the output for machines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Line<'a> {
    /// A setting and its origin.
    Setting(&'a Setting),
    /// A check and its result.
    Check(&'a Check),
    /// The numbers of checks by result; the last line.
    Summary(&'a Summary),
}

/// The output so far. Machines get each line at once, people get tables.
pub(crate) struct Report {
    out: Output,
    settings: Columns,
    checks: Vec<Check>,
}

impl Report {
    pub(crate) fn new(out: Output) -> Self {
        Self { out, settings: Columns::new(["setting", "value", "origin", "set by"]), checks: Vec::new() }
    }

    pub(super) fn setting(&mut self, setting: Setting) -> Result<(), WriteError> {
        if self.out.json {
            return self.out.json(&Line::Setting(&setting));
        }
        let hidden = if setting.is_set { "(set)" } else { "-" };
        self.settings.add([
            setting.name.to_owned(),
            setting.value.unwrap_or_else(|| hidden.to_owned()),
            setting.origin.map_or("-", Origin::as_str).to_owned(),
            setting.source.unwrap_or_else(|| "-".to_owned()),
        ]);
        Ok(())
    }

    /// Prints the table of settings, for people.
    pub(super) fn show_settings(&self) -> Result<(), WriteError> {
        if self.out.json {
            return Ok(());
        }
        self.settings.show(self.out)?;
        self.out.line("")
    }

    pub(crate) fn check(&mut self, check: Check) -> Result<(), WriteError> {
        if self.out.json {
            self.out.json(&Line::Check(&check))?;
            self.out.flush()?;
        }
        self.checks.push(check);
        Ok(())
    }

    /// Prints the rest, and returns the exit: the code that all failures have in common, or 1.
    pub(crate) fn end(self, deny_warnings: bool) -> Result<Exit, Failure> {
        let count = |result| count(self.checks.iter().filter(|check| check.result == result).count());
        let summary = Summary {
            ok: count(CheckResult::Ok),
            warnings: count(CheckResult::Warning),
            failed: count(CheckResult::Failed),
            skipped: count(CheckResult::Skipped),
        };
        if self.out.json {
            self.out.json(&Line::Summary(&summary))?;
        } else {
            self.show(summary)?;
        }
        let is_failure = |check: &&Check| {
            check.result == CheckResult::Failed || deny_warnings && check.result == CheckResult::Warning
        };
        let failures: Vec<_> = self.checks.iter().filter(is_failure).collect();
        let Some(first) = failures.first() else { return Ok(Exit::Done) };
        let exit = if failures.iter().all(|check| check.exit == first.exit) { first.exit } else { Exit::Failure };
        let names: Vec<_> = failures.iter().map(|check| check.name()).collect();
        let message = format!("{} of {} checks failed: {}", failures.len(), self.checks.len(), names.join(", "));
        Err(Failure::new(exit, message).with_details(|details| {
            details.ok = Some(summary.ok);
            details.warnings = Some(summary.warnings);
            details.failed = Some(summary.failed);
            details.skipped = Some(summary.skipped);
        }))
    }

    fn show(&self, Summary { ok, warnings, failed, skipped }: Summary) -> Result<(), WriteError> {
        let mut columns = Columns::new(["check", "target", "result", "message"]);
        for check in &self.checks {
            let subject = check.credential.map_or_else(String::new, |credential| format!("{credential}: "));
            columns.add([
                check.kind.as_str().to_owned(),
                check.target.unwrap_or("-").to_owned(),
                check.result.as_str().to_owned(),
                format!("{subject}{}", check.message),
            ]);
        }
        columns.show(self.out)?;
        self.out.line("")?;
        for check in &self.checks {
            if let Some(help) = &check.help {
                self.out.line(&format!("{}: {help}", check.name()))?;
            }
        }
        self.out.line(&format!("{ok} ok, {warnings} with a warning, {failed} failed, {skipped} skipped"))
    }
}
