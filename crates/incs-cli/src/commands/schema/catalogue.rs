//! The catalogue of the lines that `--json` prints, with their JSON Schemas.

use incs_facade::model::inbound::Inbound;
use incs_facade::model::schema::printed::{document, printed, received};
use incs_facade::model::{task, template};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use super::lines;
use crate::commands::{
    auth, demo, doctor, explain, inbox, outbox, reference, sandbox, send, status, template as templates, validate,
    webhook,
};
use crate::lines::{Diagnostic, INBOUND};

/// The contract of the schemas, which is their folder below all schemas.
pub(super) const CONTRACT: &str = "cli";

/// The schema of one kind of lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineSchema {
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    schema: fn() -> Schema,
}

impl LineSchema {
    const fn new(name: &'static str, title: &'static str, summary: &'static str, schema: fn() -> Schema) -> Self {
        Self { name, title, summary, schema }
    }

    pub(super) fn file_name(&self) -> String {
        format!("{CONTRACT}/{}.json", self.name)
    }

    pub(super) fn id(&self) -> String {
        format!("urn:incs:schema:{CONTRACT}:{}", self.name)
    }

    pub(super) fn title(&self) -> &'static str {
        self.title
    }

    pub(super) fn summary(&self) -> &'static str {
        self.summary
    }

    pub(super) fn to_value(self) -> Value {
        document((self.schema)(), &self.id(), self.title, self.summary)
    }
}

/// All schemas of lines, by name.
pub(super) const ALL: &[LineSchema] = &[
    LineSchema::new("code-line", "Exit code line", "A line of `exit-codes`.", printed::<reference::ExitCode>),
    LineSchema::new(
        "completion-line",
        "Completion line",
        "The line of `completions`.",
        printed::<reference::Script<'_>>,
    ),
    LineSchema::new("demo-line", "Demo line", "A line of `demo`.", printed::<demo::timeline::Line<'_>>),
    LineSchema::new(
        "doctor-line",
        "Doctor line",
        "A line of `doctor` and `relay doctor`: a setting, a check, or the summary.",
        printed::<doctor::report::Line<'_>>,
    ),
    LineSchema::new(
        "dry-run-line",
        "Dry run line",
        "A line of `send --dry-run` for a message that would be sent.",
        printed::<send::Preview<'_>>,
    ),
    LineSchema::new(
        "error-line",
        "Error line",
        "The error of any command, and a warning during it, on standard error.",
        printed::<Diagnostic<'_>>,
    ),
    LineSchema::new(
        "explanation-line",
        "Explanation line",
        "A line of `explain` for one code of one platform.",
        printed::<explain::Line>,
    ),
    LineSchema::new("export-line", "Export line", "A line of `schema export`.", printed::<lines::ExportLine>),
    LineSchema::new(
        "inbox-erased-line",
        "Inbox erased line",
        "The line of `inbox erase`.",
        printed::<inbox::lines::ErasedLine>,
    ),
    LineSchema::new(
        "inbox-item-line",
        "Inbox item line",
        "A line of `inbox list` and `inbox show` for one stored item.",
        printed::<inbox::lines::ItemLine>,
    ),
    LineSchema::new(
        "inbox-migrated-line",
        "Inbox migrated line",
        "The line of `relay migrate`.",
        printed::<inbox::lines::MigratedLine>,
    ),
    LineSchema::new(
        "inbox-result-line",
        "Inbox result line",
        "A line of `inbox retry`, `inbox dead-letter` and `inbox replay` for one item.",
        printed::<inbox::lines::ResultLine>,
    ),
    LineSchema::new(
        "inbox-serve-line",
        "Inbox serve line",
        "A line of `inbox serve`.",
        printed::<inbox::serve::printer::ServeLine>,
    ),
    LineSchema::new(
        "inbox-stats-line",
        "Inbox stats line",
        "The line of `inbox stats`.",
        printed::<inbox::lines::StatsLine>,
    ),
    LineSchema::new(
        "inbox-vacuumed-line",
        "Inbox vacuumed line",
        "The line of `relay vacuum`.",
        printed::<inbox::lines::VacuumedLine>,
    ),
    LineSchema::new(
        "items-line",
        "Items line",
        "The line of `webhook parse`.",
        with_inbound::<webhook::parse::Document>,
    ),
    LineSchema::new(
        "listen-line",
        "Listen line",
        "A line of `webhook listen`.",
        with_inbound::<webhook::listen::printer::ListenLine<'_>>,
    ),
    LineSchema::new("manual-file-line", "Manual file line", "A line of `man --dir`.", printed::<reference::ManualFile>),
    LineSchema::new("manual-line", "Manual line", "The line of `man`.", printed::<reference::ManualPage<'_>>),
    LineSchema::new(
        "outbox-decision-line",
        "Outbox decision line",
        "A line of `outbox resolve` and `outbox cancel` for one message.",
        printed::<outbox::lines::DecisionLine>,
    ),
    LineSchema::new(
        "outbox-gap-line",
        "Outbox gap line",
        "A line of `outbox audit` for an accepted message without a receipt.",
        printed::<outbox::lines::GapLine>,
    ),
    LineSchema::new(
        "outbox-message-line",
        "Outbox message line",
        "A line of `outbox list` for one message.",
        printed::<outbox::lines::MessageLine>,
    ),
    LineSchema::new(
        "outbox-shown-line",
        "Outbox shown line",
        "The line of `outbox show`.",
        printed::<outbox::lines::ShownLine>,
    ),
    LineSchema::new(
        "outbox-stats-line",
        "Outbox stats line",
        "The line of `outbox stats`.",
        printed::<outbox::lines::StatsLine>,
    ),
    LineSchema::new(
        "posted-line",
        "Posted line",
        "The line of `webhook trigger`.",
        printed::<webhook::trigger::TriggerLine>,
    ),
    LineSchema::new(
        "rcs-template-line",
        "RCS template line",
        "A line of `template list` and `template get` for RCS, as the platform returned it.",
        received::<template::rcs::Template>,
    ),
    LineSchema::new(
        "sample-line",
        "Sample line",
        "A line of `webhook trigger --list`.",
        printed::<webhook::trigger::Sample<'_>>,
    ),
    LineSchema::new("sandbox-line", "Sandbox line", "The line of `sandbox`.", printed::<sandbox::Line<'_>>),
    LineSchema::new("schema-line", "Schema line", "A line of `schema list`.", printed::<lines::ListLine>),
    LineSchema::new(
        "schema-text-line",
        "Schema text line",
        "The line of `schema print`.",
        printed::<lines::PrintedSchema>,
    ),
    LineSchema::new("send-line", "Send line", "A line of `send` for one message.", printed::<send::line::Line<'_>>),
    LineSchema::new("sign-line", "Sign line", "The line of `webhook sign`.", printed::<webhook::sign::SignLine>),
    LineSchema::new(
        "status-line",
        "Status line",
        "A line of `status` for one message.",
        printed::<status::StatusLine<'_>>,
    ),
    LineSchema::new(
        "task-line",
        "Task line",
        "A line of `task list` and `task create`, as the platform returned it.",
        received::<task::Task>,
    ),
    LineSchema::new(
        "template-created-line",
        "Created template line",
        "The line of `template create`.",
        printed::<templates::manage::Created>,
    ),
    LineSchema::new(
        "template-deleted-line",
        "Deleted template line",
        "The line of `template delete`.",
        printed::<templates::manage::Deleted<'_>>,
    ),
    LineSchema::new("token-line", "Token line", "The line of `auth token`.", printed::<auth::TokenLine<'_>>),
    LineSchema::new(
        "verdict-line",
        "Verdict line",
        "A line of `validate`, `template check` and `schema check` for one document.",
        printed::<validate::Verdict>,
    ),
    LineSchema::new(
        "verify-line",
        "Verify line",
        "The line of `webhook verify`.",
        printed::<webhook::verify::VerifyLine>,
    ),
    LineSchema::new(
        "whatsapp-template-line",
        "WhatsApp template line",
        "A line of `template list` and `template get` for WhatsApp, as the platform returned it.",
        received::<template::whatsapp::Template>,
    ),
];

/// Returns the schema of a printed type that holds customers' messages. These have the open schema of received values: its optional
/// members may be null.
fn with_inbound<T: JsonSchema>() -> Schema {
    let (mut schema, mut inbound) = (printed::<T>(), received::<Inbound>());
    let mut definitions = match inbound.remove("$defs") {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    for keyword in ["$schema", "title"] {
        inbound.remove(keyword);
    }
    definitions.insert(INBOUND.to_owned(), inbound.to_value());
    if let Some(Value::Object(own)) = schema.remove("$defs") {
        definitions.extend(own);
    }
    schema.insert("$defs".to_owned(), Value::Object(definitions));
    schema
}
