//! What a user wrote.

use super::content::Content;
use super::members::member;
use super::received::received;
use crate::address::Address;
use crate::id::MessageId;
use crate::open::open_text;
use crate::time::WireTime;

open_text! {
    /// What an element calls itself. Not to be relied on: the tables have `dlr` and `icm` for both directions, and every
    /// sampled message of a user has `incoming_message`. [`Item`](super::Item) looks at the members as well.
    pub enum CallbackType {
        /// A delivery report.
        Dlr = "dlr",
        /// A message of a user, in the tables (Exotel: receive messages webhook).
        Icm = "icm",
        /// A message of a user, in the samples (Exotel: receive messages webhook; sampled only).
        IncomingMessage = "incoming_message",
    }
}

member!(CallbackType);

received! {
    /// A message of a user (Exotel: receive messages webhook).
    ///
    /// It does not say which message it answers: only the two addresses, the time, and what the business put into the
    /// postback of a suggestion link it to one.
    pub struct Incoming {
        /// The user who wrote.
        pub user: Address = "from",
        /// The business that was written to: digits in the samples; a bot id is to be expected.
        pub business: Address = "to",
        /// What the user wrote, sent or tapped.
        pub content: Content = "content",
    }
    optional {
        /// `incoming_message` in the samples, `icm` in the tables.
        with_callback_type => pub callback_type: CallbackType = "callback_type",
        /// The message. Missing where [`Content::Error`] is sampled.
        with_sid => pub sid: MessageId = "sid" | "message_sid",
        /// When it was sent. Two forms are sampled: date and time with an offset, and Unix seconds as digits.
        with_timestamp => pub timestamp: WireTime = "timestamp",
        /// The user's name as they gave it (Exotel: receive messages webhook; sampled only, with an error).
        with_profile_name => pub profile_name: String = "profile_name",
        /// Whether messages of users carry it is **unknown**; it is read in case they do.
        with_custom_data => pub custom_data: String = "custom_data",
    }
}

impl Incoming {
    /// A message as the samples have it: `callback_type` is `incoming_message`.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        business: impl Into<Address>,
        content: impl Into<Content>,
    ) -> Self {
        let incoming = Self::bare(user.into(), business.into(), content.into());
        incoming.with_callback_type(CallbackType::IncomingMessage).with_sid(sid)
    }
}
