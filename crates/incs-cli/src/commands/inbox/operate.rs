//! `incs inbox retry`, `incs inbox dead-letter` and `incs inbox replay`.

use std::io::{self, IsTerminal as _};

use clap::Args;
use incs_facade::relay::store::{ItemFilter, ItemId, ItemState, OperatorAction, Store};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::lines::{ResultLine, ResultWord, StateName};
use super::store::{StoreArgs, StoreName};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// Number of items in one transaction.
const STEP: usize = 200;

/// The items of an action.
#[derive(Debug, Args)]
pub(super) struct Operate {
    /// Numbers of the items
    #[arg(value_name = "ID", required_unless_present = "state", conflicts_with = "state")]
    ids: Vec<u64>,
    /// All items in this state, in place of numbers
    #[arg(long, value_name = "STATE")]
    state: Option<StateName>,
    #[command(flatten)]
    store: StoreArgs,
}

/// An action on items.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    Retry,
    DeadLetter,
    Replay,
}

impl Action {
    /// Returns the action in the past tense.
    fn done(self) -> &'static str {
        match self {
            Self::Retry => "retried",
            Self::DeadLetter => "dead-lettered",
            Self::Replay => "replayed",
        }
    }

    /// Returns the states of the items that the action is for.
    fn states(self) -> &'static [ItemState] {
        match self {
            Self::Retry => &[ItemState::Failed, ItemState::Dead],
            Self::DeadLetter => &[ItemState::Stored, ItemState::Leased, ItemState::Failed],
            Self::Replay => &[ItemState::Done, ItemState::Dead],
        }
    }

    /// Returns the states in words, as in `failed or dead`.
    fn state_words(self) -> String {
        let words: Vec<_> = self.states().iter().map(|state| state.as_str()).collect();
        match words.as_slice() {
            [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            words => words.concat(),
        }
    }
}

impl From<Action> for OperatorAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Retry => Self::Retry,
            Action::DeadLetter => Self::DeadLetter,
            Action::Replay => Self::Replay,
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &Operate, action: Action, context: &Context) -> Result<Exit, Failure> {
    let state = args.state.map(ItemState::from);
    if let Some(state) = state.filter(|state| !action.states().contains(state)) {
        return Err(Failure::usage(format!("items that are {} cannot be {}", state.as_str(), action.done()))
            .with_help(format!("use --state with {}", action.state_words())));
    }
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let ids = match state {
            Some(state) => {
                let ids = of_state(&name, &*store, state).await?;
                context.out.note(&format!("{} in the state {}", items(ids.len()), state.as_str()));
                ids
            }
            None => distinct(&args.ids),
        };
        let counts = act(&name, &*store, &ids, action, context).await?;
        store.close().await;
        counts.into_result(action)
    })
}

/// Returns the items of a state. They are read before the action, which changes the state.
async fn of_state(name: &StoreName, store: &dyn Store, state: ItemState) -> Result<Vec<ItemId>, Failure> {
    let mut filter = ItemFilter { state: Some(state), limit: STEP, ..ItemFilter::default() };
    let mut ids = Vec::new();
    loop {
        let page = store.list(filter.clone()).await.map_err(|error| name.cannot("list", &error))?;
        ids.extend(page.iter().map(|item| item.id));
        if page.len() < STEP {
            return Ok(ids);
        }
        filter.after = page.last().map(|item| item.id);
    }
}

fn distinct(ids: &[u64]) -> Vec<ItemId> {
    let mut seen = std::collections::HashSet::new();
    ids.iter().filter(|id| seen.insert(**id)).map(|id| ItemId(*id)).collect()
}

#[derive(Debug, Default)]
struct Counts {
    done: usize,
    not_found: usize,
    others: usize,
}

async fn act(
    name: &StoreName,
    store: &dyn Store,
    ids: &[ItemId],
    action: Action,
    context: &Context,
) -> Result<Counts, Failure> {
    let out = context.out;
    let bar = progress(ids.len(), out.quiet);
    let mut counts = Counts::default();
    for step in ids.chunks(STEP) {
        let actions = step.iter().map(|id| (*id, action.into())).collect();
        let results = store.operate(actions).await.map_err(|error| name.cannot("change", &error))?;
        let mut lines = Vec::with_capacity(step.len());
        for (id, result) in step.iter().zip(results) {
            let line = ResultLine::new(*id, result);
            match line.result {
                ResultWord::Done | ResultWord::Replayed => counts.done += 1,
                ResultWord::NotFound => counts.not_found += 1,
                ResultWord::WrongState | ResultWord::Erased => counts.others += 1,
            }
            lines.push(if out.json {
                serde_json::to_string(&line).unwrap_or_default()
            } else {
                line.text(action.done())
            });
        }
        // A second replay would make a second copy, so the results must not be lost.
        out.record(&lines.join("\n"))?;
        bar.inc(step.len() as u64);
    }
    bar.finish_and_clear();
    Ok(counts)
}

/// Returns a progress bar on a terminal, unless the results are shown there.
fn progress(items: usize, is_quiet: bool) -> ProgressBar {
    let is_shown = items > STEP && !is_quiet && !io::stdout().is_terminal();
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(items as u64), target);
    match ProgressStyle::with_template("{bar:30} {pos} of {len} items") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

impl Counts {
    fn into_result(self, action: Action) -> Result<Exit, Failure> {
        let Self { done, not_found, others } = self;
        let failed = not_found + others;
        let exit = match (done, others) {
            _ if failed == 0 => return Ok(Exit::Done),
            (0, 0) => Exit::NotFound,
            (0, _) => Exit::Failure,
            _ => Exit::Partly,
        };
        let message = match (done, failed) {
            (0, 1) => format!("the item was not {}", action.done()),
            (0, _) => format!("none of {} was {}", items(failed), action.done()),
            _ => format!("{failed} of {} were not {}", items(done + failed), action.done()),
        };
        let help = match (exit, action) {
            (Exit::NotFound, _) => "`incs inbox list` lists the items; old ones are removed".to_owned(),
            (_, Action::DeadLetter) => format!("items that are {} can be {}", action.state_words(), action.done()),
            _ => format!("items that are {} can be {}, unless they were erased", action.state_words(), action.done()),
        };
        Err(Failure::new(exit, message).with_help(help))
    }
}

/// Returns a number of items in words.
pub(super) fn items(number: usize) -> String {
    if number == 1 { "1 item".to_owned() } else { format!("{number} items") }
}
