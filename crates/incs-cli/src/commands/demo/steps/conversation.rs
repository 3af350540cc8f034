//! A customer answers, gets a list, and picks from it.

use incs_facade::model::inbound::Content;
use incs_facade::model::status::State;
use incs_facade::model::whatsapp;
use incs_facade::model::whatsapp::interactive::list::{Action, Row, Section};
use incs_facade::model::whatsapp::interactive::{Body, Interactive, List};
use incs_sandbox::{Channel, Reply};

use crate::commands::demo::stage::{Stage, number};
use crate::commands::demo::timeline::Way;

const CUSTOMER: &str = "85251230088";

pub(super) async fn run(stage: &mut Stage) -> Result<String, String> {
    let question = "Can you come a little later?";
    stage.timeline.event(Way::Customer, "writes", question);
    let customer = stage.sandbox.customer(Channel::WhatsApp, CUSTOMER);
    customer.says(question).map_err(|error| error.to_string())?;
    let wrote = |content: &Content| matches!(content, Content::Text(text) if text.text == question).then_some(());
    stage.inbound(|message| wrote(&message.content)).await.ok_or("her text did not arrive")?;
    stage.timeline.event(Way::In, "message", "new_message.whatsapp.text         opens the 24 hours");

    let rows = [Row::new("am", "Morning"), Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
    let menu = List::new(
        Body::new("When should we bring your order?"),
        Action::new("Pick a time", [Section::new("Tomorrow", rows)]),
    );
    let message = whatsapp::Message::new(number(CUSTOMER)?, Interactive::List(menu));
    let id = stage.send("interactive list", message).await?;
    stage.receipts_until(&id, State::Delivered).await?;

    stage.timeline.event(Way::Customer, "taps", "Afternoon");
    let tap = Reply::list_row(id.as_str(), "pm");
    stage.sandbox.customer(Channel::WhatsApp, CUSTOMER).replies(&tap).map_err(|error| error.to_string())?;
    let chose = |content: &Content| match content {
        Content::Choice(choice) if choice.data.as_deref() == Some("pm") => Some(()),
        _ => None,
    };
    stage.inbound(|message| chose(&message.content)).await.ok_or("her choice did not arrive")?;
    stage.timeline.event(Way::In, "message", "new_message.whatsapp.interactive.list_reply    id \"pm\"");
    Ok("the row's id came back as it was sent".to_owned())
}
