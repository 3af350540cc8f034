//! `incs relay`: the upkeep of the store of an inbox and outbox.

mod doctor;

use clap::{Args, Subcommand};
use incs_facade::relay::store::Store as _;

use super::inbox::lines::{MigratedLine, VacuumedLine};
use super::inbox::store::{StoreArgs, StoreName};
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
    /// Rewrite a store in a file without the space of removed items
    Vacuum(Upkeep),
}

/// The arguments of `migrate` and `vacuum`. They need a file that no other process owns.
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
    let store = args.store.name(context)?.own().await?;
    let (before, after) = (store.migrated_from(), store.schema());
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
    let name = args.store.name(context)?;
    let store = match &name {
        StoreName::File(file) => {
            file.check_exists()?;
            file.own().await.map_err(|error| name.cannot("open", &error))?
        }
        #[cfg(feature = "postgres")]
        StoreName::Database(_) => {
            return Err(Failure::usage("PostgreSQL uses the space of removed rows again by itself; nothing was done")
                .with_help(
                    "`incs relay doctor` shows whether its autovacuum keeps up; \
                    VACUUM FULL in the database returns space to the disk",
                ));
        }
    };
    let size = async || store.stats().await.map(|stats| stats.bytes).map_err(|error| name.cannot("read", &error));
    let bytes_before = size().await?;
    store.vacuum().await.map_err(|error| name.cannot("vacuum", &error))?;
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
