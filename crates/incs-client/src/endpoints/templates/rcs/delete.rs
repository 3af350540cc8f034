//! `DELETE /external/templates/rcs/{template_id}`.

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::id::TemplateId;
use incs_model::{Channel, DecodeError};

use super::PATH;
use crate::endpoint::Endpoint;
use crate::endpoints::templates::path_of;

/// Deletes one RCS template (INCS: RCS templates). What the reply holds beyond success is **unknown**, and not read.
///
/// When the reply to a deletion was lost and it is made again, the platform may answer that there is no such template.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DeleteTemplate {
    /// The template.
    pub id: TemplateId,
}

impl DeleteTemplate {
    /// Deletes this template.
    pub fn new(id: impl Into<TemplateId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for DeleteTemplate {
    type Reply = ();

    fn operation(&self) -> &'static str {
        "delete_rcs_template"
    }

    fn method(&self) -> Method {
        Method::DELETE
    }

    fn path(&self) -> Cow<'static, str> {
        path_of(PATH, &self.id).into()
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::Rcs)
    }

    fn decode(&self, _: &Frame<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}
