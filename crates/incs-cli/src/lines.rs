//! The lines that `--json` prints: their JSON Schemas, and the lines of any command.

use std::borrow::Cow;

use incs_facade::client::RequestState;
use incs_facade::model::inbound::Inbound;
use incs_facade::model::schema::printed::{document, printed, received};
use incs_facade::model::{task, template};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::commands::validate::{Verdict, Violation};
use crate::commands::{
    auth, demo, doctor, explain, reference, sandbox, schema, send, status, template as templates, webhook,
};

/// The contract of the schemas, which is their folder below all schemas.
pub(crate) const CONTRACT: &str = "cli";

/// The schema of one kind of lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineSchema {
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    schema: fn() -> Schema,
}

impl LineSchema {
    const fn new(name: &'static str, title: &'static str, summary: &'static str, schema: fn() -> Schema) -> Self {
        Self { name, title, summary, schema }
    }

    pub(crate) fn file_name(&self) -> String {
        format!("{CONTRACT}/{}.json", self.name)
    }

    pub(crate) fn id(&self) -> String {
        format!("urn:incs:schema:{CONTRACT}:{}", self.name)
    }

    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    pub(crate) fn summary(&self) -> &'static str {
        self.summary
    }

    pub(crate) fn to_value(self) -> Value {
        document((self.schema)(), &self.id(), self.title, self.summary)
    }
}

/// All schemas of lines, by name.
pub(crate) const ALL: &[LineSchema] = &[
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
        "A line of `doctor`: a setting, a check, or the summary.",
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
    LineSchema::new("export-line", "Export line", "A line of `schema export`.", printed::<schema::ExportLine>),
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
    LineSchema::new("schema-line", "Schema line", "A line of `schema list`.", printed::<schema::ListLine>),
    LineSchema::new("schema-text-line", "Schema text line", "The line of `schema print`.", printed::<PrintedSchema>),
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
        printed::<Verdict>,
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

/// Converts a count for a line.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// An error or a warning of any command, on standard error.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Diagnostic<'a> {
    /// The command failed.
    Error {
        /// Exit code of the program.
        exit_code: u8,
        /// The fault in words.
        message: &'a str,
        /// Next step for a person.
        #[serde(skip_serializing_if = "Option::is_none")]
        help: Option<&'a str>,
        #[serde(flatten)]
        details: &'a Details,
    },
    /// The command goes on.
    Warning {
        /// The warning in words.
        message: &'a str,
    },
}

/// Further members of an error: of the error of a call, counts of results, or what a command suggests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Details {
    /// Kind of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'static str>,
    /// State of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_state: Option<StateWord>,
    /// Advice whether and when to retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_advice: Option<&'static str>,
    /// Number of attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempts: Option<u32>,
    /// Code of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<i64>,
    /// Code of the provider behind the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider_code: Option<u32>,
    /// HTTP status of the last reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_status: Option<u16>,
    /// The platform's own text; only with `--platform-message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) platform_message: Option<String>,
    /// Violations of the rules of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) violations: Option<Vec<Violation>>,
    /// Names that were probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suggestions: Option<Vec<String>>,
    /// Codes that `explain` does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) codes: Option<Vec<String>>,
    /// Number of messages of `send`, and by state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accepted: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rejected: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unknown: Option<u64>,
    /// Number of results that standard output did not take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unwritten: Option<u64>,
    /// Number of messages of a dry run that would be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) good: Option<u64>,
    /// Number of messages of a dry run that would not be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bad: Option<u64>,
    /// Number of messages of `status` that the platform knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) found: Option<u64>,
    /// Number of messages of `status` that it does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_found: Option<u64>,
    /// Number of messages of `status`, or of checks of `doctor`, that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<u64>,
    /// Number of messages of `status --wait` that reached the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reached: Option<u64>,
    /// Number of messages of `status --wait` that did not reach it in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<u64>,
    /// Number of checks of `doctor` that are ok, have a warning, or were skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ok: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warnings: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<u64>,
}

/// The state of a request in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StateWord {
    NotSent,
    Rejected,
    Unknown,
    Accepted,
}

impl From<RequestState> for StateWord {
    fn from(state: RequestState) -> Self {
        match state {
            RequestState::NotSent => Self::NotSent,
            RequestState::Rejected => Self::Rejected,
            RequestState::Unknown => Self::Unknown,
            RequestState::Accepted => Self::Accepted,
        }
    }
}

/// A JSON Schema, the OpenAPI document, or a module of types.
struct PrintedSchema;

impl JsonSchema for PrintedSchema {
    fn schema_name() -> Cow<'static, str> {
        "PrintedSchema".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = json!({ "type": "string" });
        let module = generator.subschema_for::<schema::ModuleLine>();
        json_schema!({ "oneOf": [
            {
                "description": "A JSON Schema.",
                "type": "object",
                "properties": { "$id": text, "$schema": text, "title": text, "description": text },
                "required": ["$id", "$schema", "title", "description"],
            },
            {
                "description": "The OpenAPI document.",
                "type": "object",
                "properties": { "openapi": text, "info": { "type": "object" }, "paths": { "type": "object" } },
                "required": ["openapi", "info", "paths"],
            },
            module,
        ] })
    }
}

/// Stands for a customer's message in the schema of a printed line. [`with_inbound`] adds the definition.
pub(crate) struct ReceivedInbound;

/// The name of the definition.
const INBOUND: &str = "InboundMessage";

impl JsonSchema for ReceivedInbound {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        INBOUND.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "$ref": format!("#/$defs/{INBOUND}") })
    }
}

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
