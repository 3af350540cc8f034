//! `message_status_update`.

use crate::address::Address;
use crate::id::{ChannelId, MessageId};
use crate::record::record;
use crate::status::State;
use crate::time::WireTime;

record! {
    /// A sent message has a new state (INCS: message status webhook).
    ///
    /// Order is not promised: a `sent` may come after a `read`. [`delivery`](crate::delivery) puts them together.
    pub struct MessageStatusUpdate {
        /// The id that the send gave back. (That both are one is inferred.)
        pub message_id: MessageId,
        /// The new state.
        pub message_status: State,
    }
    default {
        /// Why the message failed; `null` on the wire when there is nothing to say.
        with_error => pub error: Option<StatusError>,
    }
    optional {
        /// The sending channel. Absent in the English edition of the page and in older deployments.
        with_channel_id => pub channel_id: ChannelId,
        /// The business number. Optional in the English edition.
        with_business_phone => pub business_phone: Address,
        /// When the state changed, says one edition of the page; when the webhook was received, says the other.
        with_received_at => pub received_at: WireTime,
    }
}

record! {
    /// Why a message failed, in the provider's words.
    #[derive(Eq, PartialOrd, Ord, Hash)]
    pub struct StatusError {}
    optional {
        /// The provider's number; Meta's on WhatsApp, like 131049.
        with_code => pub code: i64,
        /// The provider's text.
        with_title => pub title: String,
    }
}
