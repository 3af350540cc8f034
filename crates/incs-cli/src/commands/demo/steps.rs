//! The steps of the demo, in order.

mod conversation;
mod refused;
mod repeated;
mod suggestion;
mod template;
mod unknown;
mod viber;

use std::pin::Pin;

use super::stage::Stage;

/// What a step shows when it came out as it should; or what did not.
type Outcome<'a> = Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>>;

/// One step.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) run: for<'a> fn(&'a mut Stage) -> Outcome<'a>,
}

/// All steps, in order.
pub(super) fn all() -> [Step; 7] {
    [
        Step { title: "A template reaches a customer on WhatsApp", run: |stage| Box::pin(template::run(stage)) },
        Step { title: "She answers, gets a list, and picks from it", run: |stage| Box::pin(conversation::run(stage)) },
        Step { title: "A text on Viber", run: |stage| Box::pin(viber::run(stage)) },
        Step { title: "A tap on RCS, as INCS and as Exotel post it", run: |stage| Box::pin(suggestion::run(stage)) },
        Step { title: "A message that breaks rules is not sent", run: |stage| Box::pin(refused::run(stage)) },
        Step { title: "A send times out, and is not sent again", run: |stage| Box::pin(unknown::run(stage)) },
        Step { title: "A webhook comes twice, and counts once", run: |stage| Box::pin(repeated::run(stage)) },
    ]
}
