//! The file of a spool: deliveries that wait for another store, in the order of their arrival.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use incs_model::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::schema::{self, Kind};
use super::writer::{self, Checkpoints, Writer};
use super::{failure, number, own, prepare};
use crate::store::types::{ItemClass, NewDelivery, NewItem, Spooled};
use crate::store::{CustomerContact, OrderingKey, RecipientKey, StoreError};

/// A spool: `INSP` in ASCII.
const SPOOL: Kind = Kind {
    application_id: 0x494E_5350,
    migrations: &["CREATE TABLE delivery(
         id INTEGER PRIMARY KEY,          -- in the order of arrival
         size INTEGER NOT NULL,
         version INTEGER NOT NULL,        -- of the form of `content`
         content TEXT NOT NULL,           -- everything but the bytes, as JSON
         envelope BLOB NOT NULL,
         body BLOB NOT NULL) STRICT;"],
    refusal: "the file is a database of another kind, not a spool",
};

/// The number of bytes after which no further delivery joins a batch.
const MAX_BATCH: u64 = 4 << 20;
/// The largest number of bytes that wait to be written.
const MAX_WAITING_BYTES: usize = 64 << 20;

/// The open file. Deliveries are written in groups, with one sync for each.
pub(in crate::store) struct SpoolFile {
    writer: Writer,
    threads: Vec<JoinHandle<()>>,
    /// Dropped in this order: the checkpoints end, then the lock is released.
    checkpoints: Checkpoints,
    owner: File,
}

impl SpoolFile {
    /// Opens a file as its owner, and returns what waits in it.
    pub(in crate::store) fn open(path: &Path) -> Result<(Self, Spooled), StoreError> {
        let path = prepare(path)?;
        let owner = own(&path)?;
        let connection = schema::open(&path, &SPOOL)?;
        schema::migrate(&connection, &SPOOL)?;
        let sql = "SELECT count(*), ifnull(sum(size), 0) FROM delivery";
        let look = || -> rusqlite::Result<_> {
            let (deliveries, bytes) = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let since = first(&connection, 1)?.first().map(|waiting| waiting.delivery.received_at);
            Ok(Spooled { deliveries, bytes, since })
        };
        let spooled = look().map_err(|error| failure(&error))?;
        let (checkpoints, checkpointing) = writer::start_checkpoints(schema::open(&path, &SPOOL)?, &path)?;
        let (writer, writing) = Writer::start(connection, MAX_WAITING_BYTES, writer::MAX_JOBS)?;
        let file = Self { writer, threads: vec![checkpointing, writing], checkpoints, owner };
        Ok((file, spooled))
    }

    /// Stores deliveries durably.
    pub(in crate::store) async fn append(&self, rows: Vec<Row>) -> Result<(), StoreError> {
        let size = rows.iter().map(Row::size).sum::<u64>();
        self.run(true, usize::try_from(size).unwrap_or(usize::MAX), move |file| insert(file, &rows)).await
    }

    /// Returns the deliveries that have waited the longest: at most `most`, and the first one whatever its size.
    ///
    /// It waits for the appends before it, also for those that nobody waits for any more.
    pub(in crate::store) async fn first(&self, most: usize) -> Result<Vec<Waiting>, StoreError> {
        self.run(false, 0, move |file| first(file, most)).await
    }

    /// Removes the deliveries up to this one.
    pub(in crate::store) async fn remove(&self, last: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM delivery WHERE id <= ?1";
        self.run(false, 0, move |file| file.prepare_cached(sql)?.execute([last]).map(drop)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        is_append: bool,
        bytes: usize,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let label = if is_append { "spool" } else { "unspool" };
        let job = move |connection: &mut Connection| job(connection).map_err(|error| failure(&error));
        // If a power cut undoes a removal, the deliveries are forwarded again, which the store recognizes.
        self.writer.run(label, is_append, bytes, job).await
    }

    /// Waits until everything is written, and releases the file.
    pub(in crate::store) async fn close(self) {
        let ended = tokio::task::spawn_blocking(move || {
            let Self { writer, threads, checkpoints, owner } = self;
            drop((writer, checkpoints));
            // A thread that panicked has nothing left to end.
            for thread in threads {
                drop(thread.join());
            }
            drop(owner);
        });
        drop(ended.await);
    }
}

/// A delivery in the form in which it is stored.
pub(in crate::store) struct Row {
    content: String,
    envelope: Arc<[u8]>,
    body: Arc<[u8]>,
}

/// A delivery that waits.
pub(in crate::store) struct Waiting {
    pub(in crate::store) id: i64,
    pub(in crate::store) size: u64,
    pub(in crate::store) delivery: NewDelivery,
}

/// The version of [`Content`]. A change of its form needs another one, and the code that reads this one stays.
const VERSION: i64 = 1;

/// The members of a delivery without its bytes.
#[derive(Serialize, Deserialize)]
struct Content {
    received_at: Timestamp,
    items: Vec<ItemContent>,
}

#[derive(Serialize, Deserialize)]
struct ItemContent {
    ordering_key: i64,
    dedup_key: [u8; 32],
    message: Option<[u8; 16]>,
    kind: String,
    class: u8,
    pointer: String,
    start: usize,
    end: usize,
    contact: Option<ContactContent>,
}

#[derive(Serialize, Deserialize)]
struct ContactContent {
    channel: String,
    customers: Vec<i64>,
    at: Timestamp,
}

impl Row {
    pub(in crate::store) fn of(delivery: &NewDelivery) -> Result<Self, StoreError> {
        let NewDelivery { received_at, body, envelope, items } = delivery;
        let content = Content { received_at: *received_at, items: items.iter().map(ItemContent::of).collect() };
        let content = serde_json::to_string(&content)
            .map_err(|_| StoreError::Engine("a delivery cannot be written into the spool".to_owned()))?;
        Ok(Self { content, envelope: Arc::clone(envelope), body: Arc::clone(body) })
    }

    /// Returns the number of bytes that the delivery takes.
    pub(in crate::store) fn size(&self) -> u64 {
        (self.content.len() + self.envelope.len() + self.body.len()) as u64
    }
}

impl ItemContent {
    fn of(item: &NewItem) -> Self {
        // Without `..`, so that a new member is not forgotten.
        let NewItem { ordering_key, dedup_key, message, kind, class, pointer, range, contact } = item;
        let contact = contact.as_ref().map(|CustomerContact { channel, customers, at }| ContactContent {
            channel: channel.clone(),
            customers: customers.iter().map(|customer| customer.as_i64()).collect(),
            at: *at,
        });
        Self {
            ordering_key: ordering_key.as_i64(),
            dedup_key: *dedup_key,
            message: *message,
            kind: kind.clone(),
            class: class.number(),
            pointer: pointer.clone(),
            start: range.start,
            end: range.end,
            contact,
        }
    }

    fn into_item(self) -> NewItem {
        let contact = self.contact.map(|ContactContent { channel, customers, at }| CustomerContact {
            channel,
            customers: customers.into_iter().map(RecipientKey::from_i64).collect(),
            at,
        });
        NewItem {
            ordering_key: OrderingKey::from_i64(self.ordering_key),
            dedup_key: self.dedup_key,
            message: self.message,
            kind: self.kind,
            class: ItemClass::of_number(self.class),
            pointer: self.pointer,
            range: self.start..self.end,
            contact,
        }
    }
}

fn insert(connection: &Connection, rows: &[Row]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO delivery(size, version, content, envelope, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = connection.prepare_cached(sql)?;
    for row in rows {
        insert.execute(params![row.size(), VERSION, row.content, &row.envelope[..], &row.body[..]])?;
    }
    Ok(())
}

fn first(connection: &Connection, most: usize) -> rusqlite::Result<Vec<Waiting>> {
    let sql = "SELECT id, size, version, content, envelope, body FROM delivery ORDER BY id LIMIT ?1";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([number(most)])?;
    let mut found = Vec::new();
    let mut bytes = 0;
    while bytes < MAX_BATCH
        && let Some(row) = rows.next()?
    {
        let size: u64 = row.get(1)?;
        bytes += size;
        found.push(Waiting { id: row.get(0)?, size, delivery: delivery(row)? });
    }
    Ok(found)
}

fn delivery(row: &rusqlite::Row<'_>) -> rusqlite::Result<NewDelivery> {
    let version = row.get(2)?;
    if version != VERSION {
        return Err(rusqlite::Error::IntegralValueOutOfRange(2, version));
    }
    let content = serde_json::from_str(row.get_ref(3)?.as_str()?);
    let Content { received_at, items } =
        content.map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, Type::Text, Box::new(error)))?;
    Ok(NewDelivery {
        received_at,
        body: row.get_ref(5)?.as_blob()?.into(),
        envelope: row.get_ref(4)?.as_blob()?.into(),
        items: items.into_iter().map(ItemContent::into_item).collect(),
    })
}
