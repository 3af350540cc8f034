//! `incs relay`: the upkeep of the store of an inbox and outbox.

mod doctor;

use clap::{Args, Subcommand};
use incs_facade::relay::store::{SqliteStore, Store as _};

use super::inbox::lines::{MigratedLine, VacuumedLine};
use super::inbox::store::StoreArgs;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs relay`.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Relay {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a store, and list what waits for a person
    Doctor(doctor::Doctor),
    /// Bring a store to the newest schema; create it if it does not exist
    Migrate(Upkeep),
    /// Rewrite a store without the space of removed items
    Vacuum(Upkeep),
}

/// The arguments of `migrate` and `vacuum`. They need a store that no other process owns.
#[derive(Debug, Args)]
struct Upkeep {
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Relay, context: &Context) -> Result<Exit, Failure> {
    let runtime = connect::runtime()?;
    match &args.command {
        Command::Doctor(args) => runtime.block_on(doctor::run(args, context)),
        Command::Migrate(args) => runtime.block_on(migrate(args, context)),
        Command::Vacuum(args) => runtime.block_on(vacuum(args, context)),
    }
}

async fn migrate(args: &Upkeep, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    let store = args.store.file(context)?.own().await?;
    let (before, after) = (store.migrated_from(), SqliteStore::schema());
    store.close().await;
    if out.json {
        out.json(&MigratedLine { after, before })?;
    } else {
        out.line(&match before {
            0 => format!("created with schema {after}"),
            before if before == after => format!("schema {after}, nothing to migrate"),
            before => format!("migrated from schema {before} to {after}"),
        })?;
    }
    Ok(Exit::Done)
}

async fn vacuum(args: &Upkeep, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    let file = args.store.file(context)?;
    file.check_exists()?;
    let store = file.own().await?;
    let size = async || store.stats().await.map(|stats| stats.bytes).map_err(|error| file.cannot("read", &error));
    let bytes_before = size().await?;
    store.vacuum().await.map_err(|error| file.cannot("vacuum", &error))?;
    let bytes_after = size().await?;
    store.close().await;
    if out.json {
        out.json(&VacuumedLine { bytes_after, bytes_before })?;
    } else {
        let shown = |bytes: Option<u64>| bytes.unwrap_or_default();
        out.line(&format!("{} bytes before, {} bytes after", shown(bytes_before), shown(bytes_after)))?;
    }
    Ok(Exit::Done)
}
