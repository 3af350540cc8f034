//! Delivery reports about RCS messages and fallback SMS.

use incs_model_derive::WireStruct;

use super::incoming::CallbackType;
use super::nullable::Nullable;
use super::object::{Spelling, members};
use super::status::{ReportState, StatusCode, StatusName};
use crate::address::Address;
use crate::id::MessageId;
use crate::json::RawJson;
use crate::time::WireTime;

/// A delivery report about an RCS message (Exotel: RCS status callback).
///
/// One message has several: sent, delivered, seen, in no guaranteed order. The page on sending says the callback
/// is called at the terminal state only; the codes say otherwise. The report has no business address and no id of its own:
/// [`sid`](Self::sid), [`code`](Self::code) and [`timestamp`](Self::timestamp) together distinguish two reports (inferred).
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
    /// The recipient of the message.
    ///
    /// On the wire: `to`.
    pub user: Address,
    /// `dlr`; absent from the flat form.
    pub callback_type: Option<CallbackType>,
    /// The id of the message: the `sid` in the reply to the send call.
    ///
    /// On the wire: `sid` or `message_sid`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub sid: Option<MessageId>,
    /// The status code. At least one of code and name is present.
    ///
    /// On the wire: `exo_status_code`.
    pub code: Option<StatusCode>,
    /// The status name.
    ///
    /// On the wire: `exo_detailed_status` or `status`.
    pub name: Option<StatusName>,
    /// A description for people.
    pub description: Option<String>,
    /// The time of the event.
    pub timestamp: Option<WireTime>,
    /// The custom data of the send call.
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

/// A delivery report about the fallback SMS, which is sent when the RCS message cannot be (Exotel: RCS status callback).
///
/// It comes in `sms.messages[]` when the send call had an SMS fallback. The page is only partly known: members after
/// `exo_detailed_status` are assumed to be those of the RCS report (inferred). The place of `message_sid` and `sms_units`,
/// and the values of `sms_units`, are **unknown**.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelSmsReport", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct SmsReport {
    /// The recipient of the message.
    ///
    /// On the wire: `to`.
    pub user: Address,
    /// Always `dlr`.
    pub callback_type: Option<CallbackType>,
    /// The id of the message. (Inferred: it is the `sid` of the RCS message.)
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub sid: Option<MessageId>,
    /// The id of the message on the fallback channel.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub channel_sid: Option<MessageId>,
    /// The status code. Its meaning in this channel is **unknown**: several pages contradict each other.
    ///
    /// On the wire: `exo_status_code`.
    pub code: Option<StatusCode>,
    /// The status name.
    ///
    /// On the wire: `exo_detailed_status` or `status`.
    pub name: Option<StatusName>,
    /// A description for people.
    pub description: Option<String>,
    /// The time of the event.
    pub timestamp: Option<WireTime>,
    /// The custom data of the send call.
    pub custom_data: Option<String>,
    /// Another name of `sid` or a further id, **unknown** which; null when the SMS could not be triggered at all.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    #[wire(default)]
    pub message_sid: Nullable<MessageId>,
    /// The number of SMS that were used, it seems; null when the SMS could not be triggered at all. See [`units`](Self::units).
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
    /// Creates a report in the nested form: `callback_type` is `dlr`, the code a number.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        code: impl Into<StatusCode>,
        name: impl Into<StatusName>,
    ) -> Self {
        let report = Self::with_required(user).with_callback_type(CallbackType::Dlr);
        report.with_sid(sid).with_code(code).with_name(name)
    }

    /// Returns the state: by name if the name has a meaning, otherwise by code. (Exotel's codes are ambiguous, its names
    /// are not.)
    pub fn state(&self) -> ReportState {
        let by_name = self.name.as_ref().and_then(ReportState::by_name);
        by_name.or_else(|| self.code.and_then(ReportState::by_rcs_code)).unwrap_or(ReportState::Unknown)
    }
}

impl SmsReport {
    /// Creates a report whose `callback_type` is `dlr` and whose code is a number.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        code: impl Into<StatusCode>,
        name: impl Into<StatusName>,
    ) -> Self {
        let report = Self::with_required(user).with_callback_type(CallbackType::Dlr);
        report.with_sid(sid).with_code(code).with_name(name)
    }

    /// The id of the message: `sid`, or else `message_sid`.
    pub fn id(&self) -> Option<&MessageId> {
        self.sid.as_ref().or_else(|| self.message_sid.value())
    }

    /// Returns true when the SMS could not be triggered at all: Exotel then writes null for `message_sid` and for `sms_units`.
    pub fn never_triggered(&self) -> bool {
        self.message_sid.is_null() && self.sms_units.is_null()
    }

    /// The number of SMS that were used, if it is a whole number or its digits.
    pub fn units(&self) -> Option<u64> {
        let raw = self.sms_units.value()?;
        raw.decode().ok().or_else(|| raw.decode::<String>().ok()?.parse().ok())
    }

    /// Returns the state, by name only: the codes of SMS are ambiguous.
    pub fn state(&self) -> ReportState {
        self.name.as_ref().and_then(ReportState::by_name).unwrap_or(ReportState::Unknown)
    }
}
