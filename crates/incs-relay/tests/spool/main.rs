//! Kills a relay with a spool at every named point of the spool and at random, while its store is switched off and on. What was answered
//! with 200 must be in the store once and be handled, in the order of each customer.
//!
//! The child is this program itself. The store is a file that this process owns, so it survives the child as a database server does.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `INCS_CRASH_MINUTES` | runs random kills for this time instead of a few seconds, and each point with 1, 3 and 10 kills in a row |

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

mod child;
mod load;
mod switch;

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use incs_relay::failpoint::SPOOL_LABELS;
use incs_relay::store::{SqliteStore, Store as _};
use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::child::Child;
use crate::load::Load;
use crate::switch::Mode;

/// The time within which a child must pass a point or forward everything.
const PATIENCE: Duration = Duration::from_mins(1);

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(child::ARGUMENT) {
        return child::run();
    }
    let arguments = Arguments::from_args();
    let minutes: Option<u64> = std::env::var("INCS_CRASH_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    let in_a_row: &[usize] = if minutes.is_some() { &[1, 3, 10] } else { &[1] };
    let mut trials = Vec::new();
    for (label, kills) in SPOOL_LABELS.iter().flat_map(|label| in_a_row.iter().map(move |kills| (label, *kills))) {
        trials.push(trial(format!("kill::{label}::{kills}"), move || killed_at(label, kills)));
    }
    let time = minutes.map_or(Duration::from_secs(8), |minutes| Duration::from_secs(minutes * 60));
    trials.push(trial("random_kills".to_owned(), move || killed_at_random(time)));
    trials.push(trial("store_off_for_seconds_then_kill".to_owned(), store_off_for_seconds));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: String, run: impl Fn() -> Result<()> + Send + 'static) -> Trial {
    Trial::test(name, move || run().map_err(|error| Failed::from(format!("{error:?}"))))
}

/// A folder with a store, and customers who post to the child that runs.
struct Stage {
    runtime: Runtime,
    store: SqliteStore,
    load: Load,
    folder: TempDir,
}

impl Stage {
    fn new() -> Result<Self> {
        let (runtime, folder) = (Runtime::new()?, TempDir::new()?);
        let store = runtime.block_on(SqliteStore::open(folder.path().join("store.db")))?;
        set(folder.path(), Mode::On)?;
        Ok(Self { runtime, store, load: Load::default(), folder })
    }

    /// Runs a part of a test under load, and checks the store after everything was forwarded and handled.
    fn run(self, part: impl FnOnce(&Self) -> Result<()>) -> Result<Load> {
        let (result, sent) = std::thread::scope(|scope| {
            let customers = scope.spawn(|| self.load.send(6));
            let result = part(&self);
            self.load.is_over.store(true, Ordering::Relaxed);
            (result, customers.join())
        });
        result?;
        set(self.folder.path(), Mode::On)?;
        let mut child = Child::start(self.folder.path(), None)?;
        let deadline = Instant::now() + PATIENCE;
        let open = || anyhow::Ok(self.runtime.block_on(self.store.stats())?.open);
        while child.waiting()? > 0 || open()? > 0 {
            ensure!(Instant::now() < deadline, "{} wait in the spool, {} are open", child.waiting()?, open()?);
            std::thread::sleep(Duration::from_millis(20));
        }
        child.stop()?;
        let items = self.runtime.block_on(self.store.read(None, usize::MAX >> 1))?;
        load::check(self.folder.path(), &items, &sent.ok().context("a customer panicked")?)?;
        Ok(self.load)
    }

    /// Starts a child, and has the customers post to it.
    fn start(&self, crash: Option<(&str, usize)>) -> Result<Child> {
        let child = Child::start(self.folder.path(), crash)?;
        self.load.port.store(child.port().unwrap_or(0), Ordering::Relaxed);
        Ok(child)
    }

    /// Switches the store on and off until it is time to end.
    fn flip(&self, random: &mut Random, is_over: &mut impl FnMut() -> Result<bool>) -> Result<()> {
        for mode in [Mode::Off, Mode::On, Mode::Hangs, Mode::On, Mode::Loses, Mode::On].into_iter().cycle() {
            set(self.folder.path(), mode)?;
            let longest = if mode == Mode::On { 700 } else { 300 };
            let end = Instant::now() + Duration::from_millis(20 + random.next() % longest);
            while Instant::now() < end {
                if is_over()? {
                    self.load.port.store(0, Ordering::Relaxed);
                    return Ok(());
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        Ok(())
    }
}

/// Tells the child what its store does.
fn set(folder: &Path, mode: Mode) -> Result<()> {
    // By another name first, so that the child never reads half of it.
    std::fs::write(folder.join("next"), [mode as u8])?;
    Ok(std::fs::rename(folder.join("next"), folder.join("mode"))?)
}

/// A small generator of numbers, so that a run can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Kills the child at a point, some times in a row.
fn killed_at(label: &str, kills: usize) -> Result<()> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let run = |stage: &Stage| {
        (0..kills).try_for_each(|kill| {
            let passes = if label == "spool.forwarded" { 1 + kill % 4 } else { 1 + kill * 7 % 40 };
            let mut child = stage.start(Some((label, passes)))?;
            let deadline = Instant::now() + PATIENCE;
            stage.flip(&mut random, &mut || {
                ensure!(Instant::now() < deadline, "{label} was not passed {passes} times");
                child.has_ended()
            })?;
            child.wait_for_kill()
        })
    };
    Stage::new()?.run(run).map(drop)
}

/// Kills the child at random moments for some time.
fn killed_at_random(time: Duration) -> Result<()> {
    let (deadline, mut random) = (Instant::now() + time, Random(0x2545_F491_4F6C_DD1D));
    let mut kills = 0;
    let load = Stage::new()?.run(|stage| {
        while Instant::now() < deadline {
            let mut child = stage.start(None)?;
            let end = Instant::now() + Duration::from_millis(20 + random.next() % 1500);
            stage.flip(&mut random, &mut || Ok(Instant::now() >= end))?;
            child.kill()?;
            kills += 1;
        }
        Ok(())
    })?;
    let (accepted, refused) = (load.accepted.load(Ordering::Relaxed), load.refused.load(Ordering::Relaxed));
    println!("{kills} kills, {accepted} webhooks answered with 200, {refused} without a reply or with 503");
    ensure!(kills > 3 && accepted > 100, "{kills} kills, {accepted} webhooks: too few to show anything");
    Ok(())
}

/// Switches the store off for some seconds under load. Every webhook is answered with 200. Then the child is killed.
fn store_off_for_seconds() -> Result<()> {
    let load = Stage::new()?.run(|stage| {
        let mut child = stage.start(None)?;
        while stage.load.accepted.load(Ordering::Relaxed) < 100 {
            std::thread::sleep(Duration::from_millis(1));
        }
        set(stage.folder.path(), Mode::Off)?;
        std::thread::sleep(Duration::from_secs(3));
        ensure!(child.waiting()? > 100, "{} webhooks wait", child.waiting()?);
        stage.load.port.store(0, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(100));
        ensure!(stage.load.refused.load(Ordering::Relaxed) < 1000, "webhooks were refused");
        child.kill()
    })?;
    ensure!(load.unavailable.load(Ordering::Relaxed) == 0, "a webhook was answered with another status than 200");
    Ok(())
}
