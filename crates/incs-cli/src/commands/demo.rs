//! `incs demo`: the whole of it in a minute, against a sandbox of its own.

mod stage;
mod steps;
mod timeline;

use clap::Args;
use tokio::signal;

use self::stage::Stage;
use self::timeline::Timeline;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The seed of ids, delays and faults
    #[arg(long, default_value_t = 7, value_name = "N")]
    seed: u64,
    /// Leave the sandbox and its console running until ctrl-c
    #[arg(long)]
    keep: bool,
}

/// Runs it.
pub(crate) fn run(args: &Demo, context: &Context) -> Result<Exit, Failure> {
    connect::runtime()?.block_on(play(args, context))
}

async fn play(args: &Demo, context: &Context) -> Result<Exit, Failure> {
    let mut stage = Stage::set(args.seed, Timeline::new(context.out)).await?;
    stage.timeline.opening(&stage.sandbox.console_url(), stage.receiver.url(), args.seed);
    let mut missed = 0;
    for (index, step) in steps::all().iter().enumerate() {
        stage.timeline.step(index + 1, step.title);
        match (step.run)(&mut stage).await {
            Ok(shown) => stage.timeline.done(&shown),
            Err(why) => {
                missed += 1;
                stage.timeline.missed(&why);
            }
        }
    }
    stage.timeline.closing(stage.tally(), missed);
    if args.keep {
        stage.timeline.kept(&stage.sandbox.console_url());
        let _ = signal::ctrl_c().await;
    }
    stage.strike().await;
    Ok(if missed == 0 { Exit::Done } else { Exit::Failure })
}
