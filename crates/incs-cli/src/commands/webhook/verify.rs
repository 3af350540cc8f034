//! `incs webhook verify`.

use std::path::PathBuf;

use clap::Args;
use incs_facade::model::Timestamp;
use incs_facade::webhook::{Delivery, Rejection, RejectionCause};
use schemars::JsonSchema;
use serde::Serialize;

use super::request::{self, RequestHead};
use super::scheme::{Name, SchemeArgs};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::{Context, WriteError, aligned};

/// The arguments of `incs webhook verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    scheme: SchemeArgs,
    /// File with the headers: lines of `Name: value`, or JSON
    #[arg(long, value_name = "FILE")]
    headers: Option<PathBuf>,
    /// Header of the request; may be repeated
    #[arg(short = 'H', value_name = "NAME: VALUE", value_parser = request::header)]
    with_header: Vec<(String, String)>,
    /// Path and query of the request
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// Verify for this time instead of now: RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = request::instant)]
    at: Option<Timestamp>,
    /// Explain why verification failed
    #[arg(long)]
    explain: bool,
    /// File with the body, byte for byte as received; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &Verify, context: &Context) -> Result<Exit, Failure> {
    let (Some(name), Some(scheme)) = (args.scheme.scheme, args.scheme.build(context)?) else {
        return Err(Failure::usage("no scheme is given").with_help("add --scheme; --help lists the schemes"));
    };
    let mut head = args.headers.as_deref().map(RequestHead::read).transpose()?.unwrap_or_default();
    // The first header of a name counts, so that -H overrides the file.
    head.headers.splice(0..0, args.with_header.iter().cloned());
    let target = args.target.clone().or(head.target);
    let body = input::read(&args.file)?;
    let now = args.at.unwrap_or_else(Timestamp::now);

    let mut delivery = Delivery::new(&head.headers, &body);
    if let Some(target) = &target {
        delivery = delivery.with_target(target);
    }
    let Err(rejection) = delivery.verify(&*scheme, now) else {
        say_verified(name, context)?;
        return Ok(Exit::Done);
    };
    let cause = if args.explain { delivery.explain(&*scheme, now) } else { None };
    say_refused(name, &rejection, cause.as_ref(), args.explain, context)?;
    Ok(Exit::Authentication)
}

fn say_verified(name: Name, context: &Context) -> Result<(), WriteError> {
    if context.out.json {
        let (verified, reason, cause) = (true, None, None);
        context.out.json(&VerifyLine { cause, reason, scheme: name.text(), status: 200, verified })
    } else {
        let green = anstyle::AnsiColor::Green.on_default().bold();
        let proof = if name == Name::SharedSecret {
            "the sender knows the secret; the body itself is not protected"
        } else {
            "the signature is right"
        };
        context.out.line(&format!("{green}verified{green:#}  {proof}"))
    }
}

fn say_refused(
    name: Name,
    rejection: &Rejection,
    cause: Option<&RejectionCause>,
    explained: bool,
    context: &Context,
) -> Result<(), WriteError> {
    if context.out.json {
        return context.out.json(&VerifyLine {
            cause: cause.map(Cause::from),
            reason: Some(rejection.to_string()),
            scheme: name.text(),
            status: rejection.status(),
            verified: false,
        });
    }
    let red = anstyle::AnsiColor::Red.on_default().bold();
    context.out.line(&format!("{red}refused{red:#}   {rejection}"))?;
    let cause = match cause {
        Some(cause) => cause.to_string(),
        None if explained => "none found: the scheme accepts this request".to_owned(),
        None => {
            context.out.note("note: use --explain to find the cause");
            return Ok(());
        }
    };
    for line in aligned([["cause   ".to_owned(), cause]]) {
        context.out.line(&line)?;
    }
    Ok(())
}

/// The output for machines. All members are always present.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VerifyLine {
    /// Cause of the refusal; only with `--explain`, and if one is found.
    cause: Option<Cause>,
    /// Reason of the refusal; null if the delivery is verified.
    reason: Option<String>,
    scheme: String,
    /// HTTP status of the reply to such a delivery.
    status: u16,
    verified: bool,
}

/// The cause of a refusal. It never holds a secret or a signature.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Cause {
    /// Seconds that the sender's clock is ahead of this one; negative if it is behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead_by_s: Option<i64>,
    /// Form in which the signature or the secret is written.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    form: Option<String>,
    /// Name of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    kind: &'static str,
    message: String,
}

impl From<&RejectionCause> for Cause {
    fn from(cause: &RejectionCause) -> Self {
        let (ahead_by_s, form, header) = (None, None, None);
        let other = Self { ahead_by_s, form, header, kind: kind(cause), message: cause.to_string() };
        match cause {
            RejectionCause::MissingHeader(header) | RejectionCause::UnreadableHeader(header) => {
                Self { header: Some(header.to_string()), ..other }
            }
            RejectionCause::SecretKind(how) | RejectionCause::Encoding(how) => {
                Self { form: Some(how.to_string()), ..other }
            }
            RejectionCause::Clock { by, ahead } => {
                let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
                Self { ahead_by_s: Some(if *ahead { seconds } else { -seconds }), ..other }
            }
            _ => other,
        }
    }
}

fn kind(cause: &RejectionCause) -> &'static str {
    match cause {
        RejectionCause::MissingHeader(_) => "missing_header",
        RejectionCause::BodyRewritten => "body_rewritten",
        RejectionCause::SecretKind(_) => "secret_kind",
        RejectionCause::ExpiredSecret => "expired_secret",
        RejectionCause::Clock { .. } => "clock",
        RejectionCause::Encoding(_) => "encoding",
        RejectionCause::UnreadableHeader(_) => "unreadable_header",
        RejectionCause::MissingSecret => "missing_secret",
        _ => "unknown",
    }
}
