//! A message that breaks rules is refused before it costs anything, and all that is wrong is listed.

use incs_facade::client::RequestState;
use incs_facade::model::whatsapp;
use incs_facade::model::whatsapp::interactive::reply::{Action, Button};
use incs_facade::model::whatsapp::interactive::{Body, Interactive, ReplyButtons};

use crate::commands::demo::stage::{Stage, number};
use crate::commands::demo::timeline::Way;

pub(super) async fn run(stage: &mut Stage) -> Result<String, String> {
    let buttons = ["Yes, please bring it tomorrow", "No", "No", "Call me"].map(|title| Button::reply(title, title));
    let question = ReplyButtons::new(Body::new("x".repeat(1025)), Action::new(buttons));
    let message = whatsapp::Message::new(number("85251230088")?, Interactive::Button(question));
    let before = stage.sandbox.sent().len();
    let Err(error) = stage.client.messages().send(message).await else {
        return Err("it was sent".to_owned());
    };
    let report = error.report().ok_or("there is no report")?;
    for violation in report.violations() {
        stage.timeline.event(Way::Out, "refused", &violation.to_string());
    }
    if error.request_state() != RequestState::NotSent || stage.sandbox.sent().len() != before {
        return Err("something left".to_owned());
    }
    Ok(format!("{} violations at once, each with its pointer; nothing was sent", report.violations().len()))
}
