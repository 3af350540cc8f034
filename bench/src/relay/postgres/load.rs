//! A process that loads a store in PostgreSQL, and how the measuring process drives it.
//!
//! It reads a number of milliseconds from each line of its input and appends for so long. Then it prints how many events it has completed
//! and appended so far. It ends with its input.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::try_join_all;
use incs_relay::store::{Completion, LeaseState, NewDelivery, Store as _, StoreError};
use incs_relay_postgres::{PgOptions, PgStore};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};

use super::super::store::{KEYS, LIMITS, completed, delivery, runtime};
use super::server::cpu_of;

/// The longest wait of an idle process between two looks, as of a relay.
const IDLE: Duration = Duration::from_millis(250);
/// Connections of the ways that commit each event by itself.
const CONNECTIONS: usize = 32;
/// The distance between the numbers of two processes.
const DISTANCE: u64 = 1 << 40;

/// The work of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Way {
    /// One store appends, claims and completes
    EndToEnd,
    /// One store appends
    Append,
    /// 32 stores of one connection each append, each event in a transaction of its own
    AppendEach,
    /// 32 connections store one event in a transaction: the rows of an append by one statement, without its order of commits
    InsertEach,
    /// 32 connections insert one event in a transaction into a table with one unique key
    PlainEach,
}

/// The arguments of a process.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The work
    way: Way,
    /// URL of the database
    url: String,
    /// Schema of the store
    schema: String,
    /// Number of writers
    writers: usize,
    /// Number of this process
    number: u64,
}

/// A process that loads a store.
pub(super) struct Load {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    appended: u64,
    completed: u64,
    way: Way,
}

impl Load {
    /// Starts a process with so many writers, and waits until it has opened the store.
    pub(super) fn start(way: Way, url: &str, schema: &str, writers: usize, number: u64) -> Result<Self> {
        use clap::ValueEnum as _;
        let way_name = way.to_possible_value().context("a way without a name")?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["relay-postgres-load", way_name.get_name(), url, schema, &writers.to_string(), &number.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().context("no input")?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let mut load = Self { child, input, output, appended: 0, completed: 0, way };
        ensure!(load.line()?.0 == "ready", "the load did not start");
        Ok(load)
    }

    fn line(&mut self) -> Result<(String, u64)> {
        let mut line = String::new();
        ensure!(self.output.read_line(&mut line)? > 0, "the load ended");
        let (word, number) = line.trim().split_once(' ').context("the load printed something else")?;
        Ok((word.to_owned(), number.parse()?))
    }

    fn begin(&mut self, span: Duration) -> Result<()> {
        writeln!(self.input, "{}", span.as_millis())?;
        Ok(self.input.flush()?)
    }

    /// Returns the CPU seconds of the process so far.
    pub(super) fn cpu(&self) -> Result<f64> {
        cpu_of(self.child.id())
    }

    /// Ends the process.
    pub(super) fn end(mut self) -> Result<()> {
        drop(self.input);
        ensure!(self.child.wait()?.success(), "the load failed");
        Ok(())
    }
}

/// Lets processes append for a time, and waits until they have completed everything. Returns the events and the seconds.
pub(super) fn run(loads: &mut [Load], span: Duration) -> Result<(f64, f64)> {
    let begin = Instant::now();
    let before: u64 = loads.iter().map(|load| load.appended).sum();
    for load in &mut *loads {
        load.begin(span)?;
    }
    for load in &mut *loads {
        loop {
            match load.line()? {
                (word, number) if word == "appended" => {
                    load.appended = number;
                    break;
                }
                (_, number) => load.completed = number,
            }
        }
    }
    // Any process may complete the events of another one.
    loop {
        let (appended, completed): (u64, u64) =
            (loads.iter().map(|load| load.appended).sum(), loads.iter().map(|load| load.completed).sum());
        if completed >= appended || loads.iter().any(|load| load.way != Way::EndToEnd) {
            ensure!(completed <= appended, "an event was completed twice");
            return Ok(((appended - before) as f64, begin.elapsed().as_secs_f64()));
        }
        for load in &mut *loads {
            writeln!(load.input, "0")?;
            load.input.flush()?;
            loop {
                match load.line()? {
                    (word, _) if word == "appended" => break,
                    (_, number) => load.completed = number,
                }
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Loads a store until the input ends.
pub(crate) fn serve(options: &Options) -> Result<()> {
    runtime()?.block_on(async {
        let writer = Writer::open(options).await?;
        let done = Arc::new(AtomicU64::new(0));
        if let (Way::EndToEnd, Writer::Stores(stores)) = (options.way, &writer) {
            for store in stores {
                let (store, done) = (store.clone(), Arc::clone(&done));
                tokio::spawn(async move {
                    if let Err(error) = handle(&store, &done).await {
                        eprintln!("the load cannot claim: {error:#}");
                        std::process::exit(1);
                    }
                });
            }
        }
        let writer = Arc::new(writer);
        let numbers = Arc::new(AtomicU64::new(options.number * DISTANCE));
        say("ready", 0)?;
        loop {
            let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await?;
            let Some(line) = line.transpose()? else { return Ok(()) };
            let end = Instant::now() + Duration::from_millis(line.trim().parse()?);
            let mut tasks = JoinSet::new();
            for place in 0..options.writers {
                let (writer, numbers) = (Arc::clone(&writer), Arc::clone(&numbers));
                tasks.spawn(async move {
                    while Instant::now() < end {
                        let number = numbers.fetch_add(1, Ordering::Relaxed);
                        writer.append(place, delivery(number, number % KEYS)).await?;
                    }
                    Ok::<_, anyhow::Error>(())
                });
            }
            while let Some(task) = tasks.join_next().await {
                task??;
            }
            say("completed", done.load(Ordering::Relaxed))?;
            say("appended", numbers.load(Ordering::Relaxed) - options.number * DISTANCE)?;
        }
    })
}

fn say(word: &str, number: u64) -> Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "{word} {number}")?;
    Ok(output.flush()?)
}

/// Claims and completes. Never returns but with an error.
async fn handle(store: &PgStore, done: &AtomicU64) -> Result<()> {
    loop {
        let claims = store.claim(LIMITS).await?;
        if claims.is_empty() {
            store.wait(IDLE).await;
            continue;
        }
        let completions = claims.iter().map(completed).collect::<Vec<_>>();
        let items: u64 = completions.iter().map(|one| one.done.len() as u64).sum();
        try_join_all(completions.into_iter().map(|one| complete(store, one))).await?;
        done.fetch_add(items, Ordering::Relaxed);
    }
}

/// Completes as a relay does: a key that is locked for long is completed later.
async fn complete(store: &PgStore, completion: Completion) -> Result<()> {
    loop {
        match store.complete(vec![completion.clone()]).await {
            Ok(states) if states == [LeaseState::Held] => return Ok(()),
            Ok(_) => bail!("a lease ended"),
            Err(StoreError::Busy) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The ways to append one event.
enum Writer {
    Stores(Vec<PgStore>),
    Plain { connections: Vec<Client>, sql: String, free: Vec<Notify> },
}

impl Writer {
    async fn open(options: &Options) -> Result<Self> {
        let settings = PgOptions::new(&options.url)?.with_schema(&options.schema)?;
        match options.way {
            Way::EndToEnd | Way::Append => Ok(Self::Stores(vec![settings.open().await?])),
            Way::AppendEach => {
                let settings = settings.with_max_batch(1).with_connections(1).without_listening();
                let mut stores = vec![settings.clone().open().await?];
                while stores.len() < CONNECTIONS {
                    stores.push(settings.clone().attach().await?);
                }
                Ok(Self::Stores(stores))
            }
            Way::InsertEach | Way::PlainEach => {
                let sql = if options.way == Way::InsertEach { INSERT } else { PLAIN };
                settings.open().await?.close().await;
                let mut connections = Vec::new();
                while connections.len() < CONNECTIONS {
                    let (client, connection) = tokio_postgres::connect(&options.url, NoTls).await?;
                    tokio::spawn(connection);
                    connections.push(client);
                }
                let free = connections.iter().map(|_| Notify::new()).collect::<Vec<_>>();
                free.iter().for_each(Notify::notify_one);
                Ok(Self::Plain { connections, sql: sql.replace("{s}", &options.schema), free })
            }
        }
    }

    async fn append(&self, place: usize, event: NewDelivery) -> Result<()> {
        match self {
            Self::Stores(stores) => {
                let store = stores.get(place % stores.len()).context("no store")?;
                store.append(vec![event]).await?;
            }
            Self::Plain { connections, sql, free } => {
                let place = place % connections.len();
                let (connection, free) = (connections.get(place), free.get(place));
                let (connection, free) = (connection.context("no connection")?, free.context("no connection")?);
                free.notified().await;
                insert(connection, sql, &event).await?;
                free.notify_one();
            }
        }
        Ok(())
    }
}

/// The rows that an append writes, without its order of commits and without a look for the same message under another key.
const INSERT: &str = "WITH item AS (
        INSERT INTO {s}.item(id, ordering, delivery, received_at, start, length, attempts, class, dedup_key, message, kind, pointer)
        VALUES (nextval('{s}.item_id'), $1, currval('{s}.item_id'), $2, 100, 300, 1, 0, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING RETURNING id, ordering
    ), delivery AS (
        INSERT INTO {s}.delivery(id, items, received_at, envelope, body) SELECT id, 1, $2, $7, $8 FROM item
    ), open AS (
        INSERT INTO {s}.open(ordering, item) SELECT ordering, id FROM item
    )
    INSERT INTO {s}.ordering(key, ready_at, token, single_to, open_from, attempts) SELECT ordering, $2, 0, 0, id, 0 FROM item
    WHERE NOT EXISTS (SELECT 1 FROM {s}.ordering WHERE key = $1)";

/// One row in one table.
const PLAIN: &str = "INSERT INTO {s}.plain(key, ordering, received_at, message, kind, pointer, envelope, body)
    VALUES ($3, $1, $2, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
/// The table for `PLAIN`.
pub(super) const PLAIN_TABLE: &str =
    "CREATE TABLE {s}.plain(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key bytea NOT NULL UNIQUE,
    ordering bigint, received_at bigint, message bytea, kind text, pointer bytea, envelope bytea, body bytea)";

async fn insert(connection: &Client, sql: &str, event: &NewDelivery) -> Result<()> {
    let item = event.items.first().context("no item")?;
    let message = item.message.as_ref().map(|message| &message[..]);
    connection
        .query_typed(
            sql,
            &[
                (&item.ordering_key.as_i64(), Type::INT8),
                (&event.received_at.as_millisecond(), Type::INT8),
                (&&item.dedup_key[..], Type::BYTEA),
                (&message, Type::BYTEA),
                (&item.kind, Type::TEXT),
                (&item.pointer.as_bytes(), Type::BYTEA),
                (&&event.envelope[..], Type::BYTEA),
                (&&event.body[..], Type::BYTEA),
            ],
        )
        .await?;
    Ok(())
}
