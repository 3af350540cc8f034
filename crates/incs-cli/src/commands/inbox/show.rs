//! `incs inbox show`.

use clap::Args;
use incs_facade::model::WireTime;
use incs_facade::model::inbound::{Content, Inbound};
use incs_facade::relay::store::{InboxItem, ItemFilter, ItemId, Store, StoredItem};
use incs_facade::webhook::{Envelope, Item, ItemOutcome};

use super::lines::ItemLine;
use super::store::{StoreArgs, StoreName};
use crate::commands::webhook::listen::printer::customer;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Context, aligned, escape_line};

/// The arguments of `incs inbox show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Number of the item
    #[arg(value_name = "ID")]
    id: u64,
    #[command(flatten)]
    store: StoreArgs,
    /// Print the stored bytes of the item, exactly, also with --json
    #[arg(long)]
    raw: bool,
    /// Print the body of the delivery that the item arrived in, exactly, also with --json
    #[arg(long, conflicts_with = "raw")]
    body: bool,
}

/// Runs the command.
pub(super) fn run(args: &Show, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let id = ItemId(args.id);
        let item = described(&name, &*store, id).await?;
        if args.raw || args.body {
            let bytes = if args.raw {
                stored(&name, &*store, id).await?.and_then(|stored| stored.raw)
            } else {
                store.body(id).await.map_err(|error| name.cannot("read", &error))?
            };
            out.bytes(&bytes.ok_or_else(|| erased(id))?)?;
        } else if out.json {
            out.json(&ItemLine::from(item))?;
        } else {
            let restored = stored(&name, &*store, id).await?.and_then(|stored| restored(&stored));
            for line in lines_of(item, restored.as_ref()) {
                out.line(&line)?;
            }
        }
        store.close().await;
        Ok(Exit::Done)
    })
}

async fn described(name: &StoreName, store: &dyn Store, id: ItemId) -> Result<InboxItem, Failure> {
    let filter = ItemFilter { id: Some(id), limit: 1, ..ItemFilter::default() };
    let found = store.list(filter).await.map_err(|error| name.cannot("read", &error))?;
    found.into_iter().next().ok_or_else(|| {
        Failure::new(Exit::NotFound, format!("the store has no item {id}"))
            .with_help("`incs inbox list` lists the items; old ones are removed")
    })
}

async fn stored(name: &StoreName, store: &dyn Store, id: ItemId) -> Result<Option<StoredItem>, Failure> {
    let before = id.0.checked_sub(1).map(ItemId);
    let found = store.read(before, 1).await.map_err(|error| name.cannot("read", &error))?;
    Ok(found.into_iter().next().filter(|stored| stored.id == id))
}

fn erased(id: ItemId) -> Failure {
    Failure::new(Exit::Failure, format!("the bytes of item {id} were erased"))
}

fn restored(stored: &StoredItem) -> Option<Item> {
    Some(Envelope::from_bytes(&stored.envelope).ok()?.item(&stored.pointer, stored.raw.as_deref()?))
}

/// Returns the description for people: without texts, names and whole numbers of customers.
fn lines_of(item: InboxItem, content: Option<&Item>) -> Vec<String> {
    let line = ItemLine::from(item);
    let mut rows = vec![
        ["item".to_owned(), line.id.to_string()],
        ["kind".to_owned(), escape_line(&line.kind)],
        ["state".to_owned(), line.state.to_owned()],
        ["attempts".to_owned(), line.attempts.to_string()],
        ["received".to_owned(), line.received_at.clone()],
        ["next".to_owned(), line.next_at.clone().unwrap_or_default()],
        ["key".to_owned(), line.dedup_key.clone()],
        ["remark".to_owned(), escape_line(&line.remark())],
    ];
    if let Some(item) = content {
        rows.extend(masked(item).into_iter().map(|(name, value)| [name.to_owned(), escape_line(&value)]));
    }
    rows.retain(|[_, value]| !value.is_empty());
    aligned(rows)
}

/// Returns the neutral view of an item in which people are masked: only the last digits of a number, and lengths of texts.
fn masked(item: &Item) -> Vec<(&'static str, String)> {
    let mut rows = vec![("pointer", item.pointer().into_owned()), ("bytes", item.raw().len().to_string())];
    match item.outcome() {
        ItemOutcome::Malformed(error) => {
            rows.push(("malformed", error.to_string()));
            rows.push(("at", item.error_pointer().unwrap_or_default()));
        }
        ItemOutcome::Unknown => rows.push(("unknown", "to this version".to_owned())),
        ItemOutcome::Parsed(_) => {
            rows.push(("from", customer(item)));
            if let Some(inbound) = item.inbound() {
                rows.extend(masked_message(&inbound));
            } else if let Some(update) = item.delivery_update() {
                let moments = [update.created, update.sent, update.failed, update.delivered, update.read];
                let at = moments.into_iter().flatten().next().map(|moment| moment.at.to_string());
                rows.push(("at", at.unwrap_or_default()));
                let code = update.failure.as_ref().and_then(|failure| failure.code);
                rows.push(("code", code.map(|code| code.to_string()).unwrap_or_default()));
            }
        }
    }
    rows
}

fn masked_message(inbound: &Inbound) -> Vec<(&'static str, String)> {
    let length = |text: &str| format!("{} characters", text.chars().count());
    let sent = inbound.sent_at.as_ref().and_then(WireTime::instant);
    let mut rows = vec![
        ("channel", inbound.channel.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("sent", sent.map(|sent| sent.to_string()).unwrap_or_default()),
    ];
    match &inbound.content {
        Content::Text(text) => rows.push(("text", length(&text.text))),
        Content::Media(media) => {
            rows.push(("file", media.kind.as_str().to_owned()));
            rows.push(("size", media.size.map(|size| format!("{size} bytes")).unwrap_or_default()));
            rows.push(("caption", media.caption.as_deref().map(length).unwrap_or_default()));
        }
        Content::Choice(choice) => {
            rows.push(("tapped", choice.kind.as_str().to_owned()));
            rows.push(("label", choice.label.as_deref().map(length).unwrap_or_default()));
        }
        Content::Contacts(contacts) => rows.push(("contacts", contacts.people.len().to_string())),
        Content::Order(order) => rows.push(("order", format!("{} lines", order.lines.len()))),
        _ => {}
    }
    rows
}
