//! What Exotel posts to you about RCS: messages of users and delivery reports.
//!
//! # How callbacks reach you
//!
//! Exotel POSTs JSON. The URL is the `status_callback` of the send call, else the default URL that Exotel's staff set for the
//! account. **Replies and delivery reports of one message come to the same URL**, in the same list; messages that a user
//! starts come to the default URL. One body looks like this:
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
//! or it is one delivery report by itself, without `rcs` and `sms`. Read it as a [`Callback`] and walk its
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
//!         // Nothing is lost: what is not understood is kept, with the place and the reason.
//!         _ => assert_eq!(pointer, "/rcs/messages/2"),
//!     }
//! }
//! # Ok::<(), incs_model::DecodeError>(())
//! ```
//!
//! # What `to` means
//!
//! In a message of a user `from` is the user and `to` the business. In a delivery report `to` is **the user**, and the
//! business is not named. The fields here are called [`user`](Incoming::user) and [`business`](Incoming::business), so that
//! no one has to remember. Compare addresses with [`Address::same_party`](crate::Address::same_party): a leading `+` comes and
//! goes.
//!
//! # Spellings
//!
//! Exotel's tables and samples contradict each other, and no live traffic was seen. Every documented and every sampled
//! spelling is read: `longitude` and `longtitude`, codes as numbers and as strings, `sid` and `message_sid`, and the letters of
//! every name large or small. Where several come the documented one counts. Names are written back in the spelling they came
//! with; what you build yourself has the sampled form, spelled right. Null is absent, save where [`Nullable`] says otherwise, and
//! so is an optional member that cannot be read. Members that no page names are dropped, save in the objects that Exotel never
//! describes ([`Suggestion`], [`ContentError`]).
//!
//! # What is unknown
//!
//! - Whether RCS callbacks are signed, how, and from which addresses they come. Exotel's pages on other channels contradict
//!   each other. A secret in the callback URL needs no help from Exotel.
//! - Which answer is expected, within what time, and how often and with what bytes a failed POST is repeated. Expect duplicates
//!   and any order (inferred).
//! - The `Content-Type`: the samples are JSON, older channels of Exotel post forms.
//! - Which message a reply answers: nothing in it says so. Put what you need into the postback of a suggestion.
//! - The full list of status codes, and most of the report about an SMS sent instead.
//! - How long the link to a file lives and who may fetch it.
//! - Whether typing, opt-out or subscription is passed on at all: none is documented.
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

pub use self::callback::{Batch, Callback, Entry, Item, Malformed, Nested, SmsItem};
pub use self::incoming::{CallbackType, Content, ContentError, ContentType, File, Incoming};
pub use self::location::{Coordinate, Location};
pub use self::nullable::Nullable;
pub use self::report::{Report, SmsReport};
pub use self::status::{ReportState, StatusCode, StatusName};
pub use self::suggested::{Suggested, Suggestion, Tap};
pub use self::text::{Postback, Text};
