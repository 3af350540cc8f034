//! One view over the elements of both lists.

use super::callback::{Batch, Callback};
use super::code::StatusCode;
use super::incoming::Incoming;
use super::item::{Item, Malformed, SmsItem};
use super::report::Report;
use super::sms::SmsReport;
use super::status::{ReportState, StatusName};
use crate::address::Address;
use crate::id::MessageId;
use crate::raw::RawJson;
use crate::time::WireTime;

/// An element of a callback, from whichever list: see [`Callback::entries`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Entry<'a> {
    /// A message of a user.
    Incoming(&'a Incoming),
    /// What became of an RCS message to a user.
    Report(&'a Report),
    /// What became of the SMS sent instead.
    SmsReport(&'a SmsReport),
    /// Something that this version does not know.
    Unknown(&'a RawJson),
    /// Something with a fault in it.
    Malformed(&'a Malformed),
}

impl<'a> Entry<'a> {
    /// The user's address: `from` of a message, `to` of a report.
    pub fn user(self) -> Option<&'a Address> {
        match self {
            Self::Incoming(incoming) => Some(&incoming.user),
            Self::Report(report) => Some(&report.user),
            Self::SmsReport(report) => Some(&report.user),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// The business's address: `to` of a message; reports have none.
    pub fn business(self) -> Option<&'a Address> {
        match self {
            Self::Incoming(incoming) => Some(&incoming.business),
            _ => None,
        }
    }

    /// The message that was received, or that the report is about.
    pub fn message_id(self) -> Option<&'a MessageId> {
        match self {
            Self::Incoming(incoming) => incoming.sid.as_ref(),
            Self::Report(report) => report.sid.as_ref(),
            Self::SmsReport(report) => report.id(),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// When it happened.
    pub fn timestamp(self) -> Option<&'a WireTime> {
        match self {
            Self::Incoming(incoming) => incoming.timestamp.as_ref(),
            Self::Report(report) => report.timestamp.as_ref(),
            Self::SmsReport(report) => report.timestamp.as_ref(),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// What the send call passed.
    pub fn custom_data(self) -> Option<&'a str> {
        match self {
            Self::Incoming(incoming) => incoming.custom_data.as_deref(),
            Self::Report(report) => report.custom_data.as_deref(),
            Self::SmsReport(report) => report.custom_data.as_deref(),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// The number of the status, of a report.
    pub fn code(self) -> Option<StatusCode> {
        match self {
            Self::Report(report) => report.code,
            Self::SmsReport(report) => report.code,
            _ => None,
        }
    }

    /// The name of the status, of a report.
    pub fn name(self) -> Option<&'a StatusName> {
        match self {
            Self::Report(report) => report.name.as_ref(),
            Self::SmsReport(report) => report.name.as_ref(),
            _ => None,
        }
    }

    /// The text for people, of a report.
    pub fn description(self) -> Option<&'a str> {
        match self {
            Self::Report(report) => report.description.as_deref(),
            Self::SmsReport(report) => report.description.as_deref(),
            _ => None,
        }
    }

    /// What a report says.
    pub fn state(self) -> Option<ReportState> {
        match self {
            Self::Report(report) => Some(report.state()),
            Self::SmsReport(report) => Some(report.state()),
            _ => None,
        }
    }
}

impl<'a> From<&'a Item> for Entry<'a> {
    fn from(item: &'a Item) -> Self {
        match item {
            Item::Incoming(incoming) => Self::Incoming(incoming),
            Item::Report(report) => Self::Report(report),
            Item::Unknown(raw) => Self::Unknown(raw),
            Item::Malformed(malformed) => Self::Malformed(malformed),
        }
    }
}

impl<'a> From<&'a SmsItem> for Entry<'a> {
    fn from(item: &'a SmsItem) -> Self {
        match item {
            SmsItem::Report(report) => Self::SmsReport(report),
            SmsItem::Unknown(raw) => Self::Unknown(raw),
            SmsItem::Malformed(malformed) => Self::Malformed(malformed),
        }
    }
}

impl Callback {
    /// Every element with its JSON pointer in the body: those of `rcs`, then those of `sms`, or the one of a flat body.
    pub fn entries(&self) -> impl Iterator<Item = (String, Entry<'_>)> {
        let (flat, nested) = match self {
            Self::Flat(item) => (Some((String::new(), Entry::from(item))), None),
            Self::Nested(nested) => (None, Some(nested)),
        };
        let rcs = nested.and_then(|nested| nested.rcs.as_ref()).map(|batch| batch.entries("/rcs"));
        let sms = nested.and_then(|nested| nested.sms.as_ref()).map(|batch| batch.entries("/sms"));
        flat.into_iter().chain(rcs.into_iter().flatten()).chain(sms.into_iter().flatten())
    }
}

impl<T> Batch<T> {
    fn entries<'a>(&'a self, pointer: &'static str) -> impl Iterator<Item = (String, Entry<'a>)>
    where
        Entry<'a>: From<&'a T>,
    {
        let whole = self.malformed().map(|malformed| (pointer.to_owned(), Entry::Malformed(malformed)));
        let items = self.items().iter().enumerate();
        let items = items.map(move |(index, item)| (format!("{pointer}/messages/{index}"), Entry::from(item)));
        whole.into_iter().chain(items)
    }
}
