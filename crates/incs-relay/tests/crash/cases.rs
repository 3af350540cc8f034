//! The cases.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use incs_relay::store::{ItemFilter, ItemState, SqliteStore, Store as _};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::child::{LEASE, RETRIES};
use crate::load::{Load, body, check, number_of};
use crate::process::Relay;

/// The most items that a kill makes the handlers repeat: those of all leased conversations.
const REPEATS_PER_KILL: u64 = 64 * 32;
/// The time for which a child is given work before a point that it never passes is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Kills the child at a point, some times in a row, under load.
pub(crate) fn killed_at(label: &str, kills: usize) -> Result<()> {
    let folder = TempDir::new()?;
    let load = Load::default();
    let (result, sent) = std::thread::scope(|scope| {
        let sender = scope.spawn(|| load.send(4, 100_000, slow));
        let result = (0..kills).try_for_each(|kill| {
            let passes = passes(label, kill);
            let mut relay = Relay::start(folder.path(), Some((label, passes)))?;
            load.port.store(relay.port().unwrap_or(0), Ordering::Relaxed);
            let deadline = Instant::now() + PATIENCE;
            while !relay.has_ended()? {
                ensure!(Instant::now() < deadline, "{label} was not passed {passes} times");
                std::thread::sleep(Duration::from_millis(1));
            }
            load.port.store(0, Ordering::Relaxed);
            relay.wait_for_kill()
        });
        load.is_over.store(true, Ordering::Relaxed);
        (result, sender.join())
    });
    result?;
    drain(folder.path(), &[])?;
    check(folder.path(), &sent.ok().context("a sender panicked")?, kills as u64 * REPEATS_PER_KILL)
}

/// The pass at which a child is killed. Migrations and sweeps are rare.
fn passes(label: &str, kill: usize) -> usize {
    match label.split_once('.').map_or(label, |(operation, _)| operation) {
        "migration" | "sweep" => 1,
        "checkpoint" => 1 + kill % 3,
        _ => 1 + kill * 7 % 40,
    }
}

fn slow(customer: u64, number: u64) -> String {
    if (customer + number).is_multiple_of(7) { "slow=3".to_owned() } else { String::new() }
}

/// Starts a child without a crash, and stops it when nothing is open any more.
fn drain(folder: &Path, bodies: &[String]) -> Result<()> {
    let mut relay = Relay::start(folder, None)?;
    for body in bodies {
        ensure!(relay.post(body)? == 200, "not accepted");
    }
    let deadline = Instant::now() + PATIENCE;
    while open_items(folder)? > 0 {
        ensure!(Instant::now() < deadline, "{} items are still open", open_items(folder)?);
        std::thread::sleep(Duration::from_millis(20));
    }
    relay.stop()
}

#[tokio::main(flavor = "current_thread")]
async fn open_items(folder: &Path) -> Result<u64> {
    let store = SqliteStore::attach(folder.join("relay.db")).await?;
    let open = store.stats().await?.open;
    store.close().await;
    Ok(open)
}

/// Kills the child at random moments for some time, with slow and failing handlers.
pub(crate) fn killed_at_random(time: Duration) -> Result<()> {
    let folder = TempDir::new()?;
    let load = Load::default();
    let behaviour = |customer: u64, number: u64| match (customer * 31 + number) % 23 {
        0 => "slow=40".to_owned(),
        1 | 2 => "fail=1".to_owned(),
        3 => "fail=2 slow=5".to_owned(),
        4..=8 => "slow=2".to_owned(),
        _ => String::new(),
    };
    let deadline = Instant::now() + time;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (kills, sent) = std::thread::scope(|scope| {
        let sender = scope.spawn(|| load.send(8, u64::MAX, behaviour));
        let mut kills = 0;
        let kill = |kills: &mut u64| -> Result<()> {
            while Instant::now() < deadline {
                let mut relay = Relay::start(folder.path(), None)?;
                load.port.store(relay.port().context("the child did not start")?, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20 + random.next() % 500));
                relay.kill()?;
                load.port.store(0, Ordering::Relaxed);
                *kills += 1;
            }
            Ok(())
        };
        let mut kill = kill;
        let result = kill(&mut kills);
        load.is_over.store(true, Ordering::Relaxed);
        (result.map(|()| kills), sender.join())
    });
    let kills = kills?;
    drain(folder.path(), &[])?;
    let (accepted, refused) = (load.accepted.load(Ordering::Relaxed), load.refused.load(Ordering::Relaxed));
    println!(
        "random kills: {kills} kills, {accepted} webhooks answered with 200, {refused} without a reply or with 503"
    );
    ensure!(kills > 3 && accepted > 100, "{kills} kills, {accepted} webhooks: too few to show anything");
    check(folder.path(), &sent.ok().context("a sender panicked")?, kills * REPEATS_PER_KILL)
}

/// A small generator of numbers, so that a run can be repeated.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// An item whose handler kills the process ends as a dead letter. The others are handled, those behind it in the same claim too.
pub(crate) fn item_that_kills() -> Result<()> {
    let folder = TempDir::new()?;
    let (killer, other) = (number_of(1), number_of(2));
    let mut kills = 0;
    {
        let mut relay = Relay::start(folder.path(), None)?;
        // The first item is slow, so that the others are claimed together.
        let first = relay.post(&body(&killer, 1, "1 slow=300"))?;
        ensure!(first == 200, "not accepted");
        for (customer, number, text) in [(&killer, 2, "2 kill"), (&killer, 3, "3"), (&other, 1, "1"), (&other, 2, "2")]
        {
            ensure!(relay.post(&body(customer, number, text))? == 200, "not accepted");
        }
        relay.wait_for_kill()?;
        kills += 1;
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        ensure!(Instant::now() < deadline, "the item still kills after {kills} kills");
        let mut relay = Relay::start(folder.path(), None)?;
        while !relay.has_ended()? && open_items(folder.path())? > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        if open_items(folder.path())? == 0 {
            relay.stop()?;
            break;
        }
        relay.wait_for_kill()?;
        kills += 1;
    }
    ensure!(kills == RETRIES + 1, "{kills} kills, {} attempts", RETRIES + 1);
    let log = std::fs::read_to_string(folder.path().join("handled"))?;
    for line in [format!("{killer} 1"), format!("{killer} 3"), format!("{other} 1"), format!("{other} 2")] {
        ensure!(log.lines().any(|handled| handled == line), "{line} was not handled");
    }
    let dead = dead_reasons(folder.path())?;
    ensure!(dead == ["handler_never_finished"], "{dead:?}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn dead_reasons(folder: &Path) -> Result<Vec<String>> {
    let store = SqliteStore::open(folder.join("relay.db")).await?;
    let filter = ItemFilter { state: Some(ItemState::Dead), limit: 10, ..ItemFilter::default() };
    let dead = store.list(filter).await?;
    store.close().await;
    Ok(dead.into_iter().filter_map(|item| item.reason).collect())
}

/// A process that is stopped for longer than its lease goes on afterwards. Its old completions change nothing.
pub(crate) fn stopped_past_its_lease() -> Result<()> {
    let folder = TempDir::new()?;
    let load = Load::default();
    let mut relay = Relay::start(folder.path(), None)?;
    load.port.store(relay.port().context("the child did not start")?, Ordering::Relaxed);
    let (result, sent) = std::thread::scope(|scope| {
        let sender = scope.spawn(|| load.send(4, u64::MAX, |_, number| format!("slow={}", number % 3 * 60)));
        let stop = || -> Result<()> {
            for _ in 0..4 {
                std::thread::sleep(Duration::from_millis(150));
                relay.signal(Signal::STOP)?;
                std::thread::sleep(LEASE * 3);
                relay.signal(Signal::CONT)?;
            }
            Ok(())
        };
        let result = stop();
        load.is_over.store(true, Ordering::Relaxed);
        (result, sender.join())
    });
    result?;
    let sent = sent.ok().context("a sender panicked")?;
    let deadline = Instant::now() + PATIENCE;
    while open_items(folder.path())? > 0 {
        ensure!(Instant::now() < deadline, "items are still open");
        std::thread::sleep(Duration::from_millis(20));
    }
    relay.stop()?;
    check(folder.path(), &sent, 4 * REPEATS_PER_KILL)
}

/// On a full disk every webhook is answered with 503. When there is space again, they are stored.
pub(crate) fn full_disk() -> Result<()> {
    let folder = TempDir::new()?;
    let disk = SmallDisk::mount(folder.path())?;
    let mut relay = Relay::start(folder.path(), None)?;
    let filler = folder.path().join("filler");
    let customer = number_of(7);
    let mut number = 0;
    ensure!(relay.post(&body(&customer, 1, "1"))? == 200, "not accepted on an empty disk");
    number += 1;
    fill(&filler)?;
    let padding = "x".repeat(60_000);
    let mut refused = 0;
    for attempt in 0..40 {
        match relay.post(&body(&customer, number + 1, &format!("{} {padding}", number + 1)))? {
            200 => number += 1,
            503 => refused += 1,
            status => anyhow::bail!("attempt {attempt}: status {status}"),
        }
        if refused == 3 {
            break;
        }
    }
    ensure!(refused == 3, "the disk did not become full");
    std::fs::remove_file(&filler)?;
    let deadline = Instant::now() + PATIENCE;
    while relay.post(&body(&customer, number + 1, &(number + 1).to_string()))? != 200 {
        ensure!(Instant::now() < deadline, "still refused after there is space again");
        std::thread::sleep(Duration::from_millis(50));
    }
    number += 1;
    while open_items(folder.path())? > 0 {
        ensure!(Instant::now() < deadline, "items are still open");
        std::thread::sleep(Duration::from_millis(20));
    }
    relay.stop()?;
    check(folder.path(), &[(customer, number)].into(), 0)?;
    drop(disk);
    Ok(())
}

/// Reports whether a small file system can be mounted.
pub(crate) fn can_mount() -> bool {
    TempDir::new().is_ok_and(|folder| SmallDisk::mount(folder.path()).is_ok())
}

/// Writes until the disk is full.
fn fill(path: &Path) -> Result<()> {
    use std::io::Write as _;

    let mut file = std::fs::File::create(path)?;
    for size in [65_536, 4096, 512] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    Ok(())
}

/// A file system of 3 MB in memory, mounted over a folder.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(folder: &'a Path) -> Result<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(folder).stderr(Stdio::null());
        ensure!(mount.status()?.success(), "a small file system cannot be mounted: this case needs root");
        Ok(Self(folder))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.0).status());
    }
}

/// Between the last write to the log of SQLite and each reply 200, the log is synced.
pub(crate) fn sync_before_reply() -> Result<()> {
    const WEBHOOKS: u64 = 30;

    let folder = TempDir::new()?;
    let trace = folder.path().join("trace");
    let mut command = Command::new("strace");
    command
        .args(["-D", "-f", "-y", "-s", "16", "-e", "trace=pwrite64,write,writev,sendto,fsync,fdatasync", "-o"])
        .arg(&trace);
    let mut relay = Relay::start_under(command, folder.path())?;
    for number in 1..=WEBHOOKS {
        ensure!(relay.post(&body(&number_of(1), number, &number.to_string()))? == 200, "not accepted");
    }
    relay.kill()?;
    let deadline = Instant::now() + PATIENCE;
    let trace = loop {
        let text = std::fs::read_to_string(&trace)?;
        if text.contains("+++ killed by SIGKILL") {
            break text;
        }
        ensure!(Instant::now() < deadline, "strace does not end");
        std::thread::sleep(Duration::from_millis(10));
    };
    // A claim may be written after the sync of the append, since its loss in a power cut harms nothing.
    let (mut is_written, mut is_synced, mut replies) = (false, false, 0);
    for line in trace.lines() {
        let is_log = line.contains("relay.db-wal>");
        if is_log && line.contains("pwrite64(") {
            is_written = true;
        } else if is_log && (line.contains("fsync(") || line.contains("fdatasync(")) {
            is_synced |= is_written;
        } else if line.contains("HTTP/1.1 200") {
            ensure!(is_synced, "reply {replies} was sent before the disk was synced");
            replies += 1;
            (is_written, is_synced) = (false, false);
        }
    }
    ensure!(replies == WEBHOOKS, "{replies} replies in the trace, {WEBHOOKS} webhooks");
    Ok(())
}
