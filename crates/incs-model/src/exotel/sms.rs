//! Delivery reports about the SMS sent instead.

use super::code::StatusCode;
use super::incoming::CallbackType;
use super::received::received;
use super::status::{ReportState, StatusName};
use crate::address::Address;
use crate::id::MessageId;
use crate::raw::RawJson;
use crate::time::WireTime;

received! {
    /// What became of the SMS that was sent because the RCS message could not be (Exotel: RCS status callback).
    ///
    /// It comes in `sms.messages[]` when the send call carried an SMS fallback. The page is known only in part: members after
    /// `exo_detailed_status` are taken to be those of the RCS report (inferred). Where `message_sid` and `sms_units` stand,
    /// and what the values of `sms_units` look like, is **unknown**.
    pub struct SmsReport {
        /// The user whom the message was sent to.
        pub user: Address = "to",
    }
    optional {
        /// Always `dlr`.
        with_callback_type => pub callback_type: CallbackType = "callback_type",
        /// The message. That it is the `sid` of the RCS message is inferred.
        with_sid => pub sid: MessageId = "sid",
        /// The message on the fallback channel.
        with_channel_sid => pub channel_sid: MessageId = "channel_sid",
        /// The number of the status. Its meaning in this channel is **unknown**: several pages contradict each other.
        with_code => pub code: StatusCode = "exo_status_code",
        /// The name of the status.
        with_name => pub name: StatusName = "exo_detailed_status" | "status",
        /// Text for people.
        with_description => pub description: String = "description",
        /// When it happened.
        with_timestamp => pub timestamp: WireTime = "timestamp",
        /// What the send call passed.
        with_custom_data => pub custom_data: String = "custom_data",
    }
    nullable {
        /// Another name of `sid` or a further id, **unknown** which; null when the SMS could not be triggered at all.
        with_message_sid => pub message_sid: MessageId = "message_sid",
        /// How many SMS it took, it seems; null when the SMS could not be triggered at all. See [`units`](Self::units).
        with_sms_units => pub sms_units: RawJson = "sms_units",
    }
    either { code = "exo_status_code", name = "exo_detailed_status" | "status" }
}

impl SmsReport {
    /// A report whose `callback_type` is `dlr` and whose code is a number.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        code: impl Into<StatusCode>,
        name: impl Into<StatusName>,
    ) -> Self {
        let report = Self::bare(user.into());
        report.with_callback_type(CallbackType::Dlr).with_sid(sid).with_code(code).with_name(name)
    }

    /// The message: `sid`, else `message_sid`.
    pub fn id(&self) -> Option<&MessageId> {
        self.sid.as_ref().or_else(|| self.message_sid.value())
    }

    /// Whether the SMS could not be triggered at all: Exotel then writes null for `message_sid` and for `sms_units`.
    pub fn never_triggered(&self) -> bool {
        self.message_sid.is_null() && self.sms_units.is_null()
    }

    /// How many SMS it took, when that is a whole number or its digits.
    pub fn units(&self) -> Option<u64> {
        let raw = self.sms_units.value()?;
        raw.decode().ok().or_else(|| raw.decode::<String>().ok()?.parse().ok())
    }

    /// What the report says, by name only: the numbers of SMS mean several things.
    pub fn state(&self) -> ReportState {
        self.name.as_ref().and_then(ReportState::by_name).unwrap_or(ReportState::Unknown)
    }
}
