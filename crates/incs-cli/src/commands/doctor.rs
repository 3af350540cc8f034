//! `incs doctor`: checks the settings, both hosts, the clock and the credentials. It sends no message.

mod credentials;
mod hosts;
pub(crate) mod report;

use std::time::Duration;

use clap::Args;
use futures_util::future::join_all;
use incs_facade::client::Client;
use incs_facade::client::endpoint::Host;
use incs_facade::client::retry::RetryPolicy;
use incs_facade::model::Channel;

use self::credentials::Credentials;
use self::hosts::Target;
use self::report::{Check, CheckKind, Report};
use crate::args::parse_duration;
use crate::connect::{self, NamingTransport};
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::settings::Settings;

/// The arguments of `incs doctor`.
#[derive(Debug, Args)]
#[command(after_help = "No message is sent: the calls are GET /, a status query, and lists of templates and tasks. \
    With an account a token is fetched.")]
pub(crate) struct Doctor {
    /// Maximum time for each connection, and again for each reply
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    timeout: Duration,
    /// Treat warnings as failures
    #[arg(long)]
    deny_warnings: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Doctor, context: &Context) -> Result<Exit, Failure> {
    connect::runtime()?.block_on(examine(args, context))
}

async fn examine(args: &Doctor, context: &Context) -> Result<Exit, Failure> {
    let mut report = Report::new(context.out);
    match prepare(args, context, &mut report) {
        Ok(plan) => {
            report.check(Check::ok(CheckKind::Settings, "the settings are complete and consistent"))?;
            plan.carry_out(&mut report).await?;
        }
        Err(Unprepared::Settings(failure)) => {
            report.check(Check::of_failure(&failure))?;
            for kind in CheckKind::ALL.into_iter().filter(|kind| *kind != CheckKind::Settings) {
                report.check(Check::skipped(kind, "the settings cannot be used"))?;
            }
        }
        Err(Unprepared::Output(failure)) => return Err(failure),
    }
    report.end(args.deny_warnings)
}

/// The reason that nothing can be checked.
enum Unprepared {
    Settings(Failure),
    Output(Failure),
}

/// Everything that the checks need.
struct Plan {
    transport: NamingTransport,
    client: Client,
    targets: Vec<Target>,
    credentials: Credentials,
    timeout: Duration,
}

/// Lists the settings, and builds what they describe.
fn prepare(args: &Doctor, context: &Context, report: &mut Report) -> Result<Plan, Unprepared> {
    let settings = Settings::load(context).map_err(Unprepared::Settings)?;
    for setting in settings.origins(context) {
        report.setting(setting).map_err(|error| Unprepared::Output(error.into()))?;
    }
    report.show_settings().map_err(|error| Unprepared::Output(error.into()))?;
    plan(args, &settings).map_err(Unprepared::Settings)
}

fn plan(args: &Doctor, settings: &Settings) -> Result<Plan, Failure> {
    let timeout = args.timeout;
    let builder = connect::with_transport(settings, |transport| transport.connect_timeout(timeout))?;
    // A second attempt would hide a fault.
    let client = connect::build(builder.retry(RetryPolicy::never()).attempt_timeout(timeout.saturating_mul(2)))?;
    let transport = NamingTransport(connect::transport(settings)?.connect_timeout(timeout).build());
    let proxy = settings.proxy_url()?;
    let target = |role, url: &str| Target::new(role, url, proxy.as_ref());
    let chat = settings.chat_url()?;
    let chat = chat.as_ref().map_or(Host::Chat.default_url(), |url| url.expose());
    let api = settings.api_url()?;
    let api = api.as_ref().map_or(Host::Api.default_url(), |url| url.expose());
    let mut targets = vec![target("chat", chat)?, target("api", api)?];
    for (channel, url) in settings.channel_urls()? {
        if url.expose() != chat {
            targets.push(target(role_of(&channel), url.expose())?);
        }
    }
    Ok(Plan { transport, client, targets, credentials: Credentials::of(settings)?, timeout })
}

fn role_of(channel: &Channel) -> &'static str {
    match channel {
        Channel::WhatsApp => "whatsapp",
        Channel::Viber => "viber",
        Channel::Rcs => "rcs",
        _ => "channel",
    }
}

impl Plan {
    async fn carry_out(&self, report: &mut Report) -> Result<(), Failure> {
        let probes = self.targets.iter().map(|target| hosts::probe(&self.transport, target, self.timeout));
        let mut replied = Vec::new();
        for (target, found) in self.targets.iter().zip(join_all(probes).await) {
            if found.has_replied {
                replied.push(target.role);
            }
            for check in found.checks {
                report.check(check)?;
            }
        }
        for check in self.credentials.check(&self.client, &self.targets, &replied).await {
            report.check(check)?;
        }
        Ok(())
    }
}
