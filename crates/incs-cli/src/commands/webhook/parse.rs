//! `incs webhook parse`, and the items of a body as JSON and as lines, which the listener shows as well.

use std::fmt::Write as _;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use incs_facade::model::delivery::Fact;
use incs_facade::model::event::whatsapp::{self, CallDirection, CallOutcome, PreferenceCategory, PreferenceValue};
use incs_facade::model::id::{GroupId, MediaId, MediaType, MessageId, TemplateId, TemplateName, WhatsAppUserId};
use incs_facade::model::inbound::{ChangeKind, Content, EditedContent, Inbound, PermissionAnswer};
use incs_facade::model::{Address, Party, RawJson, Timestamp, WireTime};
use incs_facade::webhook::scheme::{Refusal, Scheme};
use incs_facade::webhook::{
    Batch, Delivery, Event, Evidence, Fault, Item, Limits, Outcome, Provider, Rejection, ShapeError,
};
use serde::Serialize;

use super::schema::{self, Difference};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::{Context, aligned, is_unsafe, plain, plain_line};

/// How much of a key is shown: enough to see that two are the same.
const KEY: usize = 12;

/// The arguments of `incs webhook parse`.
#[derive(Debug, Args)]
pub(super) struct Parse {
    /// Whose body it is
    #[arg(long, value_name = "WHO", default_value = "auto")]
    provider: ProviderChoice,
    /// Also compare the body with the JSON Schema of what is received
    #[arg(long, value_name = "FORMS")]
    schema: Option<schema::Forms>,
    /// The body as it came; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs it. What is no JSON is shown like the rest, and told by the exit code.
pub(super) fn run(args: &Parse, context: &Context) -> Result<Exit, Failure> {
    let body = input::read(&args.file)?;
    let batch = items_of(&body, args.provider).map_err(|rejection| Failure::usage(rejection.to_string()))?;
    let differences = args.schema.map(|forms| schema::check(&batch, forms)).transpose();
    let differences = differences.map_err(|error| {
        Failure::usage(format!("{} has no schema to be compared with: {error}", args.file.display()))
    })?;
    if context.out.json {
        if let Some(document) = on_one_line(&Document::new(&batch, differences)) {
            context.out.json(&document);
        }
    } else {
        for line in lines_of(&batch) {
            context.out.line(&line);
        }
        for line in differences.as_deref().map(difference_lines).unwrap_or_default() {
            context.out.line(&line);
        }
    }
    Ok(if is_json(&body) { Exit::Done } else { Exit::Usage })
}

/// Whose body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProviderChoice {
    /// The body tells
    Auto,
    Incs,
    Exotel,
}

impl ProviderChoice {
    /// The provider, unless the body tells.
    pub(super) fn provider(self) -> Option<Provider> {
        match self {
            Self::Auto => None,
            Self::Incs => Some(Provider::Incs),
            Self::Exotel => Some(Provider::Exotel),
        }
    }
}

/// Takes every delivery: for a file that a person hands over, and for a listener that was told to trust anyone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anyone;

impl Scheme for Anyone {
    fn verify(&self, _: &Evidence<'_>, _: Timestamp) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Every item of a body. What `dangerously_skip_verification` refuses, such as what is no JSON, is an item here.
pub(super) fn items_of(body: &[u8], provider: ProviderChoice) -> Result<Batch, Rejection> {
    let no_headers: [(&str, &str); 0] = [];
    let limits = Limits::DEFAULT.with_body(body.len());
    let now = Timestamp::now();
    let verified = Delivery::new(&no_headers, body).with_limits(limits).verify(&Anyone, now)?;
    Ok(match provider.provider() {
        Some(provider) => verified.parse_from(provider),
        None => verified.parse(),
    })
}

/// Whether a body is JSON, however deep.
pub(super) fn is_json(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    std::str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}

/// What `incs webhook parse --json` writes.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    /// `incs`, `exotel`; null when nothing tells.
    provider: Option<String>,
    items: Vec<ItemDocument>,
    /// Only with `--schema`.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<Difference>>,
}

/// One item. Every member is always there.
#[derive(Debug, Serialize)]
pub(super) struct ItemDocument {
    result: &'static str,
    kind: Option<String>,
    dedup_key: Option<String>,
    /// Where it stands in the body; of a malformed item, the member that is wrong.
    pointer: String,
    reason: Option<String>,
    /// The item as it came, so that nothing in it is lost; null when it is no JSON, or too deep.
    event: Option<RawJson>,
    /// The customer's message in the form that is the same for both providers.
    inbound: Option<Inbound>,
}

impl Document {
    pub(super) fn new(batch: &Batch, differences: Option<Vec<Difference>>) -> Self {
        Self {
            provider: batch.provider().map(|provider| provider.as_str().to_owned()),
            items: batch.iter().map(ItemDocument::from).collect(),
            differences,
        }
    }
}

impl From<&Item> for ItemDocument {
    fn from(item: &Item) -> Self {
        // A document with something very deep in it is one that most readers refuse whole.
        let too_deep = matches!(item.outcome(), Outcome::Malformed(Fault::Shape(ShapeError::TooDeep { .. })));
        let raw = std::str::from_utf8(item.raw()).ok().filter(|_| !too_deep);
        Self {
            result: result(item),
            kind: item.kind(),
            dedup_key: item.dedup_key().map(|key| key.to_string()),
            pointer: item.fault_pointer().unwrap_or_else(|| item.pointer().into_owned()),
            reason: match item.outcome() {
                Outcome::Malformed(fault) => Some(fault.to_string()),
                _ => None,
            },
            event: raw.and_then(|text| RawJson::parse(text).ok()),
            inbound: item.inbound(),
        }
    }
}

/// `parsed`, `unknown` or `malformed`.
pub(super) fn result(item: &Item) -> &'static str {
    match item.outcome() {
        Outcome::Parsed(_) => "parsed",
        Outcome::Malformed(_) => "malformed",
        _ => "unknown",
    }
}

/// The same JSON on one line. Items are kept as they came, which may be on many lines; nothing else in them changes, save that
/// characters of a sender that a terminal obeys are spelled as escapes.
pub(super) fn on_one_line(value: &impl Serialize) -> Option<RawJson> {
    let text = serde_json::to_string(value).ok()?;
    let mut line = String::with_capacity(text.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for sign in text.chars() {
        if in_string {
            in_string = is_escaped || sign != '"';
            is_escaped = sign == '\\' && !is_escaped;
        } else if sign.is_ascii_whitespace() {
            continue;
        } else {
            in_string = sign == '"';
        }
        if is_unsafe(sign) {
            // Writing into a string never fails. All of them have 16 bits.
            let _ = write!(line, "\\u{:04x}", u32::from(sign));
            continue;
        }
        line.push(sign);
    }
    RawJson::parse(line).ok()
}

/// All that is to be said of a body, line by line.
fn lines_of(batch: &Batch) -> Vec<String> {
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
fn difference_lines(differences: &[Difference]) -> Vec<String> {
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
            rows.add("at", &plain_line(&item.fault_pointer().unwrap_or_default()));
            rows.add("kept", &format!("{} bytes", item.raw().len()));
        }
        _ => rows.add("unknown", &format!("to this version; {} bytes are kept", item.raw().len())),
    }
    rows.add("pointer", &plain_line(&item.pointer()));
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
            Event::WhatsAppCall(call) => {
                self.customer(item);
                self.add("call", call.id.as_str());
                self.maybe("by", call.direction.as_ref().map(CallDirection::as_str));
                self.maybe("came to", call.status.as_ref().map(CallOutcome::as_str));
                self.maybe("seconds", call.duration.map(|seconds| seconds.to_string()));
                self.maybe("data", call.biz_opaque_callback_data.as_deref());
                self.maybe("at", call.timestamp.as_ref().map(time));
            }
            Event::WhatsAppEcho(message) => {
                self.customer(item);
                self.add("id", message.id.as_str());
                self.maybe("sent", message.timestamp.as_ref().map(time));
                if let whatsapp::Content::Text(text) = &message.content {
                    self.add("text", &text.body);
                }
            }
            Event::WhatsAppPreference(preference) => {
                self.customer(item);
                self.maybe("about", preference.category.as_ref().map(PreferenceCategory::as_str));
                self.maybe("wants", preference.value.as_ref().map(PreferenceValue::as_str));
                self.maybe("detail", preference.detail.as_deref());
                self.maybe("at", preference.timestamp.as_ref().map(time));
            }
            Event::WhatsAppOtherStatus(status) => {
                self.customer(item);
                self.add("of", status.id.as_str());
                self.add("state", status.status.as_str());
                self.maybe("at", status.timestamp.as_ref().map(time));
            }
            Event::RcsEvent(_) => self.customer(item),
            _ => {}
        }
    }

    fn customer(&mut self, item: &Item) {
        self.maybe("customer", item.party().as_ref().and_then(name_of));
    }

    fn inbound(&mut self, inbound: &Inbound) {
        let name = inbound.profile_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        self.maybe("from", inbound.user.as_ref().and_then(name_of).map(|user| format!("{user}{name}")));
        self.maybe("to", inbound.business.as_ref().map(Address::as_str));
        self.maybe("channel", inbound.channel_id.as_ref().map(ToString::to_string));
        self.maybe("sent", inbound.sent_at.as_ref().map(time));
        self.maybe("id", inbound.id.as_ref().map(MessageId::as_str));
        self.maybe("answers", inbound.quoted.as_ref().and_then(|quoted| quoted.id.as_ref()).map(MessageId::as_str));
        self.maybe("group", inbound.user.as_ref().and_then(|user| user.group_id.as_ref()).map(GroupId::as_str));
        match (inbound.forwarded, inbound.frequently_forwarded) {
            (_, true) => self.add("forwarded", "often"),
            (true, false) => self.add("forwarded", "yes"),
            (false, false) => {}
        }
        if let Some(referral) = &inbound.referral {
            self.maybe("ad", referral.headline.as_deref().or(referral.source_url.as_deref()));
            self.maybe("click id", referral.ctwa_clid.as_deref());
        }
        self.maybe("product", inbound.referred_product.as_ref().and_then(|product| product.product_id.as_deref()));
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
                self.maybe("url", place.url.as_deref());
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
                    let phones = person.phones.iter().filter_map(|phone| phone.number.clone());
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
            Content::Edit(edit) => {
                self.maybe("edits", edit.message_id.as_ref().map(MessageId::as_str));
                match &edit.content {
                    Some(EditedContent::Text(text)) => self.add("text", &text.text),
                    Some(EditedContent::Media(media)) => self.maybe("caption", media.caption.as_deref()),
                    other => self.maybe("other", other.as_ref().map(EditedContent::kind)),
                }
            }
            Content::Revoke(revoke) => self.maybe("takes back", revoke.message_id.as_ref().map(MessageId::as_str)),
            Content::AccountChange(change) => {
                self.maybe("changes", change.kind.as_ref().map(ChangeKind::as_str));
                self.maybe("before", change.before.as_ref().and_then(name_of));
                self.maybe("after", change.after.as_ref().and_then(name_of));
                self.maybe("text", change.text.as_deref());
            }
            Content::Permission(permission) => {
                self.add("permission", permission.kind.as_str());
                self.maybe("answer", permission.answer.as_ref().map(PermissionAnswer::as_str));
                self.maybe("until", permission.expires_at.as_ref().map(time));
            }
            Content::Error(problem) => {
                self.maybe("of", problem.kind.as_deref());
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

/// The number of a party, else its user id, else its username, else the group.
pub(super) fn name_of(party: &Party) -> Option<&str> {
    let Party { phone, user_id, username, group_id, .. } = party;
    let user = || user_id.as_ref().map(WhatsAppUserId::as_str);
    let group = || group_id.as_ref().map(GroupId::as_str);
    phone.as_ref().map(Address::as_str).or_else(user).or(username.as_deref()).or_else(group)
}

/// The instant, if it is one, else what stands there.
fn time(time: &WireTime) -> String {
    time.instant().map_or_else(|| time.to_string(), |instant| instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_space_outside_of_strings_goes() {
        let kept = r#"{"a b":"\" \\","c":[1.0e400,"\n \\\" "],"d":12345678901234567890123,"a b":null}"#;
        let spread = kept.replace(':', " :\n\t").replace(",\"", " ,\r\n \"").replace('[', "[ ");
        assert_ne!(spread, kept);
        assert_eq!(on_one_line(&RawJson::parse(spread).unwrap()).unwrap().get(), kept);
        let moving = "{\"a\":\"\u{7f}\u{9b}2J\u{202e}\u{2028}é\"}";
        let line = on_one_line(&RawJson::parse(moving).unwrap()).unwrap();
        assert_eq!(line.get(), r#"{"a":"\u007f\u009b2J\u202e\u2028é"}"#);
    }
}
