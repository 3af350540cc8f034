//! A webhook that comes twice counts once.

use incs_facade::model::status::State;
use incs_facade::model::viber;
use incs_facade::webhook::Event;
use incs_sandbox::{Action, Rule, When};

use crate::commands::demo::stage::{Stage, number};
use crate::commands::demo::timeline::Way;

pub(super) async fn run(stage: &mut Stage) -> Result<String, String> {
    let twice = Rule::new(Action::Duplicate).when(When::event("message_status_update")).count(1);
    stage.sandbox.add_fault(twice).map_err(|error| error.to_string())?;
    let message = viber::Message::text(number("85251230066")?, "See you at seven.");
    let id = stage.send("text", message).await?;
    stage.receipt(&id, State::Sent).await?;
    let again = stage.wait(|seen| match seen.item.event() {
        Some(Event::MessageStatus(update)) if seen.is_repeated && update.message_id == id => Some(()),
        _ => None,
    });
    again.await.ok_or("it came once")?;
    stage.timeline.event(Way::In, "repeated", "the same receipt once more, told by its dedup key");
    stage.receipt(&id, State::Delivered).await?;
    Ok("handled once".to_owned())
}
