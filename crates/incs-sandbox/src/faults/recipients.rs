//! Recipients that fail: a number for each error, refused at once or failed later.

use incs_model::envelope::Code;
use incs_model::errors::{self, Explanation, Family};
use schemars::JsonSchema;
use serde::Serialize;

use crate::channel::Channel;
use crate::state::messages::Failure;

/// The start of a number whose WhatsApp sends are refused; Meta's code follows in six digits.
const REFUSED: &str = "15551";
/// The start of a number whose WhatsApp messages are accepted and then fail; Meta's code follows in six digits.
const FAILED: &str = "15552";

/// The most frequent errors of Meta. Any other code of the catalogue with at most six digits has its numbers as well.
const COMMON: [i64; 20] = [
    368, 130_429, 130_472, 131_000, 131_008, 131_009, 131_026, 131_031, 131_042, 131_047, 131_048, 131_049, 131_050,
    131_051, 131_053, 131_056, 132_000, 132_001, 132_012, 132_015,
];

/// Numbers of the platform's own errors: number, channel (all if `None`), code and text.
const OF_PLATFORM: [(&str, Option<Channel>, Code, &str); 5] = [
    ("15550000429", None, Code::TooManyAttempts, "Too many attempts"),
    ("15550000500", None, Code::ServerError, "Server error"),
    ("15550010002", Some(Channel::WhatsApp), Code::WhatsApp, "(#131026) Message undeliverable"),
    ("15550010003", Some(Channel::Viber), Code::Viber, "Message failed \u{2013} detailed reason unknown"),
    ("15550010004", Some(Channel::Rcs), Code::Rcs, "The recipient cannot be reached by RCS"),
];

/// A number that provokes an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FailingRecipient {
    /// The number, digits only.
    pub to: String,
    /// The channel; every channel if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// False if the send is refused, true if it is accepted and the message fails later.
    pub later: bool,
    /// The platform's code if the send is refused, else the provider's code in the receipt.
    pub code: i64,
    /// The text of the reply or of the receipt.
    pub message: String,
}

/// Returns the numbers that provoke an error: those of the platform's own errors, and two for each of Meta's most frequent ones.
/// Meta's other codes have numbers of the same form.
///
/// ```
/// let numbers = incs_sandbox::failing_recipients();
/// let of = |to: &str| numbers.iter().find(|number| number.to == to).map(|number| (number.later, number.code));
/// assert_eq!(of("15551131049"), Some((false, 10002))); // refused with "(#131049) …"
/// assert_eq!(of("15552131049"), Some((true, 131049))); // accepted, and a receipt with 131049 follows
/// ```
pub fn failing_recipients() -> Vec<FailingRecipient> {
    let of_platform = OF_PLATFORM.into_iter().map(|(to, channel, code, text)| FailingRecipient {
        to: to.to_owned(),
        channel,
        later: false,
        code: code.as_i64(),
        message: text.to_owned(),
    });
    let of_meta = COMMON.into_iter().filter_map(|code| errors::explain(Family::Meta, code)).flat_map(|known| {
        [(REFUSED, false), (FAILED, true)].map(|(start, later)| FailingRecipient {
            to: format!("{start}{:06}", known.code()),
            channel: Some(Channel::WhatsApp),
            later,
            code: if later { known.code() } else { Code::WhatsApp.as_i64() },
            message: if later { known.title().to_owned() } else { numbered(known.code(), known.title()) },
        })
    });
    of_platform.chain(of_meta).collect()
}

/// Returns code and text of the refusal of a send to this number.
pub(crate) fn refusal(channel: Channel, to: &str) -> Option<(Code, String)> {
    let is_it =
        |(number, on, ..): &&(&str, Option<Channel>, Code, &str)| *number == to && on.is_none_or(|on| on == channel);
    if let Some((_, _, code, text)) = OF_PLATFORM.iter().find(is_it) {
        return Some((*code, (*text).to_owned()));
    }
    let (code, known) = of_meta(channel, to, REFUSED)?;
    Some((Code::WhatsApp, numbered(code, known.title())))
}

/// Returns the later failure of a message to this number.
pub(crate) fn failure(channel: Channel, to: &str) -> Option<Failure> {
    let (code, known) = of_meta(channel, to, FAILED)?;
    Some(Failure { code, title: known.title().to_owned() })
}

/// Returns the code at the end of a number, with its explanation.
fn of_meta(channel: Channel, to: &str, start: &str) -> Option<(i64, &'static Explanation)> {
    let digits = to.strip_prefix(start).filter(|digits| digits.len() == 6 && channel == Channel::WhatsApp)?;
    let code = digits.parse().ok()?;
    Some((code, errors::explain(Family::Meta, code)?))
}

/// Returns a text that begins with Meta's number, as INCS passes it on.
pub(crate) fn numbered(code: i64, title: &str) -> String {
    format!("(#{code}) {title}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_catalogue_has_numbers() {
        for known in Family::Meta.explanations().iter().filter(|known| known.code() < 1_000_000) {
            let code = known.last_code();
            let refused = refusal(Channel::WhatsApp, &format!("15551{code:06}"));
            assert_eq!(refused, Some((Code::WhatsApp, format!("(#{code}) {}", known.title()))));
            let failed = failure(Channel::WhatsApp, &format!("15552{code:06}")).map(|failure| failure.code);
            assert_eq!(failed, Some(code));
        }
        for to in ["15551999999", "1555113104", "155511310490", "1555113104x", "15552131049", "85251230088"] {
            assert_eq!(refusal(Channel::WhatsApp, to), None, "{to}");
        }
        assert_eq!(refusal(Channel::Viber, "15551131049"), None);
        assert_eq!(failure(Channel::Rcs, "15552131049"), None);
    }

    #[test]
    fn every_listed_number_does_what_it_says() {
        let numbers = failing_recipients();
        assert_eq!(numbers.len(), OF_PLATFORM.len() + 2 * COMMON.len());
        for FailingRecipient { to, channel, later, code, message } in numbers {
            let channel = channel.unwrap_or(Channel::Viber);
            let found = if later {
                failure(channel, &to).map(|failure| (failure.code, failure.title))
            } else {
                refusal(channel, &to).map(|(code, text)| (code.as_i64(), text))
            };
            assert_eq!(found, Some((code, message)), "{to}");
        }
    }
}
