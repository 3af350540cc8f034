//! The cases.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use incs_relay::store::{InboxItem, ItemFilter, ItemState};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::child::{LEASE, RETRIES};
use crate::load::{Load, body, check, number_of};
use crate::process::Relay;
use crate::store::{self, Case, Kind};

/// The most items that a kill makes the handlers repeat: all items of all leased conversations.
pub(crate) const REPEATS_PER_KILL: u64 = 64 * 32;
/// The time for which a child is given work before a point that it never passes is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Kills the child at a point, some times in a row, under load.
pub(crate) fn killed_at(kind: Kind, label: &str, kills: usize) -> Result<()> {
    let folder = Case::new(kind)?;
    let load = Load::default();
    let sent = load.during(4, slow, || {
        (0..kills).try_for_each(|kill| {
            let passes = passes(label, kill);
            let mut relay = Relay::start(folder.path(), Some((label, passes)))?;
            load.ports.set(0, relay.port());
            let deadline = Instant::now() + PATIENCE;
            while !relay.has_ended()? {
                ensure!(Instant::now() < deadline, "{label} was not passed {passes} times");
                std::thread::sleep(Duration::from_millis(1));
            }
            load.ports.set(0, None);
            relay.wait_for_kill()
        })
    })?;
    drain(folder.path())?;
    check(folder.path(), &sent, kills as u64 * REPEATS_PER_KILL)
}

/// The pass at which a child is killed. Migrations and sweeps are rare.
fn passes(label: &str, kill: usize) -> usize {
    match label.split_once('.').map_or(label, |(operation, _)| operation) {
        "migration" | "sweep" => 1,
        "checkpoint" => 1 + kill % 3,
        _ => 1 + kill * 7 % 40,
    }
}

pub(crate) fn slow(customer: u64, number: u64) -> String {
    if (customer + number).is_multiple_of(7) { "slow=3".to_owned() } else { String::new() }
}

/// Starts a child without a crash, and stops it when nothing is open any more.
pub(crate) fn drain(folder: &Path) -> Result<()> {
    let mut relay = Relay::start(folder, None)?;
    wait_until_done(folder)?;
    // A statement of a process that was killed may still run in the server.
    std::thread::sleep(Duration::from_millis(300));
    wait_until_done(folder)?;
    relay.stop()
}

/// Waits until no item is open.
pub(crate) fn wait_until_done(folder: &Path) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while open_items(folder)? > 0 {
        ensure!(Instant::now() < deadline, "{} items are still open", open_items(folder)?);
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn open_items(folder: &Path) -> Result<u64> {
    let store = store::attach(folder).await?;
    let open = store.stats().await?.open;
    store.close().await;
    Ok(open)
}

/// Slow and failing handlers.
pub(crate) fn mixed(customer: u64, number: u64) -> String {
    match (customer * 31 + number) % 23 {
        0 => "slow=40".to_owned(),
        1 | 2 => "fail=1".to_owned(),
        3 => "fail=2 slow=5".to_owned(),
        4..=8 => "slow=2".to_owned(),
        _ => String::new(),
    }
}

/// Kills the child at random moments for some time, with slow and failing handlers.
pub(crate) fn killed_at_random(kind: Kind, time: Duration) -> Result<()> {
    let folder = Case::new(kind)?;
    let load = Load::default();
    let deadline = Instant::now() + time;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut kills = 0;
    let sent = load.during(8, mixed, || {
        while Instant::now() < deadline {
            let mut relay = Relay::start(folder.path(), None)?;
            load.ports.set(0, Some(relay.port().context("the child did not start")?));
            std::thread::sleep(Duration::from_millis(20 + random.next() % kind.life()));
            relay.kill()?;
            load.ports.set(0, None);
            kills += 1;
        }
        Ok(())
    })?;
    drain(folder.path())?;
    let (accepted, refused) = (load.accepted.load(Ordering::Relaxed), load.refused.load(Ordering::Relaxed));
    println!(
        "random kills: {kills} kills, {accepted} webhooks answered with 200, {refused} without a reply or with 503"
    );
    ensure!(kills > 3 && accepted > 100, "{kills} kills, {accepted} webhooks: too few to show anything");
    check(folder.path(), &sent, kills * REPEATS_PER_KILL)
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
pub(crate) fn item_that_kills(kind: Kind) -> Result<()> {
    let folder = Case::new(kind)?;
    let (killer, other) = (number_of(1), number_of(2));
    let mut kills = 0;
    {
        let mut relay = Relay::start(folder.path(), None)?;
        // The first item is slow, so that the others of its customer are claimed together after it.
        let first = relay.post(&body(&killer, 1, "1 slow=300"))?;
        ensure!(first == 200, "not accepted");
        let deadline = Instant::now() + PATIENCE;
        while items(folder.path(), ItemState::Leased)?.is_empty() {
            ensure!(Instant::now() < deadline, "the first item is not handled");
            std::thread::sleep(Duration::from_millis(2));
        }
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
    let dead: Vec<_> = items(folder.path(), ItemState::Dead)?.into_iter().filter_map(|item| item.reason).collect();
    ensure!(dead == ["handler_never_finished"], "{dead:?}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn items(folder: &Path, state: ItemState) -> Result<Vec<InboxItem>> {
    let store = store::attach(folder).await?;
    let items = store.list(ItemFilter { state: Some(state), limit: 10, ..ItemFilter::default() }).await?;
    store.close().await;
    Ok(items)
}

/// A process that is stopped for longer than its lease goes on afterwards. Its old completions change nothing.
pub(crate) fn stopped_past_its_lease(kind: Kind) -> Result<()> {
    let folder = Case::new(kind)?;
    let load = Load::default();
    let mut relay = Relay::start(folder.path(), None)?;
    load.ports.set(0, Some(relay.port().context("the child did not start")?));
    let sent = load.during(
        4,
        |_, number| format!("slow={}", number % 3 * 60),
        || {
            for _ in 0..4 {
                std::thread::sleep(Duration::from_millis(150));
                relay.signal(Signal::STOP)?;
                std::thread::sleep(LEASE * 3);
                relay.signal(Signal::CONT)?;
            }
            Ok(())
        },
    )?;
    wait_until_done(folder.path())?;
    relay.stop()?;
    check(folder.path(), &sent, 4 * REPEATS_PER_KILL)
}

/// On a full disk every webhook is answered with 503. When there is space again, they are stored.
pub(crate) fn full_disk() -> Result<()> {
    let folder = Case::new(Kind::Sqlite)?;
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

    let folder = Case::new(Kind::Sqlite)?;
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
