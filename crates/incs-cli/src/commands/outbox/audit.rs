//! `incs outbox audit`: accepted messages without a receipt.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use incs_facade::client::{Client, ErrorKind};
use incs_facade::model::status::MessageStatus;
use incs_facade::model::{Channel, Timestamp};
use incs_facade::relay::store::{OutboxEntry, OutboxFilter, OutboxId, StatusUpdate, Store};

use super::lines::{GapLine, GapWord};
use super::seconds;
use crate::args::parse_duration;
use crate::commands::inbox::store::{StoreArgs, StoreName};
use crate::connect;
use crate::exit::{Exit, Failure, sentence};
use crate::lines::count;
use crate::output::{Columns, Context, escape_line};
use crate::settings::Settings;

/// Number of messages that one status query is about.
const PAGE: usize = 100;

/// The arguments of `incs outbox audit`.
#[derive(Debug, Args)]
#[command(
    after_help = "With a certification code the platform is asked about each message, 100 in a call, and its answers are stored. \
    The exit code is 9 if any accepted message has no receipt."
)]
pub(super) struct Audit {
    /// Only messages that were accepted within this time
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = parse_duration)]
    since: Duration,
    /// Leave out messages that were accepted within this time: their receipts may still come
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_duration)]
    grace: Duration,
    #[command(flatten)]
    store: StoreArgs,
}

/// The numbers of gaps by the answer of the platform.
#[derive(Debug, Default)]
struct Gaps {
    found: usize,
    not_found: usize,
    failed: usize,
    not_asked: usize,
}

/// Runs the command.
pub(super) fn run(args: &Audit, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    if args.grace >= args.since {
        return Err(Failure::usage("--grace is not shorter than --since, so no message is left"));
    }
    let settings = Settings::load(context)?;
    let has_code = settings.certification_code()?.is_some() || !settings.channel_codes()?.is_empty();
    let client = if has_code { Some(connect::client(context)?) } else { None };
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let now = Timestamp::now();
        let before = |time: Duration| now.checked_sub(time).unwrap_or(Timestamp::MIN);
        let mut filter = OutboxFilter {
            without_receipt: Some(before(args.since)..before(args.grace)),
            limit: PAGE,
            ..OutboxFilter::default()
        };
        let mut columns = Columns::new(["id", "key", "channel", "accepted", "message id", "platform"]);
        let mut gaps = Gaps::default();
        loop {
            let page = store.messages(filter.clone()).await.map_err(|error| name.cannot("read", &error))?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            for line in ask(&name, &*store, client.as_ref(), page).await? {
                gaps.add(line.result);
                if out.json {
                    out.json(&line)?;
                } else {
                    columns.add(cells(&line));
                }
            }
        }
        columns.show(out)?;
        store.close().await;
        gaps.into_result(context)
    })
}

/// Asks the platform about messages, and stores its answers.
async fn ask(
    name: &StoreName,
    store: &dyn Store,
    client: Option<&Client>,
    page: Vec<OutboxEntry>,
) -> Result<Vec<GapLine>, Failure> {
    let mut by_channel: BTreeMap<String, Vec<(OutboxId, String)>> = BTreeMap::new();
    let mut lines: BTreeMap<u64, GapLine> = BTreeMap::new();
    for entry in page {
        let Some(message_id) = entry.message_id else { continue };
        by_channel.entry(entry.channel.clone()).or_default().push((entry.id, message_id.clone()));
        let line = GapLine {
            changed_at: entry.changed_at.to_string(),
            channel: entry.channel,
            error: None,
            id: entry.id.0,
            key: entry.key,
            message_id,
            message_status: None,
            result: GapWord::NotAsked,
        };
        lines.insert(entry.id.0, line);
    }
    let Some(client) = client else { return Ok(lines.into_values().collect()) };
    for (channel, messages) in by_channel {
        let (asked, ids): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
        let reply = client.messages().status(ids).channel(Channel::from(channel.as_str())).await;
        let failure = match &reply {
            Ok(_) => None,
            Err(error) => error.failures().first().map(|failure| failure.error.clone()),
        };
        if failure.as_ref().is_some_and(|error| error.kind() == ErrorKind::Credential) {
            continue;
        }
        let report = match &reply {
            Ok(report) => Some(report),
            Err(_) if failure.is_some() => None,
            Err(error) => Some(error.report()),
        };
        for line in asked.iter().filter_map(|id| lines.get(&id.0)).map(|line| line.id).collect::<Vec<_>>() {
            let Some(line) = lines.get_mut(&line) else { continue };
            let row = report.and_then(|report| report.get(&line.message_id.as_str().into()));
            (line.result, line.message_status) = match (&failure, row) {
                (Some(_), _) => (GapWord::Failed, None),
                (None, Some(row)) => (GapWord::Found, Some(row.message_status.as_str().to_owned())),
                (None, None) => (GapWord::NotFound, None),
            };
            line.error = failure.as_ref().map(sentence);
        }
        if let Some(report) = report {
            let updates = report.answered().iter().map(update_of).collect();
            store.record_statuses(asked, updates).await.map_err(|error| name.cannot("write", &error))?;
        }
    }
    Ok(lines.into_values().collect())
}

fn update_of(row: &MessageStatus) -> StatusUpdate {
    let message_id = row.message_id.as_str().to_owned();
    StatusUpdate { message_id, recipient: None, update: row.into(), sighting: None }
}

fn cells(line: &GapLine) -> [String; 6] {
    let answer = match (line.result, &line.message_status, &line.error) {
        (GapWord::Found, Some(status), _) => format!("{status}; the webhook was lost"),
        (GapWord::NotFound, ..) => "does not know it".to_owned(),
        (GapWord::Failed, _, Some(error)) => error.clone(),
        _ => "not asked".to_owned(),
    };
    [
        line.id.to_string(),
        escape_line(&line.key),
        escape_line(&line.channel),
        seconds(&line.changed_at),
        escape_line(&line.message_id),
        escape_line(&answer),
    ]
}

impl Gaps {
    fn add(&mut self, result: GapWord) {
        match result {
            GapWord::Found => self.found += 1,
            GapWord::NotFound => self.not_found += 1,
            GapWord::Failed => self.failed += 1,
            GapWord::NotAsked => self.not_asked += 1,
        }
    }

    fn into_result(self, context: &Context) -> Result<Exit, Failure> {
        let Self { found, not_found, failed, not_asked } = self;
        let total = found + not_found + failed + not_asked;
        if total == 0 {
            context.out.note("no accepted message of this time is without a receipt");
            return Ok(Exit::Done);
        }
        let message = match total {
            1 => "1 accepted message has no receipt".to_owned(),
            total => format!("{total} accepted messages have no receipt"),
        };
        let mut help = Vec::new();
        if found > 0 {
            help.push("the platform knows messages whose webhooks were lost: check that the webhooks reach the inbox");
        }
        if not_found > 0 {
            help.push("ask the platform's support about messages that it does not know");
        }
        if failed > 0 {
            help.push("run the command again for messages about which it gave no answer");
        }
        if not_asked > 0 {
            help.push("set INCS_CERTIFICATION_CODE to ask the platform about them");
        }
        Err(Failure::new(Exit::Partly, message).with_help(help.join("; ")).with_details(|details| {
            details.found = Some(count(found));
            details.not_found = Some(count(not_found));
            details.failed = Some(count(failed));
        }))
    }
}
