//! `incs explain`: the meaning of error codes, without the network.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use incs_facade::model::errors::{Explanation, Family};
use schemars::JsonSchema;
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::output::{Context, aligned, escape_line};

/// The arguments of `incs explain`.
#[derive(Debug, Args)]
#[command(after_help = "A code that several platforms use is explained for each of them.")]
pub(crate) struct Explain {
    /// Code, like 131049, or Exotel's or Viber's name of it, like `EX_SYSTEM_ERROR`
    #[arg(required = true, value_name = "CODE", allow_negative_numbers = true)]
    codes: Vec<String>,
    /// Explain the codes of this platform only
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Family::ALL.map(Family::as_str))
        .try_map(|word| Family::parse(&word).ok_or("no such platform")))]
    family: Option<Family>,
}

/// One explanation, as `--json` prints it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Line {
    /// Platform or provider of the code.
    family: &'static str,
    /// Code; the first one if the explanation covers several.
    code: i64,
    /// Last code that the explanation covers, if it covers several.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_code: Option<i64>,
    /// Name of the code at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    /// Title of the provider.
    title: &'static str,
    /// Cause, in one sentence.
    cause: &'static str,
    /// Next step for a person.
    action: &'static str,
    /// `now`, `after_a_wait`, `after_a_change`, `never` or `unknown`.
    next_try: &'static str,
    /// `quoted` or `inferred`.
    basis: &'static str,
    source: Source,
}

/// The page that was read.
#[derive(Debug, Serialize, JsonSchema)]
struct Source {
    title: &'static str,
    /// Address; for INCS the path on the platform's documentation site.
    address: &'static str,
    /// Form in which it was read: the page itself, or copies of it.
    read_in: &'static str,
    /// Date on which it was read.
    date: &'static str,
}

impl From<&'static Explanation> for Line {
    fn from(known: &'static Explanation) -> Self {
        let source = known.source();
        Self {
            family: known.family().as_str(),
            code: known.code(),
            last_code: Some(known.last_code()).filter(|last| *last != known.code()),
            name: known.name(),
            title: known.title(),
            cause: known.cause(),
            action: known.action(),
            next_try: known.next_try().as_str(),
            basis: known.basis().as_str(),
            source: Source {
                title: source.title(),
                address: source.address(),
                read_in: source.read_in(),
                date: source.date(),
            },
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Explain, context: &Context) -> Result<Exit, Failure> {
    let families = args.family.map_or_else(|| Family::ALL.to_vec(), |family| vec![family]);
    let mut unknown = Vec::new();
    let mut is_first = true;
    for code in &args.codes {
        let known: Vec<_> =
            families.iter().flat_map(|family| family.explanations()).filter(|known| fits(known, code)).collect();
        if known.is_empty() {
            unknown.push(escape_line(code));
        }
        for known in known {
            if context.out.json {
                context.out.json(&Line::from(known))?;
                continue;
            }
            if !is_first {
                context.out.line("")?;
            }
            is_first = false;
            show(known, context)?;
        }
    }
    if unknown.is_empty() { Ok(Exit::Done) } else { Err(no_source(&unknown, args.family)) }
}

/// Reports whether an explanation is about what was asked: a number, as in `131049` or `(#131049)`, or a name.
fn fits(known: &Explanation, wanted: &str) -> bool {
    let wanted = wanted.trim();
    let digits = wanted.trim_start_matches("(#").trim_start_matches('#').trim_end_matches(')');
    match digits.parse() {
        Ok(code) => known.covers(code),
        Err(_) => known.name().is_some_and(|name| name.eq_ignore_ascii_case(wanted)),
    }
}

fn show(known: &Explanation, context: &Context) -> Result<(), Failure> {
    let range = if known.last_code() == known.code() { String::new() } else { format!(" to {}", known.last_code()) };
    let name = known.name().map_or_else(String::new, |name| format!("  {name}"));
    let code = format!("{}{range}{name}", known.code());
    let bold = anstyle::Style::new().bold();
    context.out.line(&format!("{bold}{code}  {}{bold:#}  ({})", known.title(), known.family().title()))?;
    let source = known.source();
    let rows = [
        ["cause", known.cause()].map(str::to_owned),
        ["what to do", known.action()].map(str::to_owned),
        ["next try", &known.next_try().to_string()].map(str::to_owned),
        ["source", &format!("{}; {}, {}", source.title(), known.basis(), source.date())].map(str::to_owned),
    ];
    for line in aligned(rows) {
        context.out.line(&format!("  {line}"))?;
    }
    // An address is not wrapped, so that it can be copied.
    Ok(context.out.line(&format!("  address     {}", source.address()))?)
}

fn no_source(codes: &[String], family: Option<Family>) -> Failure {
    let of = family.map_or_else(String::new, |family| format!(" of {}", family.title()));
    let message = match codes {
        [code] => format!("unknown code{of}: {code}; no public source about it was read"),
        codes => format!("unknown codes{of}: {}; no public source about them was read", codes.join(", ")),
    };
    Failure::new(Exit::NotFound, message)
        .with_help(
            "ask the platform's support with the code and its text; incs send prints the text with --platform-message",
        )
        .with_details(|details| details.codes = Some(codes.to_vec()))
}
