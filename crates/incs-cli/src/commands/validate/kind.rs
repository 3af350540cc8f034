//! What can be checked.

use clap::ValueEnum;
use incs_facade::model::template::{rcs as rcs_template, whatsapp as whatsapp_template};
use incs_facade::model::{self, Validate, decode, rcs, task, viber, whatsapp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::documents::Document;
use super::unknown_members;
use super::verdict::{Verdict, Violation};
use crate::args::ChannelName;

/// What a document is checked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A message on WhatsApp, like --channel whatsapp
    #[value(name = "whatsapp-message")]
    WhatsAppMessage,
    /// A message on Viber, like --channel viber
    ViberMessage,
    /// A message on RCS, like --channel rcs
    RcsMessage,
    /// A WhatsApp template to create
    #[value(name = "whatsapp-template", alias = "waba-template")]
    WhatsAppTemplate,
    /// An RCS template to create
    RcsTemplate,
    /// A task to create
    Task,
}

impl From<ChannelName> for Kind {
    fn from(channel: ChannelName) -> Self {
        match channel {
            ChannelName::Whatsapp => Self::WhatsAppMessage,
            ChannelName::Viber => Self::ViberMessage,
            ChannelName::Rcs => Self::RcsMessage,
        }
    }
}

impl Kind {
    /// All that is wrong with a document.
    pub(crate) fn check(self, document: &Document) -> Verdict {
        match self {
            Self::WhatsAppMessage => check::<whatsapp::Message>(document),
            Self::ViberMessage => check::<viber::Message>(document),
            Self::RcsMessage => check::<rcs::Message>(document),
            Self::WhatsAppTemplate => check::<whatsapp_template::NewTemplate>(document),
            Self::RcsTemplate => check::<rcs_template::NewTemplate>(document),
            Self::Task => check::<task::NewTask>(document),
        }
    }
}

fn check<T: DeserializeOwned + Serialize + Validate>(document: &Document) -> Verdict {
    let value: T = match decode(&document.body) {
        Ok(value) => value,
        Err(error) => return Verdict::of([Violation::of_decoding(&error, document.line)]),
    };
    let broken = model::validate(&value).err().into_iter().flat_map(model::Report::into_violations);
    let broken = broken.map(|violation| Violation::from(&violation));
    Verdict::of(broken.chain(unknown_members::find(&document.body, &value)))
}
