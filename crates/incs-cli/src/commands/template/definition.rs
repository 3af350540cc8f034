//! A template of either channel, and the pager over templates.

use clap::ValueEnum;
use incs_facade::client::endpoints::templates::{rcs as rcs_routes, whatsapp as whatsapp_routes};
use incs_facade::client::{Client, Error, Pager};
use incs_facade::model::template::{ListQuery, rcs, whatsapp};
use incs_facade::model::{DecodeError, Invalid, OutboundMessage, UnixSeconds, Warnings, decode};
use serde::Serialize;

use crate::exit::Failure;

/// A channel that has templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Channel {
    #[value(name = "whatsapp")]
    WhatsApp,
    Rcs,
}

/// A template of either channel.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Template {
    WhatsApp(whatsapp::Template),
    Rcs(rcs::Template),
}

impl Template {
    /// Decodes a template in the platform's form, or in the form in which it is submitted.
    pub(super) fn decode(channel: Channel, body: &[u8]) -> Result<Self, DecodeError> {
        match channel {
            Channel::WhatsApp => decode(body).map(Self::WhatsApp).or_else(|error| {
                let new: whatsapp::NewTemplate = decode(body).map_err(|_| error)?;
                let mut template =
                    whatsapp::Template::new("", new.name, new.language, new.category, whatsapp::Status::Pending);
                template.parameter_format = new.parameter_format;
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

    /// Returns the language of a WhatsApp template, the type of an RCS template.
    pub(super) fn language_or_type(&self) -> &str {
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
    pub(super) fn check(&self, message: &OutboundMessage) -> Result<Result<Warnings, Invalid>, Failure> {
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
        Err(Failure::usage(format!("the message is not a template but of kind `{}`", message.kind())))
    }
}

/// A pager over the templates of a channel, newest first.
pub(super) enum TemplatePager {
    WhatsApp(Pager<whatsapp_routes::ListTemplates>),
    Rcs(Pager<rcs_routes::ListTemplates>),
}

impl TemplatePager {
    pub(super) fn new(client: &Client, channel: Channel, query: ListQuery) -> Self {
        match channel {
            Channel::WhatsApp => Self::WhatsApp(client.templates().whatsapp().list_from(query)),
            Channel::Rcs => Self::Rcs(client.templates().rcs().list_from(query)),
        }
    }

    pub(super) async fn try_next(&mut self) -> Result<Option<Template>, Error> {
        match self {
            Self::WhatsApp(pager) => Ok(pager.try_next().await?.map(Template::WhatsApp)),
            Self::Rcs(pager) => Ok(pager.try_next().await?.map(Template::Rcs)),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        match self {
            Self::WhatsApp(pager) => pager.is_done(),
            Self::Rcs(pager) => pager.is_done(),
        }
    }
}
