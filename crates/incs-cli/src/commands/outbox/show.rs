//! `incs outbox show`.

use clap::Args;
use incs_facade::model::{Channel, Document, OutboundMessage, rcs, viber, whatsapp};
use incs_facade::relay::reconcile;
use incs_facade::relay::store::{Candidates, OutboxEntry, OutboxId, OutboxState, Proof, Sighting};

use super::find;
use super::lines::{BodyLine, EvidenceLine, RivalLine, ShownLine};
use crate::commands::inbox::store::StoreArgs;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::lines::count;
use crate::output::{Columns, Context, Output, WriteError, aligned, escape_line};

/// The arguments of `incs outbox show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Number of the message
    #[arg(value_name = "ID")]
    id: u64,
    #[command(flatten)]
    store: StoreArgs,
    /// Print the JSON of the message, exactly, also with --json
    #[arg(long)]
    raw: bool,
}

/// Runs the command.
pub(super) fn run(args: &Show, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let id = OutboxId(args.id);
        let missing = || {
            Failure::new(Exit::NotFound, format!("the store has no message {id}"))
                .with_help("`incs outbox list` lists the messages; old ones are removed")
        };
        let entry = find(&name, &*store, id).await?.ok_or_else(missing)?;
        let body = store.message_body(id).await.map_err(|error| name.cannot("read", &error))?;
        if args.raw {
            let erased = || Failure::new(Exit::Failure, format!("the body of message {id} was erased"));
            out.bytes(&body.ok_or_else(erased)?)?;
        } else {
            let candidates = if is_open(&entry) {
                store.candidates(id).await.map_err(|error| name.cannot("read", &error))?
            } else {
                None
            };
            let body = body.map(|body| masked(&entry.channel, body));
            let shown = shown(entry, body, candidates.as_ref());
            if out.json { out.json(&shown)? } else { show(&shown, out)? }
        }
        store.close().await;
        Ok(Exit::Done)
    })
}

/// Reports whether evidence is looked for.
fn is_open(entry: &OutboxEntry) -> bool {
    entry.state.is_unknown() || entry.state == OutboxState::Accepted && entry.message_id.is_none()
}

/// Returns the content of a message without texts and whole numbers.
fn masked(channel: &str, body: Vec<u8>) -> BodyLine {
    let bytes = count(body.len());
    let document = Document::read(&Channel::from(channel), body);
    let Some(message) = document.message() else {
        return BodyLine { bytes, kind: None, template: None, text_characters: None, to: None };
    };
    let (mut text, mut template) = (None, None);
    match message {
        OutboundMessage::WhatsApp(message) => match &message.content {
            whatsapp::Content::Text(words) => text = Some(words),
            whatsapp::Content::Template(content) => template = Some(content.name.as_str().to_owned()),
            _ => {}
        },
        OutboundMessage::Viber(message) => {
            if let viber::Content::Text(words) = &message.content {
                text = Some(words);
            }
        }
        OutboundMessage::Rcs(message) => match &message.content {
            rcs::Content::Text(words) => text = Some(words),
            rcs::Content::Template(content) => template = Some(content.name.as_str().to_owned()),
            _ => {}
        },
        _ => {}
    }
    let number = message.to().as_str();
    let end: String = number.chars().skip(number.chars().count().saturating_sub(4)).collect();
    BodyLine {
        bytes,
        kind: Some(message.kind().to_owned()),
        template,
        text_characters: text.map(|text| count(text.chars().count())),
        to: Some(format!("…{end}")),
    }
}

fn shown(entry: OutboxEntry, body: Option<BodyLine>, candidates: Option<&Candidates>) -> ShownLine {
    let next_step = next_step(&entry, candidates);
    let evidence = candidates.map(|found| found.sightings.iter().map(|sighting| evidence(&entry, sighting)).collect());
    let rivals = candidates.map(|found| found.rivals.iter().map(rival).collect());
    ShownLine {
        body,
        evidence: evidence.unwrap_or_default(),
        message: entry.into(),
        next_step,
        rivals: rivals.unwrap_or_default(),
    }
}

fn evidence(entry: &OutboxEntry, sighting: &Sighting) -> EvidenceLine {
    let after = entry.sending_at.map(|sent| sighting.at.duration_since(sent).as_secs_f64());
    EvidenceLine {
        at: sighting.at.to_string(),
        grade: reconcile::fit(entry, sighting).map(Proof::as_str),
        kind: sighting.kind.as_str(),
        message_id: sighting.message_id.clone(),
        same_recipient: sighting.recipient.map(|recipient| Some(recipient) == entry.recipient),
        same_text: entry.content.zip(sighting.content).map(|(sent, seen)| sent == seen),
        seconds_after: (after.unwrap_or_default() * 1000.0).round() / 1000.0,
    }
}

fn rival(entry: &OutboxEntry) -> RivalLine {
    RivalLine {
        id: entry.id.0,
        key: entry.key.clone(),
        sending_at: entry.sending_at.map(|at| at.to_string()),
        state: entry.state.as_str(),
    }
}

/// Returns the next step for a person.
fn next_step(entry: &OutboxEntry, candidates: Option<&Candidates>) -> String {
    let id = entry.id;
    match entry.state {
        OutboxState::Queued if entry.next_at.is_none() => {
            format!(
                "wait: an earlier message to the same recipient comes first; `incs outbox cancel {id}` cancels this one"
            )
        }
        OutboxState::Queued => format!("wait: it is sent when it is due; `incs outbox cancel {id}` cancels it"),
        OutboxState::Sending => "wait: it is being sent".to_owned(),
        OutboxState::Unknown | OutboxState::Unresolved => unknown_step(entry, candidates),
        OutboxState::Accepted if entry.second_message_id.is_some() => {
            "it was probably sent twice: look for both ids in the INCS workbench".to_owned()
        }
        OutboxState::Accepted if entry.message_id.is_none() => {
            "do not send it again: it was accepted, but its id is not known".to_owned()
        }
        OutboxState::Accepted if entry.receipt_at.is_none() => {
            "nothing to do; `incs outbox audit` finds messages whose receipt does not come".to_owned()
        }
        OutboxState::Accepted => "nothing to do".to_owned(),
        OutboxState::Rejected => "correct the message and enqueue it with another key; it was not sent".to_owned(),
        OutboxState::Dead | OutboxState::Expired | OutboxState::Cancelled if entry.is_not_sent() => {
            "enqueue it with another key if it is still needed; it was not sent".to_owned()
        }
        OutboxState::Dead | OutboxState::Expired | OutboxState::Cancelled | OutboxState::Abandoned => {
            "nothing to do: it may have been sent once, and is not sent again".to_owned()
        }
    }
}

fn unknown_step(entry: &OutboxEntry, candidates: Option<&Candidates>) -> String {
    let id = entry.id;
    if let Some((message_id, proof)) = candidates.and_then(reconcile::judge) {
        let how = if proof == Proof::Confirmed { "a webhook shows" } else { "a webhook makes it likely" };
        return format!("{how} that it was accepted: `incs outbox resolve {id} --accepted {message_id}`");
    }
    let wait = match entry.state {
        OutboxState::Unknown => "wait for a webhook about it, or look",
        _ => "look",
    };
    format!(
        "{wait} for it in the INCS workbench, then `incs outbox resolve {id}` with --accepted MESSAGE_ID if it was sent, --send-again if it was not, or --abandon"
    )
}

/// Prints the description for people.
fn show(shown: &ShownLine, out: Output) -> Result<(), WriteError> {
    for line in aligned(rows(shown)) {
        out.line(&line)?;
    }
    if !shown.evidence.is_empty() {
        out.line("")?;
        let mut columns = Columns::new(["webhook", "after the send", "message id", "recipient", "text", "fits"]);
        let same = |is_same: Option<bool>, unknown: &str| match is_same {
            Some(true) => "same".to_owned(),
            Some(false) => "another".to_owned(),
            None => unknown.to_owned(),
        };
        for found in &shown.evidence {
            columns.add([
                found.kind.to_owned(),
                format!("{:.1} s", found.seconds_after),
                found.message_id.as_deref().map_or_else(|| "-".to_owned(), escape_line),
                same(found.same_recipient, "not named"),
                same(found.same_text, "not comparable"),
                found.grade.unwrap_or("no").to_owned(),
            ]);
        }
        columns.show(out)?;
    }
    if !shown.rivals.is_empty() {
        out.line("")?;
        let mut columns = Columns::new(["other message", "key", "state", "sent at"]);
        for rival in &shown.rivals {
            let sent_at = rival.sending_at.clone().unwrap_or_default();
            columns.add([rival.id.to_string(), escape_line(&rival.key), rival.state.to_owned(), sent_at]);
        }
        columns.show(out)?;
    }
    out.line("")?;
    out.line(&format!("next: {}", escape_line(&shown.next_step)))
}

fn rows(ShownLine { body, message: line, .. }: &ShownLine) -> Vec<[String; 2]> {
    let text = |text: &Option<String>| text.as_deref().map(escape_line).unwrap_or_default();
    let flag = |is_set: Option<bool>| is_set.map(|_| "yes".to_owned()).unwrap_or_default();
    let proof = line.proof.map(|proof| format!("by {proof}")).unwrap_or_default();
    let mut rows = vec![
        ("message", line.id.to_string()),
        ("key", escape_line(&line.key)),
        ("channel", escape_line(&line.channel)),
        ("state", line.state.to_owned()),
        ("proof", proof),
        ("message id", text(&line.message_id)),
        ("second id", text(&line.second_message_id)),
        ("stage", line.stage.unwrap_or_default().to_owned()),
        ("reason", text(&line.reason)),
        ("error", text(&line.error)),
        ("attempts", line.attempts.to_string()),
        ("enqueued", line.enqueued_at.clone()),
        ("changed", line.changed_at.clone()),
        ("sent at", text(&line.sending_at)),
        ("next attempt", text(&line.next_at)),
        ("not after", text(&line.not_after)),
        ("receipt", text(&line.receipt_at)),
        ("asked", text(&line.asked_at)),
        ("sent again", flag(line.sent_again)),
        ("decided by", text(&line.decided_by)),
        ("erased", flag(line.erased)),
    ];
    if let Some(body) = body {
        rows.extend([
            ("kind", text(&body.kind)),
            ("to", text(&body.to)),
            ("template", text(&body.template)),
            ("text", body.text_characters.map(|length| format!("{length} characters")).unwrap_or_default()),
            ("bytes", body.bytes.to_string()),
        ]);
    }
    rows.retain(|(_, value)| !value.is_empty());
    rows.into_iter().map(|(name, value)| [name.to_owned(), value]).collect()
}
