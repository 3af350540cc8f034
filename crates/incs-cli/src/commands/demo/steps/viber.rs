//! A text on Viber.

use incs_facade::model::status::State;
use incs_facade::model::viber;

use crate::commands::demo::stage::{Stage, number};

pub(super) async fn run(stage: &mut Stage) -> Result<String, String> {
    let message = viber::Message::text(number("85251230099")?, "Your table is ready.");
    let id = stage.send("text", message).await?;
    stage.receipts_until(&id, State::Delivered).await?;
    let report = stage.client.messages().status([id.clone()]).await.map_err(|error| error.to_string())?;
    let status = report.get(&id).ok_or("the platform does not know it")?;
    Ok(format!("a status query agrees: {}", status.message_status.as_str()))
}
