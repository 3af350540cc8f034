//! A template reaches a customer on WhatsApp.

use incs_facade::model::status::State;
use incs_facade::model::whatsapp;
use incs_facade::model::whatsapp::template::Template;

use crate::commands::demo::stage::{Stage, number};

pub(super) async fn run(stage: &mut Stage) -> Result<String, String> {
    let message = whatsapp::Message::new(number("85251230088")?, Template::new("order_received_v2"));
    let id = stage.send("template order_received_v2", message).await?;
    stage.receipts_until(&id, State::Delivered).await?;
    Ok("accepted, sent, delivered: each receipt signed, verified, and merged by id".to_owned())
}
