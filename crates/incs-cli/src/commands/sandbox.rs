//! `incs sandbox`: a local INCS with a web console.

use std::error::Error as _;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use incs_facade::webhook::scheme::Refusal;
use incs_facade::webhook::testing::sign::{Draft, Proof, Sign};
use incs_sandbox::{Builder, HttpStatus, Memory, Pace, Rule, Sandbox as Running, StartError, Webhook, Window, presets};
use serde_json::json;
use tokio::signal;

use super::webhook::scheme::{Proving, SchemeArgs};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Context, Output};

/// The arguments of `incs sandbox`.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    #[command(flatten)]
    options: Options,
}

/// Runs it until ctrl-c, or the signal by which systems end programs.
pub(crate) fn run(args: &Sandbox, context: &Context) -> Result<Exit, Failure> {
    let builder = args.options.builder(context)?;
    connect::runtime()?.block_on(async {
        let sandbox = builder.start().await.map_err(|error| not_started(&error))?;
        ready(context.out, &sandbox, args.options.seed);
        ended().await;
        sandbox.shutdown().await;
        Ok(Exit::Done)
    })
}

/// Says where it is, and what to do next.
fn ready(out: Output, sandbox: &Running, seed: u64) {
    let (base, console, code) = (sandbox.base_url(), sandbox.console_url(), sandbox.certification_code());
    if out.json {
        return out.json(&json!({
            "type": "ready", "base_url": base, "console_url": console, "certification_code": code, "seed": seed,
        }));
    }
    let (bold, dim) = (anstyle::Style::new().bold(), anstyle::Style::new().dimmed());
    out.line(&format!("{bold}a local INCS is up{bold:#}  {dim}seed {seed}{dim:#}\n"));
    out.line(&format!("  API      {base}   {dim}both host roles{dim:#}"));
    out.line(&format!("  console  {console}"));
    out.line(&format!("  code     {code}\n"));
    out.line("In another terminal:\n");
    out.line(&format!("  export INCS_BASE_URL={base}"));
    out.line(&format!("  export INCS_CERTIFICATION_CODE={code}"));
    out.line("  incs send text --to 85251230088 --text 'Your table is ready.'\n");
    out.note("ctrl-c ends it");
}

#[cfg(unix)]
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn ended() {
    let _ = signal::ctrl_c().await;
}

/// What a sandbox can be told on the command line.
#[derive(Debug, Args)]
struct Options {
    /// The port on 127.0.0.1; 0 for a free one
    #[arg(long, default_value_t = 0, value_name = "P")]
    port: u16,
    /// The seed of ids, delays and faults
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// A URL that gets the webhooks of INCS; may be given several times
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,
    /// A URL that gets callbacks in Exotel's form, for RCS; may be given several times
    #[arg(long, value_name = "URL")]
    exotel_webhook: Vec<String>,
    /// Which events the webhooks get; all if not given
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    events: Vec<String>,
    #[command(flatten)]
    signed: SchemeArgs,
    /// Spell webhooks as PHP does, which is how the platform does: `\/` and `\uXXXX`
    #[arg(long)]
    php: bool,
    /// Let webhooks go to other machines
    #[arg(long)]
    allow_remote: bool,
    /// The HTTP status of replies that say error; what the platform does is unknown
    #[arg(long, value_name = "WHICH", value_enum, default_value = "mirrored")]
    http_status: Status,
    /// Who counts as having written in the last 24 hours
    #[arg(long, value_name = "WHO", value_enum, default_value = "presumed")]
    window: Who,
    /// How many times as fast as usual messages move on; 0 for no delay at all
    #[arg(long, value_name = "TIMES", default_value_t = 1.0)]
    speed: f64,
    /// A fault: the name of a preset, or a rule as JSON; may be given several times
    #[arg(long, value_name = "RULE")]
    fault: Vec<String>,
    /// How many messages are remembered
    #[arg(long, value_name = "N")]
    max_messages: Option<usize>,
}

/// The HTTP status of replies that say error.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    /// That of the envelope's code
    Mirrored,
    /// Always 200
    Ok,
}

/// Who counts as having written in the last 24 hours.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Who {
    /// Every customer, when the sandbox started
    Presumed,
    /// Only who really wrote
    Strict,
    /// Everybody, always
    Open,
}

/// A scheme that several webhooks share.
#[derive(Clone)]
struct Shared(Arc<dyn Proving>);

impl Sign for Shared {
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, Refusal> {
        self.0.sign(draft)
    }
}

impl Options {
    /// The sandbox that is asked for, not started yet.
    fn builder(&self, context: &Context) -> Result<Builder, Failure> {
        let mut memory = Memory::default();
        memory.messages = self.max_messages.unwrap_or(memory.messages);
        let mut builder = Running::builder()
            .seed(self.seed)
            .port(self.port)
            .pace(self.pace()?)
            .memory(memory)
            .http_status(match self.http_status {
                Status::Mirrored => HttpStatus::Mirrored,
                Status::Ok => HttpStatus::AlwaysOk,
            })
            .window(match self.window {
                Who::Presumed => Window::Presumed,
                Who::Strict => Window::Strict,
                Who::Open => Window::Open,
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
        let scheme: Option<Arc<dyn Proving>> = self.signed.build(context)?.map(Into::into);
        let finished = |webhook: Webhook| {
            let webhook = if self.php { webhook.as_php() } else { webhook };
            match &scheme {
                Some(scheme) => webhook.signed_with(Shared(Arc::clone(scheme))),
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
            _ => Err(Failure::usage("--speed: expected a number from 0 on")),
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

/// Why it did not start, with what is behind it.
fn not_started(error: &StartError) -> Failure {
    let exit = if matches!(error, StartError::Webhook(..)) { Exit::Usage } else { Exit::Failure };
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::new(exit, format!("the sandbox did not start: {error}{cause}"))
}
