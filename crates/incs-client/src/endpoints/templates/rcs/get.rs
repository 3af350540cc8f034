//! `GET /external/templates/rcs/{template_id}`.

use std::borrow::Cow;

use incs_model::envelope::Frame;
use incs_model::id::TemplateId;
use incs_model::template::rcs::Template;
use incs_model::{Channel, DecodeError};

use super::PATH;
use crate::endpoint::Endpoint;
use crate::endpoints::templates::path_of;

/// Fetches one RCS template (INCS: RCS templates). One that does not exist is refused with code 400.
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
        "get_rcs_template"
    }

    fn path(&self) -> Cow<'static, str> {
        path_of(PATH, &self.id).into()
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::Rcs)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Template, DecodeError> {
        reply.data()
    }
}
