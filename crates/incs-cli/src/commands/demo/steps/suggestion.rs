//! A tap on a suggestion of RCS, in the words of both senders of webhooks.

use std::collections::BTreeSet;

use incs_facade::model::inbound::{Content, Provider};
use incs_facade::model::status::State;
use incs_facade::model::{Channel, rcs};
use incs_sandbox::Reply;

use crate::commands::demo::stage::{Stage, number};
use crate::commands::demo::timeline::Way;

const CUSTOMER: &str = "6281200045678";

pub(super) async fn run(stage: &mut Stage) -> Result<String, String> {
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
