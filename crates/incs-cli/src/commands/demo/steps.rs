//! The steps of the demo, in order.

use std::collections::BTreeSet;
use std::pin::Pin;

use incs_facade::client::RequestState;
use incs_facade::model::event::created;
use incs_facade::model::inbound::{Content, Provider};
use incs_facade::model::status::State;
use incs_facade::model::whatsapp::interactive::{Body, Interactive, List, ReplyButtons, list, reply};
use incs_facade::model::{Channel, Party, rcs, viber, whatsapp};
use incs_facade::webhook::Event;
use incs_sandbox::{Action, Reply, Rule, When};

use super::stage::{Stage, number, tail};
use super::timeline::Way;

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
        Step { title: "A template reaches a customer on WhatsApp", run: |stage| Box::pin(template_arrives(stage)) },
        Step { title: "She answers, gets a list, and picks from it", run: |stage| Box::pin(list_is_answered(stage)) },
        Step { title: "A text on Viber", run: |stage| Box::pin(text_arrives(stage)) },
        Step {
            title: "A tap on RCS, as INCS and as Exotel post it",
            run: |stage| Box::pin(suggestion_is_tapped(stage)),
        },
        Step { title: "A message that breaks rules is not sent", run: |stage| Box::pin(invalid_is_refused(stage)) },
        Step { title: "A send times out, and is not sent again", run: |stage| Box::pin(timeout_is_unknown(stage)) },
        Step { title: "A webhook comes twice, and counts once", run: |stage| Box::pin(webhook_is_repeated(stage)) },
    ]
}

/// A template reaches a customer on WhatsApp.
async fn template_arrives(stage: &mut Stage) -> Result<String, String> {
    let message = whatsapp::Message::new(number("85251230088")?, whatsapp::Template::new("order_received_v2"));
    let id = stage.send("template order_received_v2", message).await?;
    stage.receipts_until(&id, State::Delivered).await?;
    Ok("accepted, sent, delivered: each receipt signed, verified, and merged by id".to_owned())
}

/// A customer answers, gets a list, and picks from it.
async fn list_is_answered(stage: &mut Stage) -> Result<String, String> {
    const CUSTOMER: &str = "85251230088";

    let question = "Can you come a little later?";
    stage.timeline.event(Way::Customer, "writes", question);
    let customer = stage.sandbox.customer(incs_sandbox::Channel::WhatsApp, CUSTOMER);
    customer.says(question).map_err(|error| error.to_string())?;
    let wrote = |content: &Content| matches!(content, Content::Text(text) if text.text == question).then_some(());
    stage.inbound(|message| wrote(&message.content)).await.ok_or("her text did not arrive")?;
    stage.timeline.event(Way::In, "message", "new_message.whatsapp.text         opens the 24 hours");

    let rows = [list::Row::new("am", "Morning"), list::Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
    let menu = List::new(
        Body::new("When should we bring your order?"),
        list::Action::new("Pick a time", [list::Section::new("Tomorrow", rows)]),
    );
    let message = whatsapp::Message::new(number(CUSTOMER)?, Interactive::List(menu));
    let id = stage.send("interactive list", message).await?;
    stage.receipts_until(&id, State::Delivered).await?;

    stage.timeline.event(Way::Customer, "taps", "Afternoon");
    let tap = Reply::list_row(id.as_str(), "pm");
    stage
        .sandbox
        .customer(incs_sandbox::Channel::WhatsApp, CUSTOMER)
        .replies(&tap)
        .map_err(|error| error.to_string())?;
    let chose = |content: &Content| match content {
        Content::Choice(choice) if choice.data.as_deref() == Some("pm") => Some(()),
        _ => None,
    };
    stage.inbound(|message| chose(&message.content)).await.ok_or("her choice did not arrive")?;
    stage.timeline.event(Way::In, "message", "new_message.whatsapp.interactive.list_reply    id \"pm\"");
    Ok("the row's id came back as it was sent".to_owned())
}

/// A text on Viber.
async fn text_arrives(stage: &mut Stage) -> Result<String, String> {
    let message = viber::Message::text(number("85251230099")?, "Your table is ready.");
    let id = stage.send("text", message).await?;
    stage.receipts_until(&id, State::Delivered).await?;
    let report = stage.client.messages().status([id.clone()]).await.map_err(|error| error.to_string())?;
    let status = report.get(&id).ok_or("the platform does not know it")?;
    Ok(format!("a status query agrees: {}", status.message_status.as_str()))
}

/// A tap on a suggestion of RCS, in the words of both senders of webhooks.
async fn suggestion_is_tapped(stage: &mut Stage) -> Result<String, String> {
    const CUSTOMER: &str = "6281200045678";

    let values = [("customer", "Rina"), ("offer", "2 for 1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let template = rcs::Template::new("rain_sale_carousel").with_parameters(values);
    let id = stage.send("template rain_sale_carousel", rcs::Message::new(number(CUSTOMER)?, template)).await?;
    stage.receipts_until(&id, State::Delivered).await?;

    stage.timeline.event(Way::Customer, "taps", "Tell me more, on the card with the boots");
    let tap = Reply::suggestion(id.as_str(), "more_boots");
    stage.sandbox.customer(incs_sandbox::Channel::Rcs, CUSTOMER).replies(&tap).map_err(|error| error.to_string())?;
    let mut data = BTreeSet::new();
    for (provider, words) in
        [(Provider::Incs, "new_message.rcs.suggestion.reply"), (Provider::Exotel, "exotel.incoming.suggested.reply")]
    {
        let tapped = stage.inbound(|message| match &message.content {
            Content::Choice(choice) if message.channel == Some(Channel::Rcs) && message.provider == provider => {
                choice.data.clone()
            }
            _ => None,
        });
        let tapped = tapped.await.ok_or("the tap did not arrive")?;
        stage.timeline.event(Way::In, "message", &format!("{words:<34} data \"{tapped}\""));
        data.insert(tapped);
    }
    if data.len() != 1 {
        return Err("the two views differ".to_owned());
    }
    Ok("two shapes on the wire, one neutral message for the handler".to_owned())
}

/// A message that breaks rules is refused before it costs anything, and all that is wrong is listed.
async fn invalid_is_refused(stage: &mut Stage) -> Result<String, String> {
    let buttons =
        ["Yes, please bring it tomorrow", "No", "No", "Call me"].map(|title| reply::Button::reply(title, title));
    let question = ReplyButtons::new(Body::new("x".repeat(1025)), reply::Action::new(buttons));
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

/// A send that times out is not sent again; its receipt tells what became of it.
async fn timeout_is_unknown(stage: &mut Stage) -> Result<String, String> {
    const CUSTOMER: &str = "85251230077";
    const TEXT: &str = "Your parcel is at the door.";

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
            let is_ours = matches!(message.content(), created::Content::Text(text) if text.content == TEXT)
                && message.customer().is_some_and(|customer| customer.same_party(&Party::of_phone(CUSTOMER)));
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

/// A webhook that comes twice counts once.
async fn webhook_is_repeated(stage: &mut Stage) -> Result<String, String> {
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
