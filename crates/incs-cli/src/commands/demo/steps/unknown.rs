//! A send that times out is not sent again; its receipt tells what became of it.

use incs_facade::client::RequestState;
use incs_facade::model::event::created::Content;
use incs_facade::model::status::State;
use incs_facade::model::viber;
use incs_facade::webhook::Event;
use incs_sandbox::{Action, Rule, When};

use crate::commands::demo::stage::{Stage, number, tail};
use crate::commands::demo::timeline::Way;

const CUSTOMER: &str = "85251230077";
const TEXT: &str = "Your parcel is at the door.";

pub(super) async fn run(stage: &mut Stage) -> Result<String, String> {
    let stall = Rule::new(Action::Stall { accepted: true }).when(When::operation("send_viber_message")).count(1);
    stage.sandbox.add_fault(stall).map_err(|error| error.to_string())?;
    stage.count_send();
    let Err(error) = stage.client.messages().send(viber::Message::text(number(CUSTOMER)?, TEXT)).await else {
        return Err("it did not time out".to_owned());
    };
    let outcome = error.request_state();
    stage.timeline.event(Way::Out, "send", &format!("viber    text {:<29} {}", "no reply in time", outcome.as_str()));
    if outcome != RequestState::Unknown || error.attempts() != 1 {
        return Err(format!("the client says {} after {} attempts", outcome.as_str(), error.attempts()));
    }

    let found = stage.wait(|seen| match seen.item.event()? {
        Event::MessageCreated(message) => {
            let is_ours = matches!(message.content(), Content::Text(text) if text.content == TEXT)
                && message.customer().is_some_and(|customer| customer.key() == CUSTOMER);
            message.provider_id().filter(|_| is_ours).cloned()
        }
        _ => None,
    });
    let id = found.await.ok_or("no webhook names it")?;
    stage.timeline.event(Way::In, "found", &format!("{:<43} {}", "message_created.text", tail(&id)));
    stage.receipt(&id, State::Delivered).await?;
    let copies = stage.sandbox.sent().iter().filter(|message| message.to == CUSTOMER).count();
    if copies != 1 {
        return Err(format!("the customer got it {copies} times"));
    }
    Ok("unknown is not repeated: a webhook found it, delivered once".to_owned())
}
