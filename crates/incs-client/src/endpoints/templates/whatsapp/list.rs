//! `GET /external/templates`.

use std::borrow::Cow;

use incs_model::envelope::Frame;
use incs_model::id::TemplateId;
use incs_model::template::ListQuery;
use incs_model::template::whatsapp::Template;
use incs_model::{Channel, DecodeError, Report};

use super::PATH;
use crate::endpoint::{Endpoint, Query};
use crate::pager::Listing;

/// Lists a page of the WhatsApp templates, newest first (INCS: WhatsApp templates; sampled only). The route itself is inferred.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListTemplates {
    /// Which page.
    pub query: ListQuery,
}

impl ListTemplates {
    /// Lists this page.
    pub fn new(query: ListQuery) -> Self {
        Self { query }
    }
}

impl Endpoint for ListTemplates {
    type Reply = Vec<Template>;

    fn operation(&self) -> &'static str {
        "list_whatsapp_templates"
    }

    fn path(&self) -> Cow<'static, str> {
        PATH.into()
    }

    fn query(&self) -> Query {
        self.query.to_query().into_iter().collect()
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::WhatsApp)
    }

    fn validate(&self) -> Result<(), Report> {
        incs_model::validate(&self.query)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Vec<Template>, DecodeError> {
        reply.data()
    }
}

impl Listing for ListTemplates {
    type Row = Template;
    type Key = TemplateId;

    fn rows(reply: Vec<Template>) -> Vec<Template> {
        reply
    }

    fn key(row: &Template) -> TemplateId {
        row.template_id.clone()
    }

    fn page_size(&self) -> usize {
        super::super::page_size(&self.query)
    }

    fn advance(&mut self, last: TemplateId) {
        self.query.last_id = Some(last);
    }
}
