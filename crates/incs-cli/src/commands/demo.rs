//! `incs demo`: a one-minute tour of the program against a sandbox of its own.

mod environment;
mod steps;
pub(crate) mod timeline;

use clap::Args;

use self::environment::Environment;
use self::timeline::Timeline;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::stop::{Stop, no_signals};

/// The arguments of `incs demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Seed of ids, delays and faults
    #[arg(long, default_value_t = 7, value_name = "N")]
    seed: u64,
    /// Keep the sandbox and its console running until ctrl-c
    #[arg(long)]
    keep: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Demo, context: &Context) -> Result<Exit, Failure> {
    connect::runtime()?.block_on(play(args, context))
}

async fn play(args: &Demo, context: &Context) -> Result<Exit, Failure> {
    let mut stop = Stop::listen().map_err(|error| no_signals(&error))?;
    let mut env = Environment::start(args.seed, Timeline::new(context.out)).await?;
    let missed = tokio::select! {
        missed = steps(&mut env, args.seed) => missed,
        () = stop.asked() => Err(Failure::new(Exit::Failure, "the demo was stopped")),
    };
    if args.keep && missed.is_ok() {
        env.timeline.still_running(&env.sandbox.console_url());
        stop.asked().await;
    }
    env.stop().await;
    Ok(if missed? == 0 { Exit::Done } else { Exit::Failure })
}

/// Runs all steps and returns the number of failed ones.
async fn steps(env: &mut Environment, seed: u64) -> Result<usize, Failure> {
    env.timeline.start(&env.sandbox.console_url(), env.receiver.url(), seed)?;
    let mut missed = 0;
    for (index, step) in steps::all().iter().enumerate() {
        env.timeline.step(index + 1, step.title)?;
        match (step.run)(env).await {
            Ok(shown) => env.timeline.done(&shown)?,
            Err(why) => {
                missed += 1;
                env.timeline.failed(&why)?;
            }
        }
    }
    env.timeline.summary(env.counts(), missed)?;
    Ok(missed)
}
