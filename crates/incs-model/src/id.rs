//! Identifiers: opaque, created by the platform or by you. Do not parse them.

use std::fmt;

use incs_model_derive::{DisplayText, FromText};
use serde::{Deserialize, Serialize};

use crate::open::fmt_token;
use crate::schema_of::schema_of;

/// Declares an opaque text identifier.
macro_rules! text_id {
    ($( $(#[$meta:meta])* $name:ident shown by $show:path; )+) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, FromText, DisplayText)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = "crate::json::text")] String);

        impl $name {
            /// The identifier as written on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The identifier as written on the wire.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "("))?;
                $show(&self.0, f)?;
                f.write_str(")")
            }
        }

        impl crate::masked::Masked for $name {}
    )+};
}

/// Declares a whole-number identifier.
macro_rules! number_id {
    ($( $(#[$meta:meta])* $name:ident; )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = "crate::number::read_u64")] u64);

        impl $name {
            /// The identifier as written on the wire.
            pub fn as_u64(self) -> u64 {
                self.0
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl crate::masked::Masked for $name {}

        schema_of!(inline $name, generator => crate::schema::shape::number_id(generator));
    )+};
}

text_id! {
    /// A provider's message id: `wamid.…` on WhatsApp, a UUID on Viber and RCS, the `sid` of Exotel.
    ///
    /// `data.msg_id` of a send, `message_id` of a status (INCS: send, message status). A `wamid` may hold `=`, `+` and `/`:
    /// percent-encode it in a query. It also holds the customer's number in base64, so `Debug` shows only the end of it.
    MessageId shown by fmt_tail;
    /// A template id. A string of digits on the wire, since RCS ids exceed 2^53 (INCS: RCS and WhatsApp templates).
    TemplateId shown by fmt_code;
    /// A template's name, set at its creation and used by every send (INCS: send messages, templates).
    TemplateName shown by fmt_code;
    /// A language code like `en_US` (INCS: WhatsApp templates).
    LanguageCode shown by fmt_code;
    /// A media type like `audio/ogg; codecs=opus`.
    MediaType shown by fmt_media_type;
    /// A file stored by WhatsApp. No INCS route to download it is known; `message_created` has links instead. `Debug` masks it.
    MediaId shown by crate::masked::Masked::masked;
    /// The RCS agent that received a message, `…_agent@rbm.goog` (INCS: new message webhook, RCS).
    AgentId shown by fmt_agent;
    /// A side of a conversation in the INCS workbench: `staff_<n>`, or `<channel>_<phone>` for the customer
    /// (INCS: message created; the pattern is inferred). `Debug` masks it.
    ParticipantId shown by crate::masked::Masked::masked;
    /// Meta's id of a WhatsApp business number (`phone_number_id`).
    PhoneNumberId shown by fmt_code;
    /// Meta's id of a person for one business: a country code of two letters, a dot, then letters or digits, like `ID.1459`
    /// (INCS: new message webhook, WhatsApp; sampled only). It is the only id of a customer who hides their number.
    WhatsAppUserId shown by crate::masked::Masked::masked;
    /// Google's id of an event on RCS (inferred).
    EventId shown by fmt_code;
    /// Meta's id of a WhatsApp group (inferred). `Debug` masks it.
    GroupId shown by crate::masked::Masked::masked;
    /// The id of a WhatsApp call, `wacid.…` (inferred). `Debug` shows only the end of it, as for a message id.
    CallId shown by fmt_tail;
    /// A login name in INCS. `Debug` masks it.
    Username shown by crate::masked::Masked::masked;
    /// A file in the INCS workbench (`uuid` in `message_created`; sampled in several forms).
    FileId shown by fmt_code;
    /// A kind of panel in the task window (INCS: create a task).
    ModuleId shown by fmt_code;
}

impl WhatsAppUserId {
    /// Reports whether a text has the form of such an id: two letters, a dot, then at most 128 letters, digits and dots.
    pub(crate) fn has_form(text: &str) -> bool {
        let Some((country, rest)) = text.split_once('.') else { return false };
        country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (1..=128).contains(&rest.len())
            && rest.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }
}

number_id! {
    /// The INCS id of a message: a 64-bit whole number (INCS: message created).
    IncsMessageId;
    /// A sending channel: `channel_id` in webhooks, `auth_id` in `message_created` and tasks. (Inferred: both are the same id.)
    ChannelId;
    /// A conversation in the INCS workbench.
    ConversationId;
    /// A custom entity behind a message of type 110; `0` if absent (INCS: message created).
    CustomId;
    /// A task (INCS: tasks).
    TaskId;
    /// The batch in which a task was created: `creation_id` (INCS: tasks).
    BatchId;
    /// An entry of a task's log (INCS: tasks).
    TaskLogId;
}

/// The number of characters at the end of a message id that `Debug` shows: enough to distinguish two ids, not enough to reveal a
/// number.
const TAIL: usize = 12;

fn fmt_tail(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match text.char_indices().rev().nth(TAIL - 1) {
        Some((start, _)) if start > 0 => write!(f, "…{}", text.get(start..).unwrap_or_default()),
        _ => f.write_str(text),
    }
}

/// Identifiers of digits are shown too; any text that does not look like an identifier is masked.
fn fmt_code(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = !text.is_empty() && text.len() <= 24 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { f.write_str(text) } else { fmt_token(text, f) }
}

fn fmt_agent(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match text.strip_suffix("@rbm.goog") {
        Some(agent) if agent.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') => {
            f.write_str(text)
        }
        _ => fmt_token(text, f),
    }
}

fn fmt_media_type(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if plain && text.contains('/') { f.write_str(text) } else { crate::masked::Masked::masked(text, f) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_id_debug_hides_phone_number() {
        let id = MessageId::from("wamid.HBgNNjI4MTIwMDA0NTY3OBUCABEYEjVDMUYwQTc3QjJEOTRFNjAxMwA=");
        assert_eq!(format!("{id:?}"), "MessageId(…OTRFNjAxMwA=)");
        assert_eq!(format!("{:?}", MessageId::from("short")), "MessageId(short)");
    }

    #[test]
    fn customer_side_is_masked() {
        assert_eq!(format!("{:?}", ParticipantId::from("30112_6281200045678")), "ParticipantId(<19 chars>)");
    }
}
