//! `POST /external/templates`.

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::template::whatsapp::{NewTemplate, Template};
use incs_model::{Channel, DecodeError, Report};

use super::PATH;
use crate::endpoint::Endpoint;

/// Submits a WhatsApp template for review (INCS: WhatsApp templates). The reply can say `REJECTED` at once, although the call
/// succeeded: look at its status.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CreateTemplate {
    /// The template.
    pub template: NewTemplate,
}

impl CreateTemplate {
    /// Submits this template.
    pub fn new(template: NewTemplate) -> Self {
        Self { template }
    }
}

impl Endpoint for CreateTemplate {
    type Reply = Template;

    fn operation(&self) -> &'static str {
        "create_whatsapp_template"
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn path(&self) -> Cow<'static, str> {
        PATH.into()
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::WhatsApp)
    }

    fn validate(&self) -> Result<(), Report> {
        incs_model::validate(&self.template)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        incs_model::encode(&self.template).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Template, DecodeError> {
        reply.data()
    }
}
