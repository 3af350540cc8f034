//! Messages as their author wrote them: the bytes, the typed message, and the report on it.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::{DecodeError, Found, decode_str, encode, escape, members, read_document, tokens};
use crate::limits::common;
use crate::message::{Channel, OutboundMessage};
use crate::phone::PhoneNumber;
use crate::validate::{At, Measured, Report, Validate, Violations, check};
use crate::{rcs, viber, whatsapp};

/// A message to send, as its author wrote it: the body of a send in JSON.
///
/// A document is read once, by [`read`](Self::read), and never changed. It holds its own bytes, which are what a client sends; the
/// typed message, if the bytes decode; and a [`Report`]. Reading never fails: every problem is a violation in the report.
///
/// The report has everything that [`check`](crate::check) finds in the typed message, and three more rules:
///
/// - `decode` when the bytes are not JSON, or JSON of another shape than a message of the channel;
/// - `to.digits` when the recipient is missing or is not a phone number;
/// - `member.unknown` for each member, at any depth, that no page documents. It would be ignored, so it is probably a typo.
///   Members that only Meta documents, such as `context` or `caption`, are part of the types and give the warning `member.meta`.
///
/// ```
/// use incs_model::{Channel, Document};
///
/// let written = br#"{"to": "85251230088", "type": "document", "document": {"link": "https://m.example/a.pdf", "captoin": "Bill"}}"#;
/// let document = Document::read(&Channel::WhatsApp, written);
/// assert_eq!(document.bytes(), written);
/// let violation = &document.report().violations()[0];
/// assert_eq!(violation.to_string(), "/document/captoin: unknown member, did you mean `caption`?");
/// ```
#[derive(Clone, PartialEq)]
pub struct Document {
    channel: Channel,
    bytes: Vec<u8>,
    message: Option<OutboundMessage>,
    error: Option<DecodeError>,
    report: Report,
}

impl Document {
    /// Reads the body of a send on a channel. A byte order mark before it is removed.
    pub fn read(channel: &Channel, bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let mut found = Violations::new();
        let read = match channel {
            Channel::WhatsApp => read_message::<whatsapp::Message>(&bytes, &mut found),
            Channel::Viber => read_message::<viber::Message>(&bytes, &mut found),
            Channel::Rcs => read_message::<rcs::Message>(&bytes, &mut found),
            Channel::Unknown(_) => Err(DecodeError::refused("a message of the channel whatsapp, viber or rcs")),
        };
        let (message, error) = match read {
            Ok(message) => (message, None),
            Err(error) => {
                found.add_decode_error(&error);
                (None, Some(error))
            }
        };
        Self { channel: channel.clone(), bytes, message, error, report: found.into_report() }
    }

    /// The channel.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// The bytes, unchanged.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, unchanged.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The typed message. `None` when the bytes do not decode or the recipient is not a phone number.
    pub fn message(&self) -> Option<&OutboundMessage> {
        self.message.as_ref()
    }

    /// The typed message. `None` when the bytes do not decode or the recipient is not a phone number.
    pub fn into_message(self) -> Option<OutboundMessage> {
        self.message
    }

    /// The decode error, with line and column; `None` when the bytes decode.
    pub fn error(&self) -> Option<&DecodeError> {
        self.error.as_ref()
    }

    /// The violations and warnings.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns true when the bytes are JSON, of any shape.
    pub fn is_json(&self) -> bool {
        !self.error.as_ref().is_some_and(DecodeError::is_syntax)
    }
}

/// A message that this program built; its bytes are the encoded message.
impl<M: Into<OutboundMessage>> From<M> for Document {
    fn from(message: M) -> Self {
        let message = message.into();
        // Types of this crate always serialize.
        let bytes = encode(&message).unwrap_or_default();
        Self { channel: message.channel(), bytes, report: check(&message), message: Some(message), error: None }
    }
}

/// Reports the violations and warnings of the document.
impl Validate for Document {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.merge(at, &self.report);
    }
}

/// Writes the JSON unchanged. Works with `serde_json` only, which omits white space before and after the value.
impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue =
            serde_json::from_slice(&self.bytes).map_err(|_| S::Error::custom("the document is not JSON"))?;
        raw.serialize(serializer)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, bytes, message, error, report } = self;
        f.debug_struct("Document")
            .field("channel", channel)
            .field("bytes", &format_args!("<{} bytes>", bytes.len()))
            .field("message", message)
            .field("error", error)
            .field("report", report)
            .finish()
    }
}

/// Reads another request body, such as a new template or a new task, in the same way as a [`Document`]. The result is an error
/// only when the bytes do not decode.
///
/// ```
/// use incs_model::{check_body, task::NewTask};
///
/// let (task, report) = check_body::<NewTask>(br#"{"name": "Call back", "tpye": 3}"#);
/// assert!(task.is_err() && !report.is_valid());
/// ```
pub fn check_body<T: DeserializeOwned + Validate>(body: &[u8]) -> (Result<T, DecodeError>, Report) {
    let mut found = Violations::new();
    let read = parse(body).and_then(|raw| read_value(raw, body, None, &mut found));
    if let Err(error) = &read {
        found.add_decode_error(error);
    }
    (read, found.into_report())
}

/// Replaces a recipient that is not a phone number, so that the rest of the message is checked as well.
const ANY_RECIPIENT: &str = "\"10000000\"";

fn parse(bytes: &[u8]) -> Result<&RawValue, DecodeError> {
    serde_json::from_slice(bytes).map_err(|error| DecodeError::syntax(&error))
}

fn read_message<M>(bytes: &[u8], found: &mut Violations) -> Result<Option<OutboundMessage>, DecodeError>
where
    M: DeserializeOwned + Validate + Into<OutboundMessage>,
{
    let raw = parse(bytes)?;
    let is_addressed = has_recipient(raw, found);
    let substitute = serde_json::from_str::<&RawValue>(ANY_RECIPIENT).ok().filter(|_| !is_addressed);
    let message: M = read_value(raw, bytes, substitute.map(|value| ("to", value)), found)?;
    Ok(is_addressed.then(|| message.into()))
}

/// Reads and checks the value in these bytes.
fn read_value<T: DeserializeOwned + Validate>(
    raw: &RawValue,
    bytes: &[u8],
    substitute: Option<(&'static str, &RawValue)>,
    found: &mut Violations,
) -> Result<T, DecodeError> {
    let (read, unread) = read_document::<T>(raw, substitute);
    if let Ok(value) = &read {
        value.check(&At::root(), found);
    }
    for pointer in &unread {
        found.unknown_member(pointer);
    }
    let read = read.map_err(|fault| DecodeError::from_fault(fault, bytes));
    if let Err(error) = &read {
        for pointer in misspelt(raw, error).iter().filter(|pointer| !unread.contains(pointer)) {
            found.unknown_member(pointer);
        }
    }
    read
}

/// Returns the members that were probably meant to be the missing one. An object without its `type` is not read, so no other
/// check names them.
fn misspelt(raw: &RawValue, error: &DecodeError) -> Vec<String> {
    let Some((place, missing)) = error.pointer().rsplit_once('/').filter(|_| error.found() == Found::Nothing) else {
        return Vec::new();
    };
    let document: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let members = document.pointer(place).and_then(Value::as_object);
    let names = members.into_iter().flat_map(|members| members.keys());
    names.filter(|name| nearest(name) == Some(missing)).map(|name| format!("{place}/{}", escape(name))).collect()
}

/// Checks the member `to` by itself. When there are two, neither counts; the reader refuses them.
fn has_recipient(raw: &RawValue, found: &mut Violations) -> bool {
    let members = members(raw).unwrap_or_default();
    let mut given = members.iter().filter(|(key, _)| key.0 == "to").map(|(_, value)| *value);
    let error = match (given.next(), given.next()) {
        (Some(value), None) => decode_str::<PhoneNumber>(value.get()).err(),
        (None, _) if raw.get().starts_with('{') => Some(DecodeError::missing()),
        _ => None,
    };
    if let Some(error) = &error {
        found.explain("/to", &common::TO_DIGITS, Measured::Nothing, without_place(error));
    }
    error.is_none()
}

/// Formats the error without its place. A string with other content is the usual case, so it is not mentioned.
fn without_place(error: &DecodeError) -> String {
    match error.found() {
        Found::String | Found::Other => format!("expected {}", error.expected()),
        found => format!("expected {}, found {found}", error.expected()),
    }
}

impl Violations {
    fn add_decode_error(&mut self, error: &DecodeError) {
        let found = match error.found() {
            Found::Other => Measured::Nothing,
            found => Measured::Word(found.to_string()),
        };
        let message = if error.is_syntax() { error.to_string() } else { without_place(error) };
        self.explain(error.pointer(), &common::SHAPE, found, message);
    }

    fn unknown_member(&mut self, pointer: &str) {
        let name = tokens(pointer).last().unwrap_or_default();
        let near = nearest(&name);
        let message = match near {
            Some(near) => format!("unknown member, did you mean `{near}`?"),
            None => "unknown member".to_owned(),
        };
        self.suggest(pointer, &common::MEMBER_UNKNOWN, message, near);
    }
}

/// The names of all message members, for suggestions.
const MEMBER_NAMES: &[&str] = &[
    "action",
    "address",
    "amount_1000",
    "audio",
    "biz_opaque_callback_data",
    "body",
    "button",
    "buttons",
    "calendar",
    "caption",
    "card_index",
    "cards",
    "catalog_id",
    "code",
    "code_expiration_minutes",
    "components",
    "context",
    "coupon_code",
    "currency",
    "date_time",
    "day_of_month",
    "day_of_week",
    "description",
    "display_text",
    "document",
    "expiration_time_ms",
    "fallback_value",
    "filename",
    "flow_action_data",
    "flow_token",
    "footer",
    "gif",
    "header",
    "hour",
    "id",
    "image",
    "index",
    "interactive",
    "language",
    "latitude",
    "limited_time_offer",
    "link",
    "location",
    "longitude",
    "message_id",
    "messaging_product",
    "minute",
    "month",
    "name",
    "namespace",
    "order",
    "order_details",
    "order_status",
    "otp",
    "parameter_name",
    "parameters",
    "payload",
    "policy",
    "preview_url",
    "product",
    "product_items",
    "product_retailer_id",
    "quick_reply",
    "recipient_type",
    "reference_id",
    "reply",
    "rows",
    "sections",
    "status",
    "sub_type",
    "tap_target_configuration",
    "template",
    "text",
    "thumbnail_product_retailer_id",
    "title",
    "to",
    "ttl_minutes",
    "type",
    "url",
    "video",
    "voice",
    "year",
];

/// Returns the name that is at most two typing mistakes away, or one for a short name. Case and separators do not count.
fn nearest(name: &str) -> Option<&'static str> {
    let plain = |name: &str| name.replace(['_', '-', ' '], "").to_lowercase();
    let given = plain(name);
    // A long name is not a misspelt short one, and its edit distance costs its length squared.
    if MEMBER_NAMES.contains(&name) || given.len() > 40 {
        return None;
    }
    let distances = MEMBER_NAMES.iter().map(|known| (strsim::osa_distance(&given, &plain(known)), *known));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    let allowed = if plain(nearest).len() <= 4 { 1 } else { 2 };
    (distance <= allowed && distance < given.chars().count()).then_some(nearest)
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::catalogue;

    fn add_names(schema: &Value, names: &mut BTreeSet<String>) {
        if let Some(members) = schema.get("properties").and_then(Value::as_object) {
            names.extend(members.keys().cloned());
        }
        match schema {
            Value::Object(keywords) => keywords.values().for_each(|schema| add_names(schema, names)),
            Value::Array(items) => items.iter().for_each(|schema| add_names(schema, names)),
            _ => {}
        }
    }

    #[test]
    fn suggestions_are_members_of_messages() {
        let mut names = BTreeSet::new();
        for document in catalogue() {
            if ["send/whatsapp-message.json", "send/viber-message.json", "send/rcs-message.json"]
                .contains(&document.file_name().as_str())
            {
                add_names(&document.to_value(), &mut names);
            }
        }
        assert!(
            MEMBER_NAMES.iter().copied().eq(names.iter().map(String::as_str)),
            "not the members of the schemas: {names:?}"
        );
    }
}
