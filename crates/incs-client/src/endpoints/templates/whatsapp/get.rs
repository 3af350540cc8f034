//! `GET /external/templates/{template_id}`.

use std::borrow::Cow;

use incs_model::envelope::Frame;
use incs_model::id::TemplateId;
use incs_model::template::whatsapp::Template;
use incs_model::{Channel, DecodeError};

use super::PATH;
use crate::endpoint::Endpoint;
use crate::endpoints::templates::path_of;

/// Fetches one WhatsApp template (the route is inferred from that of RCS).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GetTemplate {
    /// The template.
    pub id: TemplateId,
}

impl GetTemplate {
    /// Fetches this template.
    pub fn new(id: impl Into<TemplateId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for GetTemplate {
    type Reply = Template;

    fn operation(&self) -> &'static str {
        "get_whatsapp_template"
    }

    fn path(&self) -> Cow<'static, str> {
        path_of(PATH, &self.id).into()
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::WhatsApp)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Template, DecodeError> {
        reply.data()
    }
}
