//! `POST /external/templates/rcs`.

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::template::rcs::{NewTemplate, Template};
use incs_model::{Channel, DecodeError, RawJson, Report};

use super::PATH;
use crate::endpoint::Endpoint;

/// Submits an RCS template for review (INCS: RCS templates). What the reply holds is **unknown**: see [`Submitted`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CreateTemplate {
    /// The template.
    pub template: NewTemplate,
}

/// What the platform answered to a template that it took. Its shape is **unknown**, so it is kept as it came.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Submitted {
    /// `data` of the reply.
    pub data: Option<RawJson>,
}

impl Submitted {
    /// The template, if the reply holds one, as that of WhatsApp does (inferred).
    pub fn template(&self) -> Option<Template> {
        self.data.as_ref()?.decode().ok()
    }
}

impl CreateTemplate {
    /// Submits this template.
    pub fn new(template: NewTemplate) -> Self {
        Self { template }
    }
}

impl Endpoint for CreateTemplate {
    type Reply = Submitted;

    fn operation(&self) -> &'static str {
        "create_rcs_template"
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn path(&self) -> Cow<'static, str> {
        PATH.into()
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::Rcs)
    }

    fn validate(&self) -> Result<(), Report> {
        incs_model::validate(&self.template)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        incs_model::encode(&self.template).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Submitted, DecodeError> {
        Ok(Submitted { data: reply.raw_data().map(RawJson::parse).transpose()? })
    }
}
