//! Delivery reports about RCS messages, and about the SMS sent instead.

use incs_model_derive::WireStruct;

use super::incoming::CallbackType;
use super::nullable::Nullable;
use super::object::{Spelling, members};
use super::status::{ReportState, StatusCode, StatusName};
use crate::address::Address;
use crate::id::MessageId;
use crate::json::RawJson;
use crate::time::WireTime;

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
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelReport", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Report {
    /// The user whom the message was sent to.
    ///
    /// On the wire: `to`.
    pub user: Address,
    /// `dlr`; the flat form has none.
    pub callback_type: Option<CallbackType>,
    /// The message that was sent: the `sid` in the reply to the send call.
    ///
    /// On the wire: `sid` or `message_sid`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub sid: Option<MessageId>,
    /// The number of the status. This or the name is there.
    ///
    /// On the wire: `exo_status_code`.
    pub code: Option<StatusCode>,
    /// The name of the status.
    ///
    /// On the wire: `exo_detailed_status` or `status`.
    pub name: Option<StatusName>,
    /// Text for people.
    pub description: Option<String>,
    /// When it happened.
    pub timestamp: Option<WireTime>,
    /// What the send call passed.
    pub custom_data: Option<String>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

members!(Report {
    user: required("to"),
    callback_type: optional("callback_type"),
    sid: optional("sid" | "message_sid"),
    code: optional("exo_status_code"),
    name: optional("exo_detailed_status" | "status"),
    description: optional("description"),
    timestamp: optional("timestamp"),
    custom_data: optional("custom_data"),
} one_of "exo_status_code" | "exo_detailed_status" | "status");

/// What became of the SMS that was sent because the RCS message could not be (Exotel: RCS status callback).
///
/// It comes in `sms.messages[]` when the send call carried an SMS fallback. The page is known only in part: members after
/// `exo_detailed_status` are taken to be those of the RCS report (inferred). Where `message_sid` and `sms_units` stand,
/// and what the values of `sms_units` look like, is **unknown**.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelSmsReport", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct SmsReport {
    /// The user whom the message was sent to.
    ///
    /// On the wire: `to`.
    pub user: Address,
    /// Always `dlr`.
    pub callback_type: Option<CallbackType>,
    /// The message. That it is the `sid` of the RCS message is inferred.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub sid: Option<MessageId>,
    /// The message on the fallback channel.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub channel_sid: Option<MessageId>,
    /// The number of the status. Its meaning in this channel is **unknown**: several pages contradict each other.
    ///
    /// On the wire: `exo_status_code`.
    pub code: Option<StatusCode>,
    /// The name of the status.
    ///
    /// On the wire: `exo_detailed_status` or `status`.
    pub name: Option<StatusName>,
    /// Text for people.
    pub description: Option<String>,
    /// When it happened.
    pub timestamp: Option<WireTime>,
    /// What the send call passed.
    pub custom_data: Option<String>,
    /// Another name of `sid` or a further id, **unknown** which; null when the SMS could not be triggered at all.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    #[wire(default)]
    pub message_sid: Nullable<MessageId>,
    /// How many SMS it took, it seems; null when the SMS could not be triggered at all. See [`units`](Self::units).
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<RawJson>"))]
    #[wire(default)]
    pub sms_units: Nullable<RawJson>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

members!(SmsReport {
    user: required("to"),
    callback_type: optional("callback_type"),
    sid: optional("sid"),
    channel_sid: optional("channel_sid"),
    code: optional("exo_status_code"),
    name: optional("exo_detailed_status" | "status"),
    description: optional("description"),
    timestamp: optional("timestamp"),
    custom_data: optional("custom_data"),
    message_sid: nullable("message_sid"),
    sms_units: nullable("sms_units"),
} one_of "exo_status_code" | "exo_detailed_status" | "status");

impl Report {
    /// A report in the nested form: `callback_type` is `dlr`, the code a number.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        code: impl Into<StatusCode>,
        name: impl Into<StatusName>,
    ) -> Self {
        let report = Self::with_required(user).with_callback_type(CallbackType::Dlr);
        report.with_sid(sid).with_code(code).with_name(name)
    }

    /// What the report says: by name where that says something, else by number. (Exotel's numbers are ambiguous, its names
    /// are not.)
    pub fn state(&self) -> ReportState {
        let by_name = self.name.as_ref().and_then(ReportState::by_name);
        by_name.or_else(|| self.code.and_then(ReportState::by_rcs_code)).unwrap_or(ReportState::Unknown)
    }
}

impl SmsReport {
    /// A report whose `callback_type` is `dlr` and whose code is a number.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        code: impl Into<StatusCode>,
        name: impl Into<StatusName>,
    ) -> Self {
        let report = Self::with_required(user).with_callback_type(CallbackType::Dlr);
        report.with_sid(sid).with_code(code).with_name(name)
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
