//! RCS callbacks of Exotel: messages of users and delivery reports.
//!
//! # Delivery of callbacks
//!
//! Exotel POSTs JSON. The URL is the `status_callback` of the send call, or the default URL that Exotel's staff set for the
//! account. **Replies and delivery reports of one message go to the same URL**, in the same list; messages that a user
//! starts go to the default URL. One body looks like this:
//!
//! ```json
//! {
//!   "rcs": { "messages": [
//!     { "callback_type": "incoming_message", "from": "…", "to": "…", "content": { "type": "text", "text": "…" } }
//!   ] },
//!   "sms": { "messages": [
//!     { "callback_type": "dlr", "sid": "…", "to": "…", "exo_status_code": 40002 }
//!   ] }
//! }
//! ```
//!
//! Another form is one delivery report by itself, without `rcs` and `sms`. Read the body as a [`Callback`] and iterate over its
//! [`entries`](Callback::entries):
//!
//! ```
//! use incs_model::exotel::{Callback, Content, Entry, ReportState};
//!
//! let body = br#"{"rcs":{"messages":[
//!     {"callback_type":"incoming_message","sid":"a1","from":"12025550143","to":"12025550100",
//!      "content":{"type":"text","text":"Is it in stock?"}},
//!     {"callback_type":"dlr","sid":"b2","to":"12025550143","exo_status_code":40002},
//!     {"callback_type":"incoming_message","from":7}
//! ]}}"#;
//! let callback: Callback = incs_model::decode(body)?;
//! for (pointer, entry) in callback.entries() {
//!     match entry {
//!         Entry::Incoming(incoming) => match &incoming.content {
//!             Content::Text(text) => assert_eq!(text.body, "Is it in stock?"),
//!             _ => { /* file, location, tap on a suggestion, error, unknown */ }
//!         },
//!         Entry::Report(report) => assert_eq!(report.state(), ReportState::Delivered),
//!         // An unreadable entry is kept, with its place and the reason.
//!         _ => assert_eq!(pointer, "/rcs/messages/2"),
//!     }
//! }
//! # Ok::<(), incs_model::DecodeError>(())
//! ```
//!
//! # Meaning of `to`
//!
//! In a message of a user `from` is the user and `to` the business. In a delivery report `to` is **the user**, and the
//! business is not named. The fields of this module are called [`user`](Incoming::user) and [`business`](Incoming::business) to
//! avoid the confusion. Compare addresses with [`Address::same_party`](crate::Address::same_party): a leading `+` is not always
//! there.
//!
//! # Spellings
//!
//! Exotel's tables and samples contradict each other, and no live traffic was available. Every documented and every sampled
//! spelling is read: `longitude` and `longtitude`, codes as numbers and as strings, `sid` and `message_sid`, and every name in
//! upper or lower case. If several are present, the documented one counts. Names are written back in their original spelling;
//! values that you build have the sampled form, correctly spelled. Null means absent, except where [`Nullable`] says otherwise, and
//! so does an optional member that cannot be read. Members that no page documents are dropped, except in the objects that Exotel
//! never describes ([`Suggestion`], [`ContentError`]).
//!
//! # Unknown
//!
//! - Signatures of RCS callbacks, and the addresses that send them. Exotel's pages on other channels contradict each other.
//!   Use a secret in the callback URL.
//! - The expected answer, its time limit, and the number and bytes of retries after a failed POST. Expect duplicates
//!   and any order (inferred).
//! - The `Content-Type`: the samples are JSON, older channels of Exotel post forms.
//! - The message that a reply answers: no member names it. Put what you need into the postback of a suggestion.
//! - The full list of status codes, and most of the report about a fallback SMS.
//! - The lifetime of the link to a file, and the access it needs.
//! - Callbacks for typing, opt-out or subscription: none is documented.
//!
//! Sources: Exotel: receive messages webhook (messages of users), Exotel: RCS status callback (reports), Exotel: send RCS
//! message (the newer portal's page: flat reports, numbers of RCS states).

mod callback;
mod incoming;
mod location;
mod nullable;
mod object;
mod report;
#[cfg(feature = "schema")]
mod schema;
mod status;
mod suggested;
mod text;

pub use self::callback::{Callback, Entry, Item, Malformed, MessageList, Nested, SmsItem};
pub use self::incoming::{CallbackType, Content, ContentError, ContentType, File, Incoming};
pub use self::location::{Coordinate, Location};
pub use self::nullable::Nullable;
pub use self::report::{Report, SmsReport};
pub use self::status::{ReportState, StatusCode, StatusName};
pub use self::suggested::{Suggested, Suggestion, Tap};
pub use self::text::{Postback, Text};
