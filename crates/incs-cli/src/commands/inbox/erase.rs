//! `incs inbox erase`.

use clap::Args;
use incs_facade::model::Party;

use super::lines::ErasedLine;
use super::store::StoreArgs;
use crate::args::Private;
use crate::confirm::is_confirmed;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs inbox erase`.
#[derive(Debug, Args)]
pub(super) struct Erase {
    /// Phone number with its country code, or user:ID, phone:NUMBER, username:NAME, parent:ID or group:ID
    #[arg(long, value_name = "PARTY")]
    party: Private,
    /// Erase without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(super) fn run(args: &Erase, context: &Context) -> Result<Exit, Failure> {
    let party = party(&args.party.0)?;
    let name = args.store.name(context)?;
    name.check_exists()?;
    let question = "Remove the bytes of every stored item that names this person? This cannot be undone.";
    if !args.yes && !is_confirmed(question, "erasing cannot be undone")? {
        return Err(Failure::new(Exit::Failure, "nothing was erased"));
    }
    let out = context.out;
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let relay = store.relay().build();
        let erased = relay.erase(&party).await.map_err(|error| name.cannot("erase from", &error))?;
        if out.json {
            out.record_json(&ErasedLine { erased })?;
        } else {
            out.record(&match erased {
                1 => "1 item was erased".to_owned(),
                erased => format!("{erased} items were erased"),
            })?;
        }
        drop(relay);
        store.close().await;
        Ok(Exit::Done)
    })
}

/// Parses a phone number or the key of a party. An error does not show it.
fn party(text: &str) -> Result<Party, Failure> {
    let number = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or(text);
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| Party::of_phone(text))
    };
    let party = match text.split_once(':') {
        None => number(text),
        Some((_, "")) => None,
        // The address of a person on another channel than a number is allowed here.
        Some(("phone", address)) => Some(Party::of_phone(address)),
        Some(("user", id)) => Some(Party::new().with_user_id(id)),
        Some(("username", name)) => Some(Party::new().with_username(name)),
        Some(("parent", id)) => Some(Party::new().with_parent_user_id(id)),
        Some(("group", id)) => Some(Party::new().with_group_id(id)),
        Some(_) => None,
    };
    party.and_then(Party::known).ok_or_else(|| {
        Failure::usage("--party is neither a phone number nor the key of a person or group")
            .with_help("write digits only, such as 6281200045678, or user:ID, username:NAME, parent:ID or group:ID")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn party_is_number_or_key() {
        for (text, key) in [
            ("6281200045678", "phone:6281200045678"),
            ("+6281200045678", "phone:6281200045678"),
            ("phone:+6281200045678", "phone:6281200045678"),
            ("user:ID.1459", "user:ID.1459"),
            ("username:rina", "username:rina"),
            ("parent:ID.ENT.1", "parent:ID.ENT.1"),
            ("group:g", "group:g"),
        ] {
            assert_eq!(party(text).unwrap().key().unwrap().as_str(), key);
        }
        for text in ["", "+", "62 812", "rina", "user:", "phone:+", "other:1"] {
            let failure = party(text).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{text}");
        }
    }
}
