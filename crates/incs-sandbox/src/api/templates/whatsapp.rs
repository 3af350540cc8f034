//! `/external/templates`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::template::whatsapp::{NewTemplate, Template};
use incs_model::{decode, validate};

use super::{first_status, listed, one, page, submit, unreadable};
use crate::api::credential::certified;
use crate::api::reply::Reply;
use crate::channel::Channel;
use crate::core::Core;
use crate::world::template::Definition;

/// Takes a template for review. The reply is the template.
pub(crate) async fn create(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    let new: NewTemplate = decode(&body).map_err(|error| unreadable(&error))?;
    validate(&new).map_err(|report| Reply::invalid(&report))?;
    let template = core.change(|world, now| {
        let id = world.templates.next_id(Channel::WhatsApp, world.seed);
        let status = first_status(new.name.as_str());
        let template = Template::new(id, new.name, new.language, new.category, status)
            .with_components(new.components)
            .with_created_time(now)
            .with_updated_time(now);
        let template = Arc::new(template);
        submit(world, &core.config, Definition::WhatsApp(Arc::clone(&template)), body.len(), now);
        template
    });
    Ok(Reply::success(&template))
}

pub(crate) async fn list(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    let rows = page(&core.world(), Channel::WhatsApp, query.as_deref())?;
    Ok(listed(&rows))
}

/// Gives one template. That there is such a route is inferred.
pub(crate) async fn get(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    let entry = one(&core.world(), Channel::WhatsApp, &id)?;
    Ok(Reply::success(&entry.definition))
}
