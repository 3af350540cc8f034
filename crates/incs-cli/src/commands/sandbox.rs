//! `incs sandbox`: a local INCS with a web console.

mod options;

use clap::Args;
use incs_sandbox::Sandbox as Running;
use serde_json::json;
use tokio::signal;

use self::options::Options;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `incs sandbox`.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    #[command(flatten)]
    options: Options,
}

/// Runs it until ctrl-c, or the signal by which systems end programs.
pub(crate) fn run(args: &Sandbox, context: &Context) -> Result<Exit, Failure> {
    let builder = args.options.builder(context)?;
    super::runtime()?.block_on(async {
        let sandbox = builder.start().await.map_err(|error| options::not_started(&error))?;
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
