//! The steps of the demo, in order.

use std::collections::BTreeSet;
use std::pin::Pin;

use incs_facade::client::RequestState;
use incs_facade::model::event::created;
use incs_facade::model::inbound::{Content, Provider};
use incs_facade::model::status::State;
use incs_facade::model::whatsapp::interactive::{List, ReplyButtons, list, reply};
use incs_facade::model::{Channel, Party, rcs, viber, whatsapp};
use incs_facade::webhook::Event;
use incs_sandbox::{Action, Reply, Rule, When};

use super::environment::{Environment, number, tail};
use super::timeline::Direction;

/// The result of a step: a text to show, or the reason of the failure.
type StepResult<'a> = Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>>;

/// A step of the demo.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) run: for<'a> fn(&'a mut Environment) -> StepResult<'a>,
}

/// Returns all steps, in order.
pub(super) fn all() -> [Step; 7] {
    [
        Step { title: "A template reaches a customer on WhatsApp", run: |env| Box::pin(template_arrives(env)) },
        Step {
            title: "The customer replies, gets a list and picks from it",
            run: |env| Box::pin(list_is_answered(env)),
        },
        Step { title: "A text on Viber", run: |env| Box::pin(text_arrives(env)) },
        Step { title: "A tap on RCS, as INCS and as Exotel post it", run: |env| Box::pin(suggestion_is_tapped(env)) },
        Step { title: "An invalid message is not sent", run: |env| Box::pin(invalid_is_refused(env)) },
        Step { title: "A timed-out send is not retried", run: |env| Box::pin(timeout_is_unknown(env)) },
        Step { title: "A duplicate webhook is handled once", run: |env| Box::pin(webhook_is_repeated(env)) },
    ]
}

/// Sends a template on WhatsApp and waits for its delivery.
async fn template_arrives(env: &mut Environment) -> Result<String, String> {
    let message = whatsapp::Message::new(number("85251230088")?, whatsapp::Template::new("order_received_v2"));
    let id = env.send("template order_received_v2", message).await?;
    env.receipts_until(&id, State::Delivered).await?;
    Ok("accepted, sent, delivered: each receipt signed, verified, and merged by id".to_owned())
}

/// Receives a customer's text, sends a list, and receives the choice.
async fn list_is_answered(env: &mut Environment) -> Result<String, String> {
    const CUSTOMER: &str = "85251230088";

    let question = "Can you come a little later?";
    env.timeline.event(Direction::Customer, "writes", question)?;
    let customer = env.sandbox.customer(incs_sandbox::Channel::WhatsApp, CUSTOMER);
    customer.says(question).map_err(|error| error.to_string())?;
    let wrote = |content: &Content| matches!(content, Content::Text(text) if text.text == question).then_some(());
    env.inbound(|message| wrote(&message.content)).await.ok_or("her text did not arrive")?;
    env.timeline.event(Direction::In, "message", "new_message.whatsapp.text         opens the 24 hours")?;

    let rows = [list::Row::new("am", "Morning"), list::Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
    let menu = List::new("When should we bring your order?", "Pick a time", [list::Section::new("Tomorrow", rows)]);
    let message = whatsapp::Message::new(number(CUSTOMER)?, menu);
    let id = env.send("interactive list", message).await?;
    env.receipts_until(&id, State::Delivered).await?;

    env.timeline.event(Direction::Customer, "taps", "Afternoon")?;
    let tap = Reply::list_row(id.as_str(), "pm");
    env.sandbox.customer(incs_sandbox::Channel::WhatsApp, CUSTOMER).replies(&tap).map_err(|error| error.to_string())?;
    let chose = |content: &Content| match content {
        Content::Choice(choice) if choice.data.as_deref() == Some("pm") => Some(()),
        _ => None,
    };
    env.inbound(|message| chose(&message.content)).await.ok_or("her choice did not arrive")?;
    env.timeline.event(Direction::In, "message", "new_message.whatsapp.interactive.list_reply    id \"pm\"")?;
    Ok("the row's id came back as it was sent".to_owned())
}

/// Sends a text on Viber and queries its status.
async fn text_arrives(env: &mut Environment) -> Result<String, String> {
    let message = viber::Message::new(number("85251230099")?, "Your table is ready.");
    let id = env.send("text", message).await?;
    env.receipts_until(&id, State::Delivered).await?;
    let report = env.client.messages().status([id.clone()]).await.map_err(|error| error.to_string())?;
    let status = report.get(&id).ok_or("the platform does not know it")?;
    Ok(format!("a status query agrees: {}", status.message_status.as_str()))
}

/// Receives a tap on an RCS suggestion, in the form of both webhook providers.
async fn suggestion_is_tapped(env: &mut Environment) -> Result<String, String> {
    const CUSTOMER: &str = "6281200045678";

    let values = [("customer", "Rina"), ("offer", "2 for 1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let template = rcs::Template::new("rain_sale_carousel").with_parameters(values);
    let id = env.send("template rain_sale_carousel", rcs::Message::new(number(CUSTOMER)?, template)).await?;
    env.receipts_until(&id, State::Delivered).await?;

    env.timeline.event(Direction::Customer, "taps", "Tell me more, on the card with the boots")?;
    let tap = Reply::suggestion(id.as_str(), "more_boots");
    env.sandbox.customer(incs_sandbox::Channel::Rcs, CUSTOMER).replies(&tap).map_err(|error| error.to_string())?;
    let mut data = BTreeSet::new();
    for (provider, words) in
        [(Provider::Incs, "new_message.rcs.suggestion.reply"), (Provider::Exotel, "exotel.incoming.suggested.reply")]
    {
        let tapped = env.inbound(|message| match &message.content {
            Content::Choice(choice) if message.channel == Some(Channel::Rcs) && message.provider == provider => {
                choice.data.clone()
            }
            _ => None,
        });
        let tapped = tapped.await.ok_or("the tap did not arrive")?;
        env.timeline.event(Direction::In, "message", &format!("{words:<34} data \"{tapped}\""))?;
        data.insert(tapped);
    }
    if data.len() != 1 {
        return Err("the two views differ".to_owned());
    }
    Ok("two formats on the wire, one neutral message for the handler".to_owned())
}

/// Fails to send an invalid message, and lists all violations.
async fn invalid_is_refused(env: &mut Environment) -> Result<String, String> {
    let buttons =
        ["Yes, please bring it tomorrow", "No", "No", "Call me"].map(|title| reply::Button::reply(title, title));
    let message = whatsapp::Message::new(number("85251230088")?, ReplyButtons::new("x".repeat(1025), buttons));
    let before = env.sandbox.sent().len();
    let Err(error) = env.client.messages().send(message).await else {
        return Err("it was sent".to_owned());
    };
    let report = error.report().ok_or("there is no report")?;
    for violation in report.violations() {
        env.timeline.event(Direction::Out, "refused", &violation.to_string())?;
    }
    if error.request_state() != RequestState::NotSent || env.sandbox.sent().len() != before {
        return Err("something was sent".to_owned());
    }
    Ok(format!("{} violations at once, each with its pointer; nothing was sent", report.violations().len()))
}

/// Lets a send time out. It is not retried; a webhook shows its outcome.
async fn timeout_is_unknown(env: &mut Environment) -> Result<String, String> {
    const CUSTOMER: &str = "85251230077";
    const TEXT: &str = "Your parcel is at the door.";

    let stall = Rule::new(Action::Stall { accepted: true }).when(When::operation("send_viber_message")).count(1);
    env.sandbox.add_fault(stall).map_err(|error| error.to_string())?;
    env.count_send();
    let Err(error) = env.client.messages().send(viber::Message::new(number(CUSTOMER)?, TEXT)).await else {
        return Err("it did not time out".to_owned());
    };
    let outcome = error.request_state();
    env.timeline.event(
        Direction::Out,
        "send",
        &format!("viber    text {:<29} {}", "no reply in time", outcome.as_str()),
    )?;
    if outcome != RequestState::Unknown || error.attempts() != 1 {
        return Err(format!("the client says {} after {} attempts", outcome.as_str(), error.attempts()));
    }

    let found = env.wait(|seen| match seen.item.event()? {
        Event::MessageCreated(message) => {
            let is_ours = matches!(message.content(), created::Content::Text(text) if text.content == TEXT)
                && message.customer().is_some_and(|customer| customer.same_party(&Party::of_phone(CUSTOMER)));
            message.provider_id().filter(|_| is_ours).cloned()
        }
        _ => None,
    });
    let id = found.await.ok_or("no webhook names it")?;
    env.timeline.event(Direction::In, "found", &format!("{:<43} {}", "message_created.text", tail(&id)))?;
    env.receipt(&id, State::Delivered).await?;
    let copies = env.sandbox.sent().iter().filter(|message| message.to == CUSTOMER).count();
    if copies != 1 {
        return Err(format!("the customer got it {copies} times"));
    }
    Ok("unknown is not retried: a webhook shows that it was delivered once".to_owned())
}

/// Receives a webhook twice, and handles it once.
async fn webhook_is_repeated(env: &mut Environment) -> Result<String, String> {
    let twice = Rule::new(Action::Duplicate).when(When::event("message_status_update")).count(1);
    env.sandbox.add_fault(twice).map_err(|error| error.to_string())?;
    let message = viber::Message::new(number("85251230066")?, "See you at seven.");
    let id = env.send("text", message).await?;
    env.receipt(&id, State::Sent).await?;
    let again = env.wait(|seen| match seen.item.event() {
        Some(Event::MessageStatus(update)) if seen.is_duplicate && update.message_id == id => Some(()),
        _ => None,
    });
    again.await.ok_or("it came once")?;
    env.timeline.event(Direction::In, "repeated", "the same receipt again, recognized by its dedup key")?;
    env.receipt(&id, State::Delivered).await?;
    Ok("handled once".to_owned())
}
