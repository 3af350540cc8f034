//! Templates of RCS and WhatsApp. No route to edit one is known.

use std::borrow::Cow;
use std::marker::PhantomData;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::id::TemplateId;
use incs_model::limits::template::LIST_COUNT_DEFAULT;
use incs_model::template::ListQuery;
use incs_model::{Channel, DecodeError, RawJson, Report, Validate, template};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::endpoint::{Endpoint, Paginated, Query, segment};

/// A channel with templates: [`Rcs`] or [`WhatsApp`]. Sealed, because the platform defines the routes.
pub trait TemplateChannel: Send + Sync + sealed::Sealed + 'static {
    /// A template to submit.
    type New: Serialize + Validate + Send + Sync;
    /// A template as the platform returns it.
    type Template: DeserializeOwned + Send;
    /// The platform's answer to a template that it took.
    type Created: Send;

    /// The channel.
    const CHANNEL: Channel;
    /// The path of all templates.
    const PATH: &'static str;
    /// The operation that submits a template.
    const CREATE: &'static str;
    /// The operation that fetches one.
    const GET: &'static str;
    /// The operation that lists them.
    const LIST: &'static str;

    /// The id after which the next page starts.
    fn id(template: &Self::Template) -> TemplateId;

    /// Parses the reply to an accepted template.
    ///
    /// # Errors
    ///
    /// Fails when it has another shape.
    fn created(reply: &Frame<'_>) -> Result<Self::Created, DecodeError>;
}

/// RCS (INCS: RCS templates).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rcs {}

/// WhatsApp (INCS: WhatsApp templates). No route to delete a template is known, and those to fetch one and to list them are
/// inferred from the RCS routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhatsApp {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Rcs {}
    impl Sealed for super::WhatsApp {}
}

impl TemplateChannel for Rcs {
    type New = template::rcs::NewTemplate;
    type Template = template::rcs::Template;
    type Created = Submitted;

    const CHANNEL: Channel = Channel::Rcs;
    const PATH: &'static str = "/external/templates/rcs";
    const CREATE: &'static str = "create_rcs_template";
    const GET: &'static str = "get_rcs_template";
    const LIST: &'static str = "list_rcs_templates";

    fn id(template: &Self::Template) -> TemplateId {
        template.template_id.clone()
    }

    fn created(reply: &Frame<'_>) -> Result<Submitted, DecodeError> {
        Ok(Submitted { data: reply.raw_data().map(RawJson::parse).transpose()? })
    }
}

impl TemplateChannel for WhatsApp {
    type New = template::whatsapp::NewTemplate;
    type Template = template::whatsapp::Template;
    type Created = template::whatsapp::Template;

    const CHANNEL: Channel = Channel::WhatsApp;
    const PATH: &'static str = "/external/templates";
    const CREATE: &'static str = "create_whatsapp_template";
    const GET: &'static str = "get_whatsapp_template";
    const LIST: &'static str = "list_whatsapp_templates";

    fn id(template: &Self::Template) -> TemplateId {
        template.template_id.clone()
    }

    fn created(reply: &Frame<'_>) -> Result<Self::Template, DecodeError> {
        reply.data()
    }
}

/// The platform's reply to an accepted RCS template. Its shape is **unknown**, so it is kept unchanged.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Submitted {
    /// `data` of the reply.
    pub data: Option<RawJson>,
}

impl Submitted {
    /// Returns the template, if the reply contains one, as the WhatsApp reply does (inferred).
    pub fn template(&self) -> Option<template::rcs::Template> {
        self.data.as_ref()?.decode().ok()
    }
}

/// Submits a template for review (INCS: RCS templates, WhatsApp templates).
///
/// The content of the RCS reply is **unknown**: see [`Submitted`]. On WhatsApp the reply can say `REJECTED` at once, although the
/// call succeeded: look at its status.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CreateTemplate<C: TemplateChannel> {
    /// The template.
    pub template: C::New,
}

impl<C: TemplateChannel> CreateTemplate<C> {
    /// Submits this template.
    pub fn new(template: C::New) -> Self {
        Self { template }
    }
}

impl<C: TemplateChannel> Endpoint for CreateTemplate<C> {
    type Reply = C::Created;

    fn operation(&self) -> &'static str {
        C::CREATE
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn path(&self) -> Cow<'static, str> {
        C::PATH.into()
    }

    fn channel(&self) -> Option<Channel> {
        Some(C::CHANNEL)
    }

    fn check(&self) -> Report {
        incs_model::check(&self.template)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        incs_model::encode(&self.template).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<C::Created, DecodeError> {
        C::created(reply)
    }
}

/// Fetches one template (INCS: RCS templates; the route of WhatsApp is inferred). One that does not exist is refused with code
/// 400.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GetTemplate<C> {
    /// The template.
    pub id: TemplateId,
    channel: PhantomData<C>,
}

impl<C: TemplateChannel> GetTemplate<C> {
    /// Names the template.
    pub fn new(id: impl Into<TemplateId>) -> Self {
        Self { id: id.into(), channel: PhantomData }
    }
}

impl<C: TemplateChannel> Endpoint for GetTemplate<C> {
    type Reply = C::Template;

    fn operation(&self) -> &'static str {
        C::GET
    }

    fn path(&self) -> Cow<'static, str> {
        path_of::<C>(&self.id)
    }

    fn channel(&self) -> Option<Channel> {
        Some(C::CHANNEL)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<C::Template, DecodeError> {
        reply.data()
    }
}

/// The path of one template.
fn path_of<C: TemplateChannel>(id: &TemplateId) -> Cow<'static, str> {
    format!("{}/{}", C::PATH, segment(id.as_str())).into()
}

/// Lists a page of templates, newest first (INCS: RCS templates, WhatsApp templates; sampled only). The route of WhatsApp is
/// inferred.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListTemplates<C> {
    /// Which page.
    pub query: ListQuery,
    channel: PhantomData<C>,
}

impl<C: TemplateChannel> ListTemplates<C> {
    /// Lists this page.
    pub fn new(query: ListQuery) -> Self {
        Self { query, channel: PhantomData }
    }
}

impl<C: TemplateChannel> Endpoint for ListTemplates<C> {
    type Reply = Vec<C::Template>;

    fn operation(&self) -> &'static str {
        C::LIST
    }

    fn path(&self) -> Cow<'static, str> {
        C::PATH.into()
    }

    fn query(&self) -> Query {
        self.query.to_query().into_iter().collect()
    }

    fn channel(&self) -> Option<Channel> {
        Some(C::CHANNEL)
    }

    fn check(&self) -> Report {
        incs_model::check(&self.query)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Vec<C::Template>, DecodeError> {
        reply.data()
    }
}

impl<C: TemplateChannel> Paginated for ListTemplates<C> {
    type Row = C::Template;
    type Key = TemplateId;

    fn rows(reply: Vec<C::Template>) -> Vec<C::Template> {
        reply
    }

    fn key(row: &C::Template) -> TemplateId {
        C::id(row)
    }

    fn page_size(&self) -> usize {
        self.query.count.unwrap_or(LIST_COUNT_DEFAULT) as usize
    }

    fn advance(&mut self, last: TemplateId) {
        self.query.last_id = Some(last);
    }
}

/// Deletes one RCS template: `DELETE /external/templates/rcs/{template_id}` (INCS: RCS templates). What the reply holds beyond
/// success is **unknown**, and not read.
///
/// If the reply to a deletion was lost and it is retried, the platform may reply that there is no such template.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DeleteTemplate {
    /// The template.
    pub id: TemplateId,
}

impl DeleteTemplate {
    /// Names the template.
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
        path_of::<Rcs>(&self.id)
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::Rcs)
    }

    fn decode(&self, _: &Frame<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// The endpoints of RCS templates.
pub mod rcs {
    pub use super::{DeleteTemplate, Submitted};

    /// Submits an RCS template for review: `POST /external/templates/rcs`.
    pub type CreateTemplate = super::CreateTemplate<super::Rcs>;
    /// Fetches one RCS template: `GET /external/templates/rcs/{template_id}`.
    pub type GetTemplate = super::GetTemplate<super::Rcs>;
    /// Lists a page of the RCS templates: `GET /external/templates/rcs`.
    pub type ListTemplates = super::ListTemplates<super::Rcs>;
}

/// The endpoints of WhatsApp templates.
pub mod whatsapp {
    /// Submits a WhatsApp template for review: `POST /external/templates`.
    pub type CreateTemplate = super::CreateTemplate<super::WhatsApp>;
    /// Fetches one WhatsApp template: `GET /external/templates/{template_id}`.
    pub type GetTemplate = super::GetTemplate<super::WhatsApp>;
    /// Lists a page of the WhatsApp templates: `GET /external/templates`.
    pub type ListTemplates = super::ListTemplates<super::WhatsApp>;
}
