//! `GET /external/messages/status`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use http::HeaderMap;
use incs_model::id::MessageId;
use incs_model::status::{self, MessageStatus, StatusList, StatusQuery};
use incs_model::{Timestamp, UnixSeconds, validate};

use super::credential::certified;
use super::query::Query;
use super::reply::Reply;
use crate::core::Core;
use crate::world::World;
use crate::world::message::Direction;

pub(crate) async fn status(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    let query = Query::parse(query.as_deref());
    let Some(ids) = query.get("message_ids") else {
        return Err(Reply::wrong("/message_ids", "1 to 100 message ids, separated by commas"));
    };
    let ids = StatusQuery::new(ids.split(',').map(MessageId::from).collect::<Vec<_>>());
    validate(&ids).map_err(|report| Reply::invalid(&report))?;
    let world = core.world();
    let rows: Vec<_> = ids.message_ids.into_iter().filter_map(|id| row(&world, id)).collect();
    drop(world);
    Ok(Reply::success(&StatusList::new(rows)))
}

/// What is known of a message that was sent. One that is only accepted is said to be sent, which is the first of the four words
/// that the platform has.
fn row(world: &World, id: MessageId) -> Option<MessageStatus> {
    let message = world.message_by_id(id.as_str()).filter(|message| message.direction == Direction::Outbound)?;
    let state = message.state.on_wire().unwrap_or(status::State::Sent);
    let time = |time: Option<Timestamp>| time.map_or(UnixSeconds::NOT_RECORDED, UnixSeconds::from);
    let row = MessageStatus::new(id, state)
        .with_created_at(message.created_at)
        .with_delivered_at(time(message.delivered_at))
        .with_read_at(time(message.read_at));
    Some(row)
}
