//! Delivery reports.

use super::code::StatusCode;
use super::incoming::CallbackType;
use super::received::received;
use super::status::{ReportState, StatusName};
use crate::address::Address;
use crate::id::MessageId;
use crate::time::WireTime;

received! {
    /// What became of an RCS message that was sent (Exotel: RCS status callback).
    ///
    /// Several come for one message: sent, delivered, seen, in no promised order. The page on sending says the callback
    /// fires at the terminal state only; the codes say otherwise. The report names no business address and no id of its own:
    /// [`sid`](Self::sid), [`code`](Self::code) and [`timestamp`](Self::timestamp) together tell two reports apart (inferred).
    ///
    /// ```
    /// use incs_model::exotel::{Callback, Item, Report, ReportState};
    ///
    /// // The flat form. The nested one has numbers for codes and `exo_detailed_status` for `status`.
    /// let body = br#"{"to":"+12025550143","sid":"e90b77f1c4","exo_status_code":"40003","status":"EX_MESSAGE_SEEN"}"#;
    /// let Ok(Callback::Flat(Item::Report(report))) = incs_model::decode(body) else { panic!("not a report") };
    /// assert_eq!(report.state(), ReportState::Seen);
    /// assert_eq!(report.user.key(), "12025550143");
    /// assert_eq!(incs_model::encode(&report).unwrap(), body);
    /// ```
    pub struct Report {
        /// The user whom the message was sent to.
        pub user: Address = "to",
    }
    optional {
        /// `dlr`; the flat form has none.
        with_callback_type => pub callback_type: CallbackType = "callback_type",
        /// The message that was sent: the `sid` in the reply to the send call.
        with_sid => pub sid: MessageId = "sid" | "message_sid",
        /// The number of the status. This or the name is there.
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
    either { code = "exo_status_code", name = "exo_detailed_status" | "status" }
}

impl Report {
    /// A report in the nested form: `callback_type` is `dlr`, the code a number.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        code: impl Into<StatusCode>,
        name: impl Into<StatusName>,
    ) -> Self {
        let report = Self::bare(user.into());
        report.with_callback_type(CallbackType::Dlr).with_sid(sid).with_code(code).with_name(name)
    }

    /// What the report says: by name where that says something, else by number. (Exotel's numbers are ambiguous, its names
    /// are not.)
    pub fn state(&self) -> ReportState {
        let by_name = self.name.as_ref().and_then(ReportState::by_name);
        by_name.or_else(|| self.code.and_then(ReportState::by_rcs_code)).unwrap_or(ReportState::Unknown)
    }
}
