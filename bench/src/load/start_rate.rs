//! Compares the start time of `incs` with the start time of a plain clap program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

#[derive(Debug, clap::Args)]
pub(crate) struct StartRate {
    /// Path of the program `incs`, built with `--release`
    #[arg(long, default_value = "target/release/incs")]
    incs: PathBuf,
    /// Path of the bare program, built with `--release`
    #[arg(long, default_value = "target/release/bare-clap")]
    bare: PathBuf,
    /// Number of starts of each
    #[arg(long, default_value_t = 300)]
    starts: usize,
    /// Fail if `incs` takes more than this many times as long
    #[arg(long)]
    at_most: Option<f64>,
}

pub(crate) fn run(options: &StartRate) -> Result<()> {
    let (mut incs, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=options.starts {
        // The programs alternate, so that both run under the same conditions.
        let (of_bare, of_incs) = (start(&options.bare)?, start(&options.incs)?);
        // The first start reads the programs from the disk.
        if round > 0 {
            bare.push(of_bare);
            incs.push(of_incs);
        }
    }
    let (bare, incs) = (median(bare)?, median(incs)?);
    let ratio = incs.as_secs_f64() / bare.as_secs_f64();
    println!("median of {} starts: bare clap {bare:.2?}, incs {incs:.2?}, ratio {ratio:.2}", options.starts);
    for program in [&options.bare, &options.incs] {
        println!("size of {}: {:.1} MB", program.display(), mega(program)?);
    }
    if let Some(most) = options.at_most {
        ensure!(ratio <= most, "{ratio:.2} is more than {most:.2}");
    }
    Ok(())
}

fn start(program: &Path) -> Result<Duration> {
    let begin = Instant::now();
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).status();
    let status = status.with_context(|| format!("{} does not start; build it with `--release`", program.display()))?;
    ensure!(status.success(), "{} failed", program.display());
    Ok(begin.elapsed())
}

fn median(mut times: Vec<Duration>) -> Result<Duration> {
    times.sort();
    times.get(times.len() / 2).copied().context("no start was measured")
}

fn mega(program: &Path) -> Result<f64> {
    #[allow(clippy::cast_precision_loss, reason = "the size of a file")]
    let bytes = std::fs::metadata(program)?.len() as f64;
    Ok(bytes / 1e6)
}
