//! Items for people: a table of all, and a block for each.

use anstyle::{AnsiColor, Style};
use incs_facade::model::delivery::Fact;
use incs_facade::model::id::{MediaId, MediaType, MessageId, TemplateId, TemplateName};
use incs_facade::model::inbound::{Content, Inbound};
use incs_facade::model::{Address, WireTime};
use incs_facade::webhook::{Batch, Event, Item, Outcome, Provider};

use super::document::result;
use super::schema::Difference;
use super::text::{aligned, plain, plain_line};

/// How much of a key is shown: enough to see that two are the same.
const KEY: usize = 12;

/// All that is to be said of a body, line by line.
pub(super) fn batch(batch: &Batch) -> Vec<String> {
    let count = batch.items().len();
    let of = batch.provider().map_or("nobody known", Provider::as_str);
    let items = if count == 1 { "item" } else { "items" };
    let mut lines = vec![format!("{count} {items} of {}", plain_line(of))];
    if count > 1 {
        lines.push(String::new());
        let rows = batch
            .iter()
            .enumerate()
            .map(|(index, item)| [(index + 1).to_string(), result(item).to_owned(), short_key(item), kind(item)]);
        lines.extend(aligned(rows));
    }
    for item in batch {
        lines.push(String::new());
        lines.extend(block(item));
    }
    lines
}

/// The differences to a schema, line by line.
pub(super) fn differences(differences: &[Difference]) -> Vec<String> {
    let title = match differences.len() {
        0 => "fits the schema".to_owned(),
        1 => "1 difference to the schema".to_owned(),
        count => format!("{count} differences to the schema"),
    };
    let lines = differences.iter().map(|difference| format!("  {}", plain_line(&difference.to_string())));
    [String::new(), title].into_iter().chain(lines).collect()
}

fn block(item: &Item) -> Vec<String> {
    let style = match item.outcome() {
        Outcome::Parsed(_) => Style::new().bold(),
        Outcome::Malformed(_) => AnsiColor::Red.on_default().bold(),
        _ => AnsiColor::Yellow.on_default().bold(),
    };
    let mut rows = Rows::default();
    match item.outcome() {
        Outcome::Parsed(event) => rows.event(item, event),
        Outcome::Malformed(fault) => {
            rows.add("malformed", &fault.to_string());
            rows.add("at", &item.fault_pointer().unwrap_or_default());
            rows.add("kept", &format!("{} bytes", item.raw().len()));
        }
        _ => rows.add("unknown", &format!("to this version; {} bytes are kept", item.raw().len())),
    }
    rows.add("pointer", &item.pointer());
    rows.add("key", &short_key(item));
    let title = format!("{style}{}{style:#}", kind(item));
    std::iter::once(title).chain(aligned(rows.0)).collect()
}

/// What an item is, or a dash.
pub(super) fn kind(item: &Item) -> String {
    plain_line(&item.kind().unwrap_or_else(|| "-".to_owned()))
}

fn short_key(item: &Item) -> String {
    item.dedup_key().map(|key| key.to_string().chars().take(KEY).collect()).unwrap_or_default()
}

#[derive(Default)]
struct Rows(Vec<[String; 2]>);

impl Rows {
    fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.push([format!("  {name}"), plain(value)]);
        }
    }

    fn maybe(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.add(name, value.as_ref());
        }
    }

    fn event(&mut self, item: &Item, event: &Event) {
        if let Some(inbound) = item.inbound() {
            self.inbound(&inbound);
        } else if let Some(fact) = item.fact() {
            self.fact(&fact);
        }
        macro_rules! template {
            ($update:expr) => {{
                self.maybe("template", $update.template_id.as_ref().map(TemplateId::as_str));
                self.maybe("name", $update.template_name.as_ref().map(TemplateName::as_str));
                self.add("now", $update.new_value.as_str());
                self.add("why", &$update.reason);
                self.maybe("at", $update.received_at.as_ref().map(time));
            }};
        }
        match event {
            Event::TemplateStatus(update) => template!(update),
            Event::TemplateCategory(update) => template!(update),
            Event::TemplateQuality(update) => template!(update),
            Event::WhatsAppError(error) => {
                self.maybe("code", error.code.map(|code| code.to_string()));
                self.maybe("title", error.title.as_deref());
                self.maybe("message", error.message.as_deref());
            }
            _ => {}
        }
    }

    fn inbound(&mut self, inbound: &Inbound) {
        let name = inbound.profile_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        self.maybe("from", inbound.user.as_ref().map(|user| format!("{}{name}", user.as_str())));
        self.maybe("to", inbound.business.as_ref().map(Address::as_str));
        self.maybe("channel", inbound.channel_id.as_ref().map(ToString::to_string));
        self.maybe("sent", inbound.sent_at.as_ref().map(time));
        self.maybe("id", inbound.id.as_ref().map(MessageId::as_str));
        self.maybe("answers", inbound.quoted.as_ref().and_then(|quoted| quoted.id.as_ref()).map(MessageId::as_str));
        self.content(&inbound.content);
    }

    fn content(&mut self, content: &Content) {
        match content {
            Content::Text(text) => self.add("text", &text.text),
            Content::Media(media) => {
                self.add("file", media.kind.as_str());
                self.maybe("type", media.media_type.as_ref().map(MediaType::as_str));
                self.maybe("name", media.file_name.as_deref());
                self.maybe("bytes", media.size.map(|size| size.to_string()));
                self.maybe("url", media.url.as_deref());
                self.maybe("media id", media.id.as_ref().map(MediaId::as_str));
                self.maybe("caption", media.caption.as_deref());
            }
            Content::Location(place) => {
                self.add("at", &format!("{}, {}", place.latitude, place.longitude));
                self.maybe("name", place.name.as_deref());
                self.maybe("address", place.address.as_deref());
            }
            Content::Choice(choice) => {
                self.add("tapped", choice.kind.as_str());
                self.maybe("label", choice.label.as_deref());
                self.maybe("data", choice.data.as_deref());
            }
            Content::Reaction(reaction) => {
                self.add("reaction", reaction.emoji.as_deref().unwrap_or("taken back"));
                self.add("on", reaction.message_id.as_str());
            }
            Content::Contacts(contacts) => {
                for person in &contacts.people {
                    let phones = person.phones.iter().map(|phone| phone.as_str().to_owned());
                    let words: Vec<String> = person.name.iter().cloned().chain(phones).collect();
                    self.add("contact", &words.join(", "));
                }
            }
            Content::Order(order) => {
                for line in &order.lines {
                    let words = [&line.quantity, &Some(line.product_id.clone()), &line.price, &line.currency];
                    self.add("order", &words.map(|word| word.as_deref().unwrap_or_default()).join(" "));
                }
                self.maybe("text", order.text.as_deref());
            }
            Content::Error(problem) => {
                self.maybe("code", problem.code.map(|code| code.to_string()));
                self.maybe("name", problem.name.as_deref());
                self.maybe("text", problem.text.as_deref());
            }
            Content::Other(other) => self.add("other", &other.kind),
            _ => {}
        }
    }

    fn fact(&mut self, fact: &Fact) {
        self.maybe("message", fact.message_id.as_ref().map(MessageId::as_str));
        self.maybe("incs id", fact.incs_id.map(|id| id.as_u64().to_string()));
        let moments = [fact.created, fact.sent, fact.failed, fact.delivered, fact.read];
        self.maybe("at", moments.into_iter().flatten().next().map(|moment| moment.at.to_string()));
        if let Some(failure) = &fact.failure {
            self.maybe("code", failure.code.map(|code| code.to_string()));
            self.maybe("name", failure.name.as_deref());
            self.maybe("why", failure.text.as_deref());
        }
    }
}

/// The instant, if it is one, else what stands there.
fn time(time: &WireTime) -> String {
    time.instant().map_or_else(|| time.to_string(), |instant| instant.to_string())
}
