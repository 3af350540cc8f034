//! `/external/templates/rcs`: what only templates of RCS have.

use std::sync::Arc;

use axum::extract::{Path, State};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::UnixSeconds;
use incs_model::template::rcs::{NewTemplate, Template};

use super::{first_status, one, submitted};
use crate::api::credential::certified;
use crate::api::reply::{Empty, Reply};
use crate::channel::Channel;
use crate::core::Core;
use crate::notice::Kind;
use crate::world::template::Definition;

/// Takes a template for review. That the reply is the template, as on WhatsApp, is inferred.
pub(crate) async fn create(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    submitted(&core, &headers, &body, Channel::Rcs, |new: NewTemplate, id, now| {
        let status = first_status(new.name.as_str());
        // No sample gives the category back.
        let template = Template::new(id, new.name, status, new.content).with_times(now, now, UnixSeconds::NOT_RECORDED);
        Definition::Rcs(Arc::new(template))
    })
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
