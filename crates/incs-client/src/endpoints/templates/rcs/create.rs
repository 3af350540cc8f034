//! `POST /external/templates/rcs`.

use incs_model::RawJson;
use incs_model::template::rcs::{NewTemplate, Template};

crate::endpoints::templates::creation::create_template! {
    /// Submits an RCS template for review (INCS: RCS templates). What the reply holds is **unknown**: see [`Submitted`].
    of Rcs as "create_rcs_template" gives Submitted, by |reply| {
        Ok(Submitted { data: reply.raw_data().map(RawJson::parse).transpose()? })
    };
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
