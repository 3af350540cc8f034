//! `/external/templates`: what only templates of WhatsApp have.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use http::HeaderMap;
use incs_model::template::whatsapp::{NewTemplate, Template};

use super::{first_status, submitted};
use crate::api::reply::Reply;
use crate::channel::Channel;
use crate::core::Core;
use crate::world::template::Definition;

/// Takes a template for review. The reply is the template.
pub(crate) async fn create(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    submitted(&core, &headers, &body, Channel::WhatsApp, |new: NewTemplate, id, now| {
        let status = first_status(new.name.as_str());
        let template = Template::new(id, new.name, new.language, new.category, status)
            .with_components(new.components)
            .with_created_time(now)
            .with_updated_time(now);
        Definition::WhatsApp(Arc::new(template))
    })
}
