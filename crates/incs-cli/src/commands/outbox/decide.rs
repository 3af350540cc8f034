//! `incs outbox resolve` and `incs outbox cancel`: decisions of a person.

use clap::Args;
use incs_facade::relay::store::{Decision, DecisionResult, OutboxId, Store};

use super::find;
use super::lines::{DecisionLine, DecisionWord};
use crate::commands::inbox::store::{StoreArgs, StoreName};
use crate::confirm::is_confirmed;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Context, needs_escape};

/// Longest name of a person, in characters.
const MAX_NAME_CHARS: usize = 200;

/// The arguments of `incs outbox resolve`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("decision").required(true))]
pub(super) struct Resolve {
    /// Number of the message
    #[arg(value_name = "ID")]
    id: u64,
    /// The platform accepted the message, with this id if it is known
    #[arg(long, value_name = "MESSAGE_ID", num_args = 0..=1, group = "decision")]
    #[allow(clippy::option_option, reason = "the flag has an optional value")]
    accepted: Option<Option<String>>,
    /// Send the message again; the customer may get it twice
    #[arg(long, group = "decision")]
    send_again: bool,
    /// Leave the message as it is; it is never sent again
    #[arg(long, group = "decision")]
    abandon: bool,
    /// Send again without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    store: StoreArgs,
}

/// The arguments of `incs outbox cancel`.
#[derive(Debug, Args)]
pub(super) struct Cancel {
    /// Numbers of the messages
    #[arg(value_name = "ID", required = true)]
    ids: Vec<u64>,
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    store: StoreArgs,
}

/// The person who decides.
#[derive(Debug, Args)]
struct Person {
    /// Name of the person who decides, which is stored [default: the user of this system]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl Person {
    fn name(&self) -> Result<String, Failure> {
        let user = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        let name = self.by.clone().or_else(user).unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            return Err(Failure::usage("the name of the person who decides is not known").with_help("add --by NAME"));
        }
        if name.chars().any(needs_escape) || name.chars().count() > MAX_NAME_CHARS {
            return Err(Failure::usage("the name of the person is too long, or has control characters"));
        }
        Ok(name)
    }
}

/// Runs `incs outbox resolve`.
pub(super) fn resolve(args: &Resolve, context: &Context) -> Result<Exit, Failure> {
    let by = args.person.name()?;
    if args.yes && !args.send_again {
        return Err(Failure::usage("--yes confirms --send-again; no other decision needs it"));
    }
    let decision = if args.send_again {
        args.store.name(context)?.check_exists()?;
        let question = "Send the message again? If the first attempt went through, the customer gets it twice.";
        let danger = "the customer may get the message twice";
        if !args.yes && !is_confirmed(question, danger)? {
            return Err(Failure::new(Exit::Failure, "nothing was changed"));
        }
        Decision::SendAgain { by }
    } else if args.abandon {
        Decision::Abandon { by }
    } else {
        let message_id = args.accepted.clone().flatten().map(|id| id.trim().to_owned());
        if message_id.as_deref().is_some_and(|id| id.is_empty() || id.chars().any(needs_escape)) {
            return Err(Failure::usage("the id of the message is empty or has control characters")
                .with_help("leave it out if it is not known"));
        }
        Decision::Accept { message_id, by }
    };
    decide(&[args.id], &decision, "resolved", &args.store, context)
}

/// Runs `incs outbox cancel`.
pub(super) fn cancel(args: &Cancel, context: &Context) -> Result<Exit, Failure> {
    let decision = Decision::Cancel { by: Some(args.person.name()?) };
    let mut ids = args.ids.clone();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    decide(&ids, &decision, "cancelled", &args.store, context)
}

fn decide(ids: &[u64], decision: &Decision, done: &str, args: &StoreArgs, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    connect::runtime()?.block_on(async {
        let (name, store) = args.attach(context).await?;
        let decisions = ids.iter().map(|id| (OutboxId(*id), decision.clone())).collect();
        let results = store.decide(decisions).await.map_err(|error| name.cannot("change", &error))?;
        let mut words = Vec::with_capacity(results.len());
        for (id, result) in ids.iter().zip(results) {
            let line = line_of(&name, &*store, OutboxId(*id), result).await?;
            words.push(line.result);
            // The decision is made, so its result must not be lost.
            if out.json {
                out.record_json(&line)?;
            } else {
                out.record(&line.text(done))?;
            }
        }
        store.close().await;
        exit_of(&words, done)
    })
}

async fn line_of(
    name: &StoreName,
    store: &dyn Store,
    id: OutboxId,
    result: DecisionResult,
) -> Result<DecisionLine, Failure> {
    let state = find(name, store, id).await?.map(|entry| entry.state);
    Ok(DecisionLine::new(id, result, state))
}

fn exit_of(words: &[DecisionWord], done: &str) -> Result<Exit, Failure> {
    let failed = words.iter().filter(|word| **word != DecisionWord::Done).count();
    let exit = match words.len() - failed {
        _ if failed == 0 => return Ok(Exit::Done),
        0 if words.iter().all(|word| *word == DecisionWord::NotFound) => Exit::NotFound,
        0 => Exit::Failure,
        _ => Exit::Partly,
    };
    let message = match words.len() {
        1 => format!("the message was not {done}"),
        all => format!("{failed} of {all} messages were not {done}"),
    };
    let help = match exit {
        Exit::NotFound => "`incs outbox list` lists the messages; old ones are removed",
        _ if words.contains(&DecisionWord::IdTaken) => "check the id of the provider: it belongs to another message",
        _ if words.contains(&DecisionWord::Erased) => "a message without its body cannot be sent again",
        _ if done == "cancelled" => "only queued messages can be cancelled: others are sent, or may have been",
        _ => "only unknown and unresolved messages can be resolved; `incs outbox show` shows what is known",
    };
    Err(Failure::new(exit, message).with_help(help))
}
