//! `incs webhook parse`, and the items of a body as JSON and as lines, which the listener also prints.

use std::fmt::Write as _;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use incs_facade::model::delivery::DeliveryUpdate;
use incs_facade::model::event::whatsapp::{self, CallDirection, CallOutcome, PreferenceCategory, PreferenceValue};
use incs_facade::model::id::{GroupId, MediaId, MediaType, MessageId, TemplateId, TemplateName, WhatsAppUserId};
use incs_facade::model::inbound::{ChangeKind, Content, EditedContent, Inbound, PermissionAnswer};
use incs_facade::model::{Address, Party, RawJson, Timestamp, WireTime};
use incs_facade::webhook::scheme::{Scheme, VerifyError};
use incs_facade::webhook::{
    Batch, Delivery, Event, Item, ItemError, ItemOutcome, Limits, Provider, Rejection, ShapeError, SignedRequest,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::schema::{self, Difference};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::lines::ReceivedInbound;
use crate::output::{Context, aligned, escape, escape_line, needs_escape};

/// Characters of a key that are shown: enough to recognize a duplicate.
const SHORT_KEY_CHARS: usize = 12;

/// The arguments of `incs webhook parse`.
#[derive(Debug, Args)]
pub(super) struct Parse {
    /// Provider that posted the body
    #[arg(long, value_name = "PROVIDER", default_value = "auto")]
    provider: ProviderName,
    /// Compare the body with the JSON Schema of webhooks
    #[arg(long, value_name = "FORMS")]
    schema: Option<schema::Forms>,
    /// File with the body as received; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command. A body that is not JSON is one malformed item and gives exit code 2.
pub(super) fn run(args: &Parse, context: &Context) -> Result<Exit, Failure> {
    let body = input::read(&args.file)?;
    let batch = items_of(&body, args.provider).map_err(|rejection| Failure::usage(rejection.to_string()))?;
    let differences = args.schema.map(|forms| schema::check(&batch, forms)).transpose();
    let differences = differences.map_err(|error| {
        Failure::usage(format!("{} cannot be compared with a schema: {error}", args.file.display()))
    })?;
    if context.out.json {
        if let Some(document) = on_one_line(&Document::new(&batch, differences)) {
            context.out.json(&document)?;
        }
    } else {
        for line in lines_of(&batch) {
            context.out.line(&line)?;
        }
        for line in differences.as_deref().map(difference_lines).unwrap_or_default() {
            context.out.line(&line)?;
        }
    }
    Ok(if is_json(&body) { Exit::Done } else { Exit::Usage })
}

/// The provider that posted a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProviderName {
    /// Detect the provider from the body
    Auto,
    Incs,
    Exotel,
}

impl ProviderName {
    /// Returns the provider, or `None` to detect it from the body.
    pub(super) fn provider(self) -> Option<Provider> {
        match self {
            Self::Auto => None,
            Self::Incs => Some(Provider::Incs),
            Self::Exotel => Some(Provider::Exotel),
        }
    }
}

/// A scheme that accepts every delivery: for files, and for `listen --insecure`.
#[derive(Debug, Clone, Copy)]
pub(super) struct AcceptAll;

impl Scheme for AcceptAll {
    fn verify(&self, _: &SignedRequest<'_>, _: Timestamp) -> Result<(), VerifyError> {
        Ok(())
    }
}

/// Returns every item of a body. A body that is not JSON, which `dangerously_skip_verification` rejects, is an item here.
pub(super) fn items_of(body: &[u8], provider: ProviderName) -> Result<Batch, Rejection> {
    let no_headers: [(&str, &str); 0] = [];
    let limits = Limits::DEFAULT.with_body(body.len());
    let now = Timestamp::now();
    let verified = Delivery::new(&no_headers, body).with_limits(limits).verify(&AcceptAll, now)?;
    Ok(match provider.provider() {
        Some(provider) => verified.parse_from(provider),
        None => verified.parse(),
    })
}

/// Reports whether a body is JSON, at any depth.
pub(super) fn is_json(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    std::str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}

/// The output of `incs webhook parse --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Document {
    /// `incs` or `exotel`; null when the body does not show it.
    provider: Option<String>,
    items: Vec<ItemDocument>,
    /// Only with `--schema`.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<Difference>>,
}

/// One item. Every member is always there.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ItemDocument {
    /// `parsed`, `unknown` or `malformed`.
    result: &'static str,
    kind: Option<String>,
    dedup_key: Option<String>,
    /// JSON pointer of the item in the body; for a malformed item, of the faulty member.
    pointer: String,
    reason: Option<String>,
    /// The item as received; null when it is not JSON, or too deep.
    #[schemars(with = "Value")]
    event: Option<RawJson>,
    /// The customer's message in the provider-neutral form.
    #[schemars(with = "Option<ReceivedInbound>")]
    inbound: Option<Inbound>,
}

impl Document {
    /// Returns the document of one item.
    pub(crate) fn of_item(item: &Item) -> Self {
        let provider = item.provider().map(|provider| provider.as_str().to_owned());
        Self { provider, items: vec![item.into()], differences: None }
    }

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
        // Most JSON readers reject a whole document that is nested too deeply.
        let too_deep = matches!(item.outcome(), ItemOutcome::Malformed(ItemError::Shape(ShapeError::TooDeep { .. })));
        let raw = std::str::from_utf8(item.raw()).ok().filter(|_| !too_deep);
        Self {
            result: result(item),
            kind: item.kind(),
            dedup_key: item.dedup_key().map(|key| key.to_string()),
            pointer: item.error_pointer().unwrap_or_else(|| item.pointer().into_owned()),
            reason: match item.outcome() {
                ItemOutcome::Malformed(fault) => Some(fault.to_string()),
                _ => None,
            },
            event: raw.and_then(|text| RawJson::parse(text).ok()),
            inbound: item.inbound(),
        }
    }
}

/// Returns `parsed`, `unknown` or `malformed`.
pub(crate) fn result(item: &Item) -> &'static str {
    match item.outcome() {
        ItemOutcome::Parsed(_) => "parsed",
        ItemOutcome::Malformed(_) => "malformed",
        ItemOutcome::Unknown => "unknown",
    }
}

/// Returns the same JSON on one line. Items are stored as received, possibly on many lines. Apart from whitespace, only control
/// characters change: they become escapes, so that a terminal does not obey them.
pub(crate) fn on_one_line(value: &impl Serialize) -> Option<RawJson> {
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
        if needs_escape(sign) {
            // Writing into a string never fails. All of them have 16 bits.
            let _ = write!(line, "\\u{:04x}", u32::from(sign));
            continue;
        }
        line.push(sign);
    }
    RawJson::parse(line).ok()
}

/// Returns the text output for a body, line by line.
fn lines_of(batch: &Batch) -> Vec<String> {
    let count = batch.items().len();
    let of = batch.provider().map_or("an unknown provider", Provider::as_str);
    let items = if count == 1 { "item" } else { "items" };
    let mut lines = vec![format!("{count} {items} of {}", escape_line(of))];
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

/// Returns the text output for the differences, line by line.
fn difference_lines(differences: &[Difference]) -> Vec<String> {
    let title = match differences.len() {
        0 => "fits the schema".to_owned(),
        1 => "1 difference from the schema".to_owned(),
        count => format!("{count} differences from the schema"),
    };
    let lines = differences.iter().map(|difference| format!("  {}", escape_line(&difference.to_string())));
    [String::new(), title].into_iter().chain(lines).collect()
}

fn block(item: &Item) -> Vec<String> {
    let style = match item.outcome() {
        ItemOutcome::Parsed(_) => Style::new().bold(),
        ItemOutcome::Malformed(_) => AnsiColor::Red.on_default().bold(),
        ItemOutcome::Unknown => AnsiColor::Yellow.on_default().bold(),
    };
    let mut rows = Rows::default();
    match item.outcome() {
        ItemOutcome::Parsed(event) => rows.event(item, event),
        ItemOutcome::Malformed(fault) => {
            rows.add("malformed", &fault.to_string());
            rows.add("at", &escape_line(&item.error_pointer().unwrap_or_default()));
            rows.add("kept", &format!("{} bytes", item.raw().len()));
        }
        ItemOutcome::Unknown => rows.add("unknown", &format!("to this version; {} bytes are kept", item.raw().len())),
    }
    rows.add("pointer", &escape_line(&item.pointer()));
    rows.add("key", &short_key(item));
    let title = format!("{style}{}{style:#}", kind(item));
    std::iter::once(title).chain(aligned(rows.0)).collect()
}

/// Returns the kind of an item, or a dash.
pub(crate) fn kind(item: &Item) -> String {
    escape_line(&item.kind().unwrap_or_else(|| "-".to_owned()))
}

fn short_key(item: &Item) -> String {
    item.dedup_key().map(|key| key.to_string().chars().take(SHORT_KEY_CHARS).collect()).unwrap_or_default()
}

#[derive(Default)]
struct Rows(Vec<[String; 2]>);

impl Rows {
    fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.push([format!("  {name}"), escape(value)]);
        }
    }

    fn add_some(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.add(name, value.as_ref());
        }
    }

    fn event(&mut self, item: &Item, event: &Event) {
        if let Some(inbound) = item.inbound() {
            self.inbound(&inbound);
        } else if let Some(update) = item.delivery_update() {
            self.delivery_update(&update);
        }
        macro_rules! template {
            ($update:expr) => {{
                self.add_some("template", $update.template_id.as_ref().map(TemplateId::as_str));
                self.add_some("name", $update.template_name.as_ref().map(TemplateName::as_str));
                self.add("now", $update.new_value.as_str());
                self.add("why", &$update.reason);
                self.add_some("at", $update.received_at.as_ref().map(time));
            }};
        }
        match event {
            Event::TemplateStatus(update) => template!(update),
            Event::TemplateCategory(update) => template!(update),
            Event::TemplateQuality(update) => template!(update),
            Event::WhatsAppError(error) => {
                self.add_some("code", error.code.map(|code| code.to_string()));
                self.add_some("title", error.title.as_deref());
                self.add_some("message", error.message.as_deref());
            }
            Event::WhatsAppCall(call) => {
                self.customer(item);
                self.add("call", call.id.as_str());
                self.add_some("by", call.direction.as_ref().map(CallDirection::as_str));
                self.add_some("outcome", call.status.as_ref().map(CallOutcome::as_str));
                self.add_some("seconds", call.duration.map(|seconds| seconds.to_string()));
                self.add_some("data", call.biz_opaque_callback_data.as_deref());
                self.add_some("at", call.timestamp.as_ref().map(time));
            }
            Event::WhatsAppEcho(message) => {
                self.customer(item);
                self.add("id", message.id.as_str());
                self.add_some("sent", message.timestamp.as_ref().map(time));
                if let whatsapp::Content::Text(text) = &message.content {
                    self.add("text", &text.body);
                }
            }
            Event::WhatsAppPreference(preference) => {
                self.customer(item);
                self.add_some("about", preference.category.as_ref().map(PreferenceCategory::as_str));
                self.add_some("wants", preference.value.as_ref().map(PreferenceValue::as_str));
                self.add_some("detail", preference.detail.as_deref());
                self.add_some("at", preference.timestamp.as_ref().map(time));
            }
            Event::WhatsAppOtherStatus(status) => {
                self.customer(item);
                self.add("of", status.id.as_str());
                self.add("state", status.status.as_str());
                self.add_some("at", status.timestamp.as_ref().map(time));
            }
            Event::RcsEvent(_) => self.customer(item),
            _ => {}
        }
    }

    fn customer(&mut self, item: &Item) {
        self.add_some("customer", item.party().as_ref().and_then(name_of));
    }

    fn inbound(&mut self, inbound: &Inbound) {
        let name = inbound.profile_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        self.add_some("from", inbound.user.as_ref().and_then(name_of).map(|user| format!("{user}{name}")));
        self.add_some("to", inbound.business.as_ref().map(Address::as_str));
        self.add_some("channel", inbound.channel_id.as_ref().map(ToString::to_string));
        self.add_some("sent", inbound.sent_at.as_ref().map(time));
        self.add_some("id", inbound.id.as_ref().map(MessageId::as_str));
        self.add_some("reply to", inbound.quoted.as_ref().and_then(|quoted| quoted.id.as_ref()).map(MessageId::as_str));
        self.add_some("group", inbound.user.as_ref().and_then(|user| user.group_id.as_ref()).map(GroupId::as_str));
        match (inbound.forwarded, inbound.frequently_forwarded) {
            (_, true) => self.add("forwarded", "often"),
            (true, false) => self.add("forwarded", "yes"),
            (false, false) => {}
        }
        if let Some(referral) = &inbound.referral {
            self.add_some("ad", referral.headline.as_deref().or(referral.source_url.as_deref()));
            self.add_some("click id", referral.ctwa_clid.as_deref());
        }
        self.add_some("product", inbound.referred_product.as_ref().and_then(|product| product.product_id.as_deref()));
        self.content(&inbound.content);
    }

    fn content(&mut self, content: &Content) {
        match content {
            Content::Text(text) => self.add("text", &text.text),
            Content::Media(media) => {
                self.add("file", media.kind.as_str());
                self.add_some("type", media.media_type.as_ref().map(MediaType::as_str));
                self.add_some("name", media.file_name.as_deref());
                self.add_some("bytes", media.size.map(|size| size.to_string()));
                self.add_some("url", media.url.as_deref());
                self.add_some("media id", media.id.as_ref().map(MediaId::as_str));
                self.add_some("caption", media.caption.as_deref());
            }
            Content::Location(place) => {
                self.add("at", &format!("{}, {}", place.latitude, place.longitude));
                self.add_some("name", place.name.as_deref());
                self.add_some("address", place.address.as_deref());
                self.add_some("url", place.url.as_deref());
            }
            Content::Choice(choice) => {
                self.add("tapped", choice.kind.as_str());
                self.add_some("label", choice.label.as_deref());
                self.add_some("data", choice.data.as_deref());
            }
            Content::Reaction(reaction) => {
                self.add("reaction", reaction.emoji.as_deref().unwrap_or("removed"));
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
                self.add_some("text", order.text.as_deref());
            }
            Content::Edit(edit) => {
                self.add_some("edits", edit.message_id.as_ref().map(MessageId::as_str));
                match &edit.content {
                    Some(EditedContent::Text(text)) => self.add("text", &text.text),
                    Some(EditedContent::Media(media)) => self.add_some("caption", media.caption.as_deref()),
                    other => self.add_some("other", other.as_ref().map(EditedContent::kind)),
                }
            }
            Content::Revoke(revoke) => self.add_some("revokes", revoke.message_id.as_ref().map(MessageId::as_str)),
            Content::AccountChange(change) => {
                self.add_some("changes", change.kind.as_ref().map(ChangeKind::as_str));
                self.add_some("before", change.before.as_ref().and_then(name_of));
                self.add_some("after", change.after.as_ref().and_then(name_of));
                self.add_some("text", change.text.as_deref());
            }
            Content::Permission(permission) => {
                self.add("permission", permission.kind.as_str());
                self.add_some("answer", permission.answer.as_ref().map(PermissionAnswer::as_str));
                self.add_some("until", permission.expires_at.as_ref().map(time));
            }
            Content::Error(problem) => {
                self.add_some("of", problem.kind.as_deref());
                self.add_some("code", problem.code.map(|code| code.to_string()));
                self.add_some("name", problem.name.as_deref());
                self.add_some("text", problem.text.as_deref());
            }
            Content::Other(other) => self.add("other", &other.kind),
            _ => {}
        }
    }

    fn delivery_update(&mut self, update: &DeliveryUpdate) {
        self.add_some("message", update.message_id.as_ref().map(MessageId::as_str));
        self.add_some("incs id", update.incs_id.map(|id| id.as_u64().to_string()));
        let moments = [update.created, update.sent, update.failed, update.delivered, update.read];
        self.add_some("at", moments.into_iter().flatten().next().map(|moment| moment.at.to_string()));
        if let Some(failure) = &update.failure {
            self.add_some("code", failure.code.map(|code| code.to_string()));
            self.add_some("name", failure.name.as_deref());
            self.add_some("why", failure.text.as_deref());
        }
    }
}

/// Returns the number of a party, or its user id, its username or its group, whichever is present first.
pub(crate) fn name_of(party: &Party) -> Option<&str> {
    let Party { phone, user_id, username, group_id, .. } = party;
    let user = || user_id.as_ref().map(WhatsAppUserId::as_str);
    let group = || group_id.as_ref().map(GroupId::as_str);
    phone.as_ref().map(Address::as_str).or_else(user).or(username.as_deref()).or_else(group)
}

/// Formats a time as an instant if it is one, otherwise as received.
fn time(time: &WireTime) -> String {
    time.instant().map_or_else(|| time.to_string(), |instant| instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_in_strings_is_kept() {
        let kept = r#"{"a b":"\" \\","c":[1.0e400,"\n \\\" "],"d":12345678901234567890123,"a b":null}"#;
        let spread = kept.replace(':', " :\n\t").replace(",\"", " ,\r\n \"").replace('[', "[ ");
        assert_ne!(spread, kept);
        assert_eq!(on_one_line(&RawJson::parse(spread).unwrap()).unwrap().get(), kept);
        let moving = "{\"a\":\"\u{7f}\u{9b}2J\u{202e}\u{2028}é\"}";
        let line = on_one_line(&RawJson::parse(moving).unwrap()).unwrap();
        assert_eq!(line.get(), r#"{"a":"\u007f\u009b2J\u202e\u2028é"}"#);
    }
}
