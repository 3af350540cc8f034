//! Receipts in Meta's form (inferred).

use super::value::ErrorItem;
use crate::address::Address;
use crate::id::MessageId;
use crate::raw::RawJson;
use crate::record::record;
use crate::status::State;
use crate::time::WireTime;

record! {
    /// A sent message has a new state.
    #[cfg_attr(feature = "schema", schemars(rename = "WhatsAppStatus"))]
    pub struct Status {
        /// The message.
        pub id: MessageId,
        /// Its new state.
        pub status: State,
    }
    optional {
        /// When.
        with_timestamp => pub timestamp: WireTime,
        /// Who it was sent to.
        with_recipient_id => pub recipient_id: Address,
        /// The conversation that Meta bills; kept as it came.
        with_conversation => pub conversation: RawJson,
        /// What Meta bills; kept as it came.
        with_pricing => pub pricing: RawJson,
        /// What the business put on the send.
        with_biz_opaque_callback_data => pub biz_opaque_callback_data: String,
    }
    list {
        /// Why it failed.
        with_errors => pub errors: ErrorItem,
    }
}
