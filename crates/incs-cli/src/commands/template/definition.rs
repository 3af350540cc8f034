//! A template of either channel.

use incs_facade::model::template::{rcs, whatsapp};
use incs_facade::model::{DecodeError, OutboundMessage, Report, UnixSeconds, decode};
use serde::Serialize;

use super::Channel;
use crate::failure::Failure;

/// A template of either channel.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Template {
    WhatsApp(whatsapp::Template),
    Rcs(rcs::Template),
}

impl Template {
    /// Reads one as the platform keeps it, or as it is submitted.
    pub(super) fn decode(channel: Channel, body: &[u8]) -> Result<Self, DecodeError> {
        match channel {
            Channel::WhatsApp => decode(body).map(Self::WhatsApp).or_else(|error| {
                let new: whatsapp::NewTemplate = decode(body).map_err(|_| error)?;
                let template =
                    whatsapp::Template::new("", new.name, new.language, new.category, whatsapp::Status::Pending);
                Ok(Self::WhatsApp(template.with_components(new.components)))
            }),
            Channel::Rcs => decode(body).map(Self::Rcs).or_else(|error| {
                let new: rcs::NewTemplate = decode(body).map_err(|_| error)?;
                Ok(Self::Rcs(rcs::Template::new("", new.name, "", new.content).with_category(new.category)))
            }),
        }
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.template_id.as_str(),
            Self::Rcs(template) => template.template_id.as_str(),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.name.as_str(),
            Self::Rcs(template) => template.name.as_str(),
        }
    }

    pub(super) fn status(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.status.as_str(),
            Self::Rcs(template) => template.status.as_str(),
        }
    }

    pub(super) fn category(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.category.as_str(),
            Self::Rcs(template) => template.category.as_ref().map_or("", rcs::Category::as_str),
        }
    }

    /// The language on WhatsApp, the type on RCS.
    pub(super) fn form(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.language.as_str(),
            Self::Rcs(template) => template.content.kind(),
        }
    }

    pub(super) fn updated(&self) -> String {
        let time: UnixSeconds = match self {
            Self::WhatsApp(template) => template.updated_time,
            Self::Rcs(template) => template.updated_time,
        };
        time.recorded().map(|time| time.to_string()).unwrap_or_default()
    }

    /// Compares a message with this definition.
    pub(super) fn check(&self, message: &OutboundMessage) -> Result<Result<(), Report>, Failure> {
        match (self, message) {
            (Self::WhatsApp(template), OutboundMessage::WhatsApp(message)) => {
                if let incs_facade::model::whatsapp::Content::Template(send) = &message.content {
                    return Ok(template.check_send(send));
                }
            }
            (Self::Rcs(template), OutboundMessage::Rcs(message)) => {
                if let incs_facade::model::rcs::Content::Template(send) = &message.content {
                    return Ok(template.check_send(send));
                }
            }
            _ => {}
        }
        Err(Failure::usage(format!("the message is no send of a template, but of kind `{}`", message.kind())))
    }
}

/// The template that a message names.
pub(super) fn named_by(message: &OutboundMessage) -> Option<&str> {
    match message {
        OutboundMessage::WhatsApp(message) => match &message.content {
            incs_facade::model::whatsapp::Content::Template(send) => Some(send.name.as_str()),
            _ => None,
        },
        OutboundMessage::Rcs(message) => match &message.content {
            incs_facade::model::rcs::Content::Template(send) => Some(send.name.as_str()),
            _ => None,
        },
        _ => None,
    }
}
