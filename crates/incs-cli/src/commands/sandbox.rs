//! `incs sandbox`: a local INCS with a web console.

use std::error::Error as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use etcetera::BaseStrategy as _;
use incs_facade::model::Secret;
use incs_facade::webhook::scheme::VerifyError;
use incs_facade::webhook::testing::sign::{Draft, Proof, Sign};
use incs_sandbox::{Builder, HttpStatus, Memory, Pace, Rule, Sandbox as Running, StartError, Webhook, Window, presets};
use schemars::JsonSchema;
use serde::Serialize;

use super::webhook::scheme::{SchemeArgs, SigningScheme};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Context, Output, WriteError};
use crate::stop::{Stop, no_signals};

/// Maximum number of bytes that are read of the file with the code. A code is far shorter.
const MAX_CODE_FILE_BYTES: u64 = 4096;

/// The arguments of `incs sandbox`.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    #[command(flatten)]
    options: Options,
}

/// Runs the sandbox until a signal stops it.
pub(crate) fn run(args: &Sandbox, context: &Context) -> Result<Exit, Failure> {
    let mut builder = args.options.builder(context)?;
    let stored = read_code();
    if let Ok(Some(code)) = &stored {
        builder = builder.certification_code(code.clone());
    }
    connect::runtime()?.block_on(async {
        let mut stop = Stop::listen().map_err(|error| no_signals(&error))?;
        let sandbox = builder.start().await.map_err(|error| not_started(&error))?;
        let stored = match stored {
            Ok(None) => write_code(&sandbox.certification_code()),
            Ok(Some(_)) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            let path = code_path().map_or_else(|| "a file".to_owned(), |path| path.display().to_string());
            context
                .out
                .note(&format!("note: the code cannot be stored in {path} ({error}); the next start has another"));
        }
        if let Err(error) = ready(context.out, &sandbox, args.options.seed) {
            sandbox.shutdown().await;
            return Err(error.into());
        }
        stop.asked().await;
        sandbox.shutdown().await;
        Ok(Exit::Done)
    })
}

/// A line of the output for machines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Line<'a> {
    /// The sandbox accepts requests.
    Ready {
        base_url: &'a str,
        /// Code that the sandbox accepts.
        certification_code: &'a str,
        console_url: &'a str,
        seed: u64,
    },
}

/// Prints the addresses, the certification code and the first commands to try.
fn ready(out: Output, sandbox: &Running, seed: u64) -> Result<(), WriteError> {
    let (base, console, code) = (sandbox.base_url(), sandbox.console_url(), sandbox.certification_code());
    if out.json {
        out.sorted_json(&Line::Ready { base_url: &base, certification_code: &code, console_url: &console, seed })?;
        return out.flush();
    }
    let (bold, dim) = (anstyle::Style::new().bold(), anstyle::Style::new().dimmed());
    out.line(&format!("{bold}a local INCS is up{bold:#}  {dim}seed {seed}{dim:#}\n"))?;
    out.line(&format!("  API      {base}   {dim}both host roles{dim:#}"))?;
    out.line(&format!("  console  {console}"))?;
    out.line(&format!("  code     {code}\n"))?;
    out.line("In another terminal:\n")?;
    out.line(&format!("  export INCS_BASE_URL={base}"))?;
    out.line(&format!("  export INCS_CERTIFICATION_CODE={code}"))?;
    out.line("  incs send text --to 85251230088 --text 'Your table is ready.'\n")?;
    out.flush()?;
    out.note("press ctrl-c to stop");
    Ok(())
}

/// The options of a sandbox.
#[derive(Debug, Args)]
struct Options {
    /// Port on 127.0.0.1 to listen on; 0 for a free one
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    port: u16,
    /// Seed of ids, delays and faults
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Post the webhooks of INCS to this URL; may be repeated
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,
    /// Post RCS callbacks in Exotel's form to this URL; may be repeated
    #[arg(long, value_name = "URL")]
    exotel_webhook: Vec<String>,
    /// Post only events of these kinds [default: all]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    events: Vec<String>,
    #[command(flatten)]
    signed: SchemeArgs,
    /// Encode webhooks like the platform, with the escapes of PHP: `\/` and `\uXXXX`
    #[arg(long)]
    php: bool,
    /// Allow webhook URLs on other machines
    #[arg(long)]
    allow_remote: bool,
    /// HTTP status of error replies; the status that the platform uses is unknown
    #[arg(long, value_name = "MODE", value_enum, default_value = "mirrored")]
    http_status: ErrorStatus,
    /// Customers who count as having written in the last 24 hours
    #[arg(long, value_name = "MODE", value_enum, default_value = "presumed")]
    window: WindowMode,
    /// Speed factor of message states; 0 for no delays
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    speed: f64,
    /// Inject a fault: the name of a preset, or a rule as JSON; may be repeated
    #[arg(long, value_name = "RULE")]
    fault: Vec<String>,
    /// Maximum number of messages to keep
    #[arg(long, value_name = "N")]
    max_messages: Option<usize>,
}

/// The HTTP status of error replies.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ErrorStatus {
    /// The status that matches the envelope's code
    Mirrored,
    /// Always 200
    Ok,
}

/// The customers who count as having written in the last 24 hours.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum WindowMode {
    /// Every customer, for the first 24 hours
    Presumed,
    /// Only customers who wrote
    Strict,
    /// Every customer, always
    Open,
}

/// A scheme that several webhooks share.
#[derive(Clone)]
struct SharedScheme(Arc<dyn SigningScheme>);

impl Sign for SharedScheme {
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, VerifyError> {
        self.0.sign(draft)
    }
}

impl Options {
    /// Builds the configured sandbox without starting it.
    fn builder(&self, context: &Context) -> Result<Builder, Failure> {
        let mut memory = Memory::default();
        memory.messages = self.max_messages.unwrap_or(memory.messages);
        let mut builder = Running::builder()
            .seed(self.seed)
            .port(self.port)
            .pace(self.pace()?)
            .memory(memory)
            .http_status(match self.http_status {
                ErrorStatus::Mirrored => HttpStatus::Mirrored,
                ErrorStatus::Ok => HttpStatus::AlwaysOk,
            })
            .window(match self.window {
                WindowMode::Presumed => Window::Presumed,
                WindowMode::Strict => Window::Strict,
                WindowMode::Open => Window::Open,
            });
        if self.allow_remote {
            builder = builder.allow_remote_webhooks();
        }
        for rule in self.rules()? {
            builder = builder.fault(rule);
        }
        for webhook in self.webhooks(context)? {
            builder = builder.webhook(webhook);
        }
        Ok(builder)
    }

    fn webhooks(&self, context: &Context) -> Result<Vec<Webhook>, Failure> {
        let scheme: Option<Arc<dyn SigningScheme>> = self.signed.build(context)?.map(Into::into);
        let finished = |webhook: Webhook| {
            let webhook = if self.php { webhook.as_php() } else { webhook };
            match &scheme {
                Some(scheme) => webhook.signed_with(SharedScheme(Arc::clone(scheme))),
                None => webhook,
            }
        };
        let incs = self.webhook.iter().map(|url| Webhook::to(url).events(self.events.clone()));
        let exotel = self.exotel_webhook.iter().map(|url| Webhook::to(url).exotel());
        Ok(incs.chain(exotel).map(finished).collect())
    }

    fn pace(&self) -> Result<Pace, Failure> {
        match self.speed {
            0.0 => Ok(Pace::instant()),
            speed if speed.is_finite() && speed > 0.0 => Ok(Pace::default().faster(speed)),
            _ => Err(Failure::usage("--speed: expected 0 or a positive number")),
        }
    }

    fn rules(&self) -> Result<Vec<Rule>, Failure> {
        let mut rules = Vec::new();
        for text in &self.fault {
            if text.trim_start().starts_with('{') {
                let rule = Rule::parse(text.as_bytes());
                rules.push(rule.map_err(|error| Failure::usage(format!("--fault: {error}")))?);
                continue;
            }
            let presets = presets();
            let names: Vec<_> = presets.iter().map(|preset| preset.name).collect();
            let preset = presets.iter().find(|preset| preset.name == text).ok_or_else(|| {
                Failure::usage("--fault: neither a preset nor a rule as JSON")
                    .with_help(format!("the presets are {}", names.join(", ")))
            })?;
            rules.extend(preset.rules.iter().cloned());
        }
        Ok(rules)
    }
}

/// Returns the failure of a sandbox that did not start, with its cause.
fn not_started(error: &StartError) -> Failure {
    let exit = if matches!(error, StartError::Webhook(..)) { Exit::Usage } else { Exit::Failure };
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let failure = Failure::new(exit, format!("the sandbox did not start: {error}{cause}"));
    match (error, code_path()) {
        (StartError::Code, Some(path)) => {
            failure.with_help(format!("delete {}; the next start makes a new code", path.display()))
        }
        _ => failure,
    }
}

/// Returns the path of the file with the certification code of this user's sandboxes, or `None` when the system has no folder for it.
///
/// The code is random, made at the first start, and only the user can read the file: the code stays the same after a restart, and no
/// web page can guess it.
fn code_path() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    let folder = dirs.state_dir().unwrap_or_else(|| dirs.data_dir());
    Some(folder.join("incs").join("sandbox-code"))
}

/// Reads the stored code. Returns `None` when there is no file yet.
fn read_code() -> io::Result<Option<Secret>> {
    let Some(path) = code_path() else { return Ok(None) };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(MAX_CODE_FILE_BYTES).read_to_string(&mut text)?;
    Ok(Some(text.trim_end().into()))
}

/// Stores the code for the next start.
fn write_code(code: &str) -> io::Result<()> {
    let path = code_path().ok_or(io::ErrorKind::NotFound)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // The file is renamed once it is complete, so that another sandbox never reads half a code.
    let draft = path.with_extension(std::process::id().to_string());
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(format!("{code}\n").as_bytes())?;
    fs::rename(draft, path)
}
