//! `/external/templates/rcs`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::template::rcs::{NewTemplate, Template};
use incs_model::{UnixSeconds, decode, validate};

use super::{first_status, listed, one, page, submit, unreadable};
use crate::api::credential::certified;
use crate::api::reply::{Empty, Reply};
use crate::channel::Channel;
use crate::core::Core;
use crate::notice::Kind;
use crate::world::template::Definition;

/// Takes a template for review. That the reply is the template, as on WhatsApp, is inferred.
pub(crate) async fn create(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    let new: NewTemplate = decode(&body).map_err(|error| unreadable(&error))?;
    validate(&new).map_err(|report| Reply::invalid(&report))?;
    let template = core.change(|world, now| {
        let id = world.templates.next_id(Channel::Rcs, world.seed);
        let status = first_status(new.name.as_str());
        // No sample gives the category back.
        let template = Template::new(id, new.name, status, new.content).with_times(now, now, UnixSeconds::NOT_RECORDED);
        let template = Arc::new(template);
        submit(world, &core.config, Definition::Rcs(Arc::clone(&template)), body.len(), now);
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
    let rows = page(&core.world(), Channel::Rcs, query.as_deref())?;
    Ok(listed(&rows))
}

pub(crate) async fn get(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    let entry = one(&core.world(), Channel::Rcs, &id)?;
    Ok(Reply::success(&entry.definition))
}

/// Deletes a template; one of the stock comes back with a reset. That the data is `{}`, and what an unknown id gives, is
/// inferred.
pub(crate) async fn delete(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    core.change(|world, _| {
        let entry = one(world, Channel::Rcs, &id)?;
        world.templates.remove(entry.number);
        world.notices.tell(Kind::Template, &entry);
        Ok(Reply::success(&Empty {}))
    })
}
