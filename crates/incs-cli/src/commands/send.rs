//! `incs send`.

mod arguments;
mod batch;
mod documents;
mod dry_run;
mod kinds;
mod ledger;
mod line;
mod progress;
mod sheet;
mod source;
mod stop;
mod tally;

use self::arguments::Kind;
pub(crate) use self::arguments::Send;
use self::source::Source;
use crate::args::ChannelName;
use crate::commands::runtime;
use crate::connect;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Sends a file of messages, or one that the command line describes.
pub(crate) fn run(args: Send, context: &Context) -> Result<Exit, Failure> {
    let Send { file, kind, options } = args;
    let source = match (file, kind) {
        (Some(file), None) => {
            let channel = options.channel.ok_or_else(|| {
                Failure::usage("a file does not say on which channel to send it")
                    .with_help("add --channel whatsapp, --channel viber or --channel rcs")
            })?;
            Source::open(&file, channel.into())?
        }
        (None, Some(kind)) => {
            let usual = if matches!(kind, Kind::Otp(_)) { ChannelName::Viber } else { ChannelName::Whatsapp };
            Source::list(kinds::messages(kind, options.channel.unwrap_or(usual))?)
        }
        (None, None) => {
            return Err(Failure::usage("there is nothing to send")
                .with_help("name a FILE, or - for standard input, or a kind like `incs send text`"));
        }
        (Some(_), Some(_)) => {
            return Err(Failure::usage("a file and a kind are both named")
                .with_help("a file that is called like a kind is named with its folder: ./text"));
        }
    };
    if options.dry_run {
        return dry_run::run(source, &options, context);
    }
    let client = connect::build(options.apply(connect::builder(context)?))?;
    runtime()?.block_on(batch::run(source, &client, &options, context))
}
