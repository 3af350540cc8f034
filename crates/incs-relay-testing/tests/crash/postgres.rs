//! The cases of a store in PostgreSQL: a server that stops, without and with a spool, connections that break, and two processes that
//! share the store.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use incs_relay::store::{ItemFilter, OutboxState};
use incs_relay_testing::postgres::Server;
use incs_relay_testing::proxy::Proxy;
use rustix::process::Signal;

use crate::cases::{self, PATIENCE, REPEATS_PER_KILL, Random};
use crate::child::LEASE;
use crate::load::{self, Load, body, check, number_of};
use crate::outbox;
use crate::platform::{Platform, all_faults, slow};
use crate::process::{Ports, Relay, post};
use crate::sender::HYPER;
use crate::store::{self, Case, Kind};

/// The stops of a server or of a process.
const STOPS: u64 = 3;
/// The time for which an unknown message holds later ones when processes share the store.
///
/// A process that does not run for longer than its lease may have marked a message that it then does not send. That message goes back to
/// the queue. The order holds if this takes no longer than the lease and this time, also on a busy machine.
const LONG_HOLD: Duration = Duration::from_secs(2);
/// The customers who write while the server is down.
const WRITERS: u64 = 8;

/// The server stops under load without a checkpoint, and once by SIGKILL. The relay goes on as soon as it is back.
pub(crate) fn server_stopped() -> Result<()> {
    let server = Server::start()?;
    let case = Case::over(&server)?;
    let load = Load::default();
    let mut relay = Relay::start(case.path(), None)?;
    load.ports.set(0, Some(relay.port().context("the child did not start")?));
    let sent = load.during(4, cases::slow, || {
        for stop in 0..STOPS {
            std::thread::sleep(Duration::from_millis(400));
            stop_server(&server, stop)?;
            let goal = load.accepted.load(Ordering::Relaxed) + 40;
            let deadline = Instant::now() + PATIENCE;
            while load.accepted.load(Ordering::Relaxed) < goal {
                ensure!(Instant::now() < deadline, "after stop {stop} no webhooks are stored");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Ok(())
    })?;
    cases::wait_until_done(case.path())?;
    relay.stop()?;
    check(case.path(), &sent, STOPS * REPEATS_PER_KILL)
}

fn stop_server(server: &Server, stop: u64) -> Result<()> {
    if stop % 2 == 1 {
        server.kill()?;
    } else {
        server.stop_immediately()?;
    }
    // Longer than a lease, or shorter.
    std::thread::sleep(LEASE / 2 * u32::try_from(stop + 1)?);
    server.start_again()
}

/// The same while messages are being sent.
pub(crate) fn server_stopped_while_sending() -> Result<()> {
    let server = Server::start()?;
    let case = Case::over(&server)?;
    let mut platform = Platform::start(vec![slow(40)])?;
    let mut relay = outbox::start(case.path(), &platform, HYPER, None)?;
    let accepted = outbox::under_load(&platform, || {
        for stop in 0..STOPS {
            std::thread::sleep(Duration::from_millis(600));
            stop_server(&server, stop)?;
        }
        std::thread::sleep(Duration::from_millis(600));
        Ok(())
    })?;
    let entries = outbox::drain(case.path(), &platform, &accepted, &mut relay)?;
    outbox::check("stopped server", &mut platform, &entries, &accepted, STOPS)
}

/// Replies of the server are lost after it has carried out what was asked. No message becomes unknown by that.
pub(crate) fn replies_lost() -> Result<()> {
    let server = Server::start()?;
    let proxy = Proxy::start(server.port())?;
    let case = Case::through(&proxy, &server)?;
    let mut platform = Platform::start(vec![slow(20)])?;
    let mut relay = outbox::start(case.path(), &platform, HYPER, None)?;
    let mut lost = 0;
    let accepted = outbox::under_load(&platform, || {
        let deadline = Instant::now() + Duration::from_secs(4);
        while Instant::now() < deadline {
            proxy.lose_replies(1);
            // The next one comes after the operation was repeated.
            std::thread::sleep(Duration::from_millis(150));
            lost += u64::from(proxy.replies_to_lose() == 0);
        }
        proxy.lose_replies(0);
        Ok(())
    })?;
    ensure!(lost > 10, "{lost} replies were lost: too few to show anything");
    let entries = outbox::drain(case.path(), &platform, &accepted, &mut relay)?;
    outbox::check(&format!("{lost} lost replies of the server"), &mut platform, &entries, &accepted, 0)
}

/// The server is down for some time, and each webhook is answered with 200 meanwhile. Then the child is killed, and starts again while the
/// server is still down.
pub(crate) fn spool_survives_outage_and_kill(outage: Duration) -> Result<()> {
    let server = Server::start()?;
    let case = Case::with_spool(&server)?;
    let load = Load::default();
    let mut relay = start_loaded(&case, &load, None)?;
    let (mut during_outage, mut after_kill) = (0, 0);
    let sent = load.during(WRITERS, paced, || {
        wait_for_accepted(&load, 100)?;
        server.stop_immediately()?;
        during_outage = all_accepted(&load, outage)?;
        ensure!(relay.spooled()? >= during_outage / 2, "{} webhooks wait in the spool", relay.spooled()?);
        kill(&mut relay, &load)?;
        relay = start_loaded(&case, &load, None)?;
        // The customers who found no child ask again first.
        std::thread::sleep(Duration::from_millis(100));
        after_kill = all_accepted(&load, Duration::from_secs(1))?;
        ensure!(relay.spooled()? > during_outage / 2, "the webhooks before the kill are not in the spool");
        server.start_again()?;
        std::thread::sleep(Duration::from_millis(500));
        Ok(())
    })?;
    drain_spool(&case, &mut relay)?;
    let answered = load::check_answered(case.path(), &load)?;
    println!(
        "{outage:?} without the server: {during_outage} webhooks answered with 200, {after_kill} more after a kill, {answered} in all"
    );
    check(case.path(), &sent, 2 * REPEATS_PER_KILL)
}

/// Kills the child at a point of its spool while the server is down, and while it forwards.
pub(crate) fn spool_killed_at(label: &str, rounds: usize) -> Result<()> {
    let server = Server::start()?;
    let case = Case::with_spool(&server)?;
    let load = Load::default();
    let sent = load.during(WRITERS, paced, || {
        for round in 0..rounds {
            let mut relay = start_loaded(&case, &load, None)?;
            wait_for_accepted(&load, 50)?;
            server.stop_immediately()?;
            if label == "spool.forwarded" {
                // It is not passed without the server.
                wait_for_accepted(&load, 200)?;
                kill(&mut relay, &load)?;
            } else {
                kill(&mut relay, &load)?;
                relay = start_loaded(&case, &load, Some((label, 20 + 13 * round)))?;
                wait_for_end(&mut relay, &load, || Ok(()))?;
            }
            server.start_again()?;
            // The first few in the spool may be in the store already: the server had them, and could not answer any more.
            relay = start_loaded(&case, &load, Some((label, 5 + round)))?;
            // If the spool becomes empty before, it is needed again.
            wait_for_end(&mut relay, &load, || {
                server.stop_immediately()?;
                std::thread::sleep(Duration::from_millis(300));
                server.start_again()
            })?;
        }
        Ok(())
    })?;
    let mut relay = Relay::start(case.path(), None)?;
    drain_spool(&case, &mut relay)?;
    load::check_answered(case.path(), &load)?;
    check(case.path(), &sent, 4 * rounds as u64 * REPEATS_PER_KILL)
}

/// Starts a child, and has the customers post to it.
fn start_loaded(case: &Case, load: &Load, crash: Option<(&str, usize)>) -> Result<Relay> {
    let relay = Relay::start(case.path(), crash)?;
    // It may pass its point before it listens.
    ensure!(crash.is_some() || relay.port().is_some(), "the child did not start");
    load.ports.set(0, relay.port());
    Ok(relay)
}

fn kill(relay: &mut Relay, load: &Load) -> Result<()> {
    relay.kill()?;
    load.ports.set(0, None);
    Ok(())
}

/// Leaves so much time between the messages of a customer that the messages of a minute can be handled in a minute.
fn paced(customer: u64, number: u64) -> String {
    std::thread::sleep(Duration::from_millis(20));
    cases::slow(customer, number)
}

/// Waits until some more webhooks were answered with 200.
fn wait_for_accepted(load: &Load, more: u64) -> Result<()> {
    let goal = load.accepted.load(Ordering::Relaxed) + more;
    let deadline = Instant::now() + PATIENCE;
    while load.accepted.load(Ordering::Relaxed) < goal {
        ensure!(Instant::now() < deadline, "no webhooks are answered with 200");
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Lets the customers write for some time. Returns the number of webhooks, each of which must be answered with 200.
fn all_accepted(load: &Load, time: Duration) -> Result<u64> {
    let counts = || (load.accepted.load(Ordering::Relaxed), load.refused.load(Ordering::Relaxed));
    let (accepted, refused) = counts();
    std::thread::sleep(time);
    let (accepted, refused) = (counts().0 - accepted, counts().1 - refused);
    ensure!(refused == 0, "{refused} webhooks were refused while the server was down");
    // Up to a second of it passes before the first one goes into the spool.
    ensure!(accepted > 20 * time.as_secs(), "only {accepted} webhooks in {time:?}");
    Ok(accepted)
}

/// Waits until a child is killed at its point, and repeats `prompt` if that takes long.
fn wait_for_end(relay: &mut Relay, load: &Load, prompt: impl Fn() -> Result<()>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let mut next = Instant::now() + Duration::from_secs(2);
    while !relay.has_ended()? {
        ensure!(Instant::now() < deadline, "the point was not passed");
        if Instant::now() > next {
            prompt()?;
            next = Instant::now() + Duration::from_secs(2);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    load.ports.set(0, None);
    relay.wait_for_kill()
}

/// Waits until the spool is empty and nothing is open, and stops the child.
fn drain_spool(case: &Case, relay: &mut Relay) -> Result<()> {
    let deadline = Instant::now() + PATIENCE * 3;
    while relay.spooled()? > 0 || cases::open_items(case.path())? > 0 {
        let (spooled, open) = (relay.spooled()?, cases::open_items(case.path())?);
        ensure!(Instant::now() < deadline, "{spooled} webhooks still wait in the spool, {open} items are open");
        std::thread::sleep(Duration::from_millis(20));
    }
    relay.stop()
}

/// Kills one of two or four processes, or all, at random moments, while customers write to all.
pub(crate) fn processes_killed(count: usize, time: Duration) -> Result<()> {
    let case = Case::new(Kind::Postgres)?;
    let load = Load::default();
    let mut kills = 0;
    let sent = load.during(8, cases::mixed, || {
        kills = kill_some(count, time, &load.ports, || Relay::start(case.path(), None))?;
        Ok(())
    })?;
    cases::drain(case.path())?;
    let accepted = load.accepted.load(Ordering::Relaxed);
    println!("random kills of {count} processes: {kills} kills, {accepted} webhooks answered with 200");
    ensure!(kills > 3 && accepted > 100, "{kills} kills, {accepted} webhooks: too few to show anything");
    check(case.path(), &sent, kills * REPEATS_PER_KILL)
}

/// The same while all send messages, with all faults of the platform.
pub(crate) fn senders_killed(count: usize, time: Duration) -> Result<()> {
    let case = Case::new(Kind::Postgres)?;
    let mut platform = Platform::start(all_faults())?;
    let url = platform.url()?;
    let mut kills = 0;
    let accepted = outbox::under_load(&platform, || {
        let start = || Relay::start_sender(case.path(), &url, HYPER, LONG_HOLD, None);
        kills = kill_some(count, time, &platform.children, start)?;
        Ok(())
    })?;
    let name = format!("random kills of {count} senders");
    outbox::drain_and_check(&name, case.path(), &mut platform, &accepted, kills)
}

/// Runs processes until the time is over, and kills one or all again and again. Returns the number of kills.
fn kill_some(count: usize, time: Duration, ports: &Ports, start: impl Fn() -> Result<Relay> + Sync) -> Result<u64> {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    let mut kills = 0;
    let mut relays = start_some(count, ports, &start)?;
    let deadline = Instant::now() + time;
    while Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20 + random.next() % Kind::Postgres.life()));
        let choice = usize::try_from(random.next())? % (2 * count + 1);
        let is_killed = |child: usize| choice == 2 * count || choice % count == child;
        for (child, relay) in relays.iter_mut().enumerate().filter(|(child, _)| is_killed(*child)) {
            relay.kill()?;
            ports.set(child, None);
            kills += 1;
        }
        for (child, relay) in relays.iter_mut().enumerate().filter(|(child, _)| is_killed(*child)) {
            *relay = start()?;
            ports.set(child, relay.port());
        }
    }
    for (child, relay) in relays.iter_mut().enumerate() {
        relay.kill()?;
        ports.set(child, None);
        kills += 1;
    }
    Ok(kills)
}

/// Starts processes at the same moment, so that all create the tables.
fn start_some(count: usize, ports: &Ports, start: impl Fn() -> Result<Relay> + Sync) -> Result<Vec<Relay>> {
    let relays = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..count).map(|_| scope.spawn(&start)).collect();
        let relays = starts.into_iter().map(|start| start.join().ok().context("a thread panicked")?);
        relays.collect::<Result<Vec<_>>>()
    })?;
    for (child, relay) in relays.iter().enumerate() {
        ports.set(child, Some(relay.port().context("a child did not start")?));
    }
    Ok(relays)
}

/// Each of 200 webhooks is posted to both processes at once, of which one after the other is stopped for longer than its lease.
pub(crate) fn one_of_two_stopped() -> Result<()> {
    const CUSTOMERS: u64 = 10;
    const MESSAGES: u64 = 20;

    let case = Case::new(Kind::Postgres)?;
    let ports = Ports::default();
    let mut relays = start_some(2, &ports, || Relay::start(case.path(), None))?;
    let post_all = |customer: u64, port: u16| {
        for number in 1..=MESSAGES {
            let body = body(&number_of(customer), number, &format!("{number} slow=40"));
            let deadline = Instant::now() + PATIENCE;
            while post(port, &body).ok() != Some(200) {
                ensure!(Instant::now() < deadline, "message {number} of customer {customer} is not stored");
                std::thread::sleep(Duration::from_millis(3));
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        Ok(())
    };
    let post_all = &post_all;
    std::thread::scope(|scope| {
        let mut senders = Vec::new();
        for relay in &relays {
            let port = relay.port().context("a child did not start")?;
            senders.extend((0..CUSTOMERS).map(|customer| scope.spawn(move || post_all(customer, port))));
        }
        stop_in_turns(&relays, || Ok(()))?;
        senders.into_iter().try_for_each(|sender| sender.join().ok().context("a sender panicked")?)
    })?;
    cases::wait_until_done(case.path())?;
    for relay in &mut relays {
        relay.stop()?;
    }
    let rows = rows(case.path())?;
    ensure!(rows as u64 == CUSTOMERS * MESSAGES, "{rows} rows");
    let sent = (0..CUSTOMERS).map(|customer| (number_of(customer), MESSAGES)).collect();
    check(case.path(), &sent, STOPS * REPEATS_PER_KILL)
}

/// Stops one process after the other for longer than its lease, and calls `look` at the end of each stop.
fn stop_in_turns(relays: &[Relay], mut look: impl FnMut() -> Result<()>) -> Result<()> {
    for relay in relays.iter().cycle().take(usize::try_from(STOPS)?) {
        std::thread::sleep(Duration::from_millis(150));
        relay.signal(Signal::STOP)?;
        std::thread::sleep(LEASE * 3);
        look()?;
        relay.signal(Signal::CONT)?;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn rows(folder: &std::path::Path) -> Result<usize> {
    let store = store::attach(folder).await?;
    let items = store.list(ItemFilter { limit: usize::MAX >> 1, ..ItemFilter::default() }).await?;
    store.close().await;
    Ok(items.len())
}

/// The same while both send messages: the other process makes the messages of the stopped one unknown, and nothing is sent twice.
pub(crate) fn one_of_two_senders_stopped() -> Result<()> {
    let case = Case::new(Kind::Postgres)?;
    let mut platform = Platform::start(vec![slow(80)])?;
    let url = platform.url()?;
    let start = || Relay::start_sender(case.path(), &url, HYPER, LONG_HOLD, None);
    let mut relays = start_some(2, &platform.children, start)?;
    let mut unknown = 0;
    let accepted = outbox::under_load(&platform, || {
        stop_in_turns(&relays, || {
            unknown += outbox::count(case.path(), &[OutboxState::Unknown])?;
            Ok(())
        })
    })?;
    ensure!(unknown > 0, "no message became unknown, so nothing is shown");
    let [one, other] = &mut *relays else { anyhow::bail!("two processes") };
    platform.children.set(1, None);
    other.stop()?;
    let entries = outbox::drain(case.path(), &platform, &accepted, one)?;
    outbox::check("one of two senders stopped", &mut platform, &entries, &accepted, STOPS)
}
