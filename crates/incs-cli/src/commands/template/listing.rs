//! `incs template list`.

use incs_facade::client::endpoints::templates::{rcs, whatsapp};
use incs_facade::client::{Client, Error, Pager};
use incs_facade::model::limits::template::LIST_COUNT_MAX;
use incs_facade::model::template::ListQuery;

use super::Channel;
use super::definition::Template;
use crate::columns::Columns;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// The templates of a channel, newest first.
pub(super) enum Listing {
    WhatsApp(Pager<whatsapp::ListTemplates>),
    Rcs(Pager<rcs::ListTemplates>),
}

impl Listing {
    pub(super) fn new(client: &Client, channel: Channel, query: ListQuery) -> Self {
        match channel {
            Channel::WhatsApp => Self::WhatsApp(client.templates().whatsapp().list_from(query)),
            Channel::Rcs => Self::Rcs(client.templates().rcs().list_from(query)),
        }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Template>, Error> {
        match self {
            Self::WhatsApp(pager) => Ok(pager.next().await?.map(Template::WhatsApp)),
            Self::Rcs(pager) => Ok(pager.next().await?.map(Template::Rcs)),
        }
    }

    fn is_done(&self) -> bool {
        match self {
            Self::WhatsApp(pager) => pager.is_done(),
            Self::Rcs(pager) => pager.is_done(),
        }
    }
}

/// Lists at most `limit` templates.
pub(super) async fn run(
    client: &Client,
    channel: Channel,
    limit: Option<u32>,
    after: Option<String>,
    out: Output,
) -> Result<Exit, Failure> {
    let limit = limit.unwrap_or(u32::MAX);
    let mut query = ListQuery::new().with_count(limit.min(LIST_COUNT_MAX));
    query.last_id = after.map(Into::into);
    let mut listing = Listing::new(client, channel, query);
    let form = if channel == Channel::WhatsApp { "language" } else { "type" };
    let columns = Columns::new(["id", "name", form, "status"]);
    let cells = |row: Template| [row.id(), row.name(), row.form(), row.status()].map(str::to_owned);
    let rows = columns.list(limit, out, async || listing.next().await, cells).await?;
    match rows {
        0 => out.note("there are no templates"),
        rows if rows == limit && !listing.is_done() => out.note(&format!("stopped after {rows}; there may be more")),
        _ => {}
    }
    Ok(Exit::Done)
}
