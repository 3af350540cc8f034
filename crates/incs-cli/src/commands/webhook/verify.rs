//! `incs webhook verify`.

use std::path::PathBuf;

use clap::Args;
use incs_facade::model::Timestamp;
use incs_facade::webhook::{Cause, Delivery, Rejection};
use serde_json::{Value, json};

use super::request::{self, Head};
use super::scheme::{Name, SchemeArgs};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::{Context, aligned};

/// The arguments of `incs webhook verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    scheme: SchemeArgs,
    /// File with the headers: lines of `Name: value`, or JSON
    #[arg(long, value_name = "FILE")]
    headers: Option<PathBuf>,
    /// A header that came
    #[arg(short = 'H', value_name = "NAME: VALUE", value_parser = request::header)]
    with_header: Vec<(String, String)>,
    /// Path and query of the request
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// The time to check for, instead of now: RFC 3339, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = request::instant)]
    at: Option<Timestamp>,
    /// Look for the cause when it is refused
    #[arg(long)]
    explain: bool,
    /// The body byte for byte as it came; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs it.
pub(super) fn run(args: &Verify, context: &Context) -> Result<Exit, Failure> {
    let (Some(name), Some(scheme)) = (args.scheme.scheme, args.scheme.build(context)?) else {
        return Err(Failure::usage("which scheme is not said").with_help("say --scheme; --help has them all"));
    };
    let mut head = args.headers.as_deref().map(Head::read).transpose()?.unwrap_or_default();
    // The first header of a name counts, and the command line has the last word.
    head.headers.splice(0..0, args.with_header.iter().cloned());
    let target = args.target.clone().or(head.target);
    let body = input::read(&args.file)?;
    let now = args.at.unwrap_or_else(Timestamp::now);

    let mut delivery = Delivery::new(&head.headers, &body);
    if let Some(target) = &target {
        delivery = delivery.with_target(target);
    }
    let Err(rejection) = delivery.verify(&*scheme, now) else {
        say_verified(name, context);
        return Ok(Exit::Done);
    };
    let cause = if args.explain { delivery.explain(&*scheme, now) } else { None };
    say_refused(name, &rejection, cause.as_ref(), args.explain, context);
    Ok(Exit::Authentication)
}

fn say_verified(name: Name, context: &Context) {
    if context.out.json {
        let document = json!({"verified": true, "scheme": name.text(), "status": 200, "reason": null, "cause": null});
        context.out.json(&document);
    } else {
        let green = anstyle::AnsiColor::Green.on_default().bold();
        let proof = if name == Name::SharedSecret {
            "the sender knows the secret; the body itself is not protected"
        } else {
            "the signature is right"
        };
        context.out.line(&format!("{green}verified{green:#}  {proof}"));
    }
}

fn say_refused(name: Name, rejection: &Rejection, cause: Option<&Cause>, explained: bool, context: &Context) {
    if context.out.json {
        context.out.json(&json!({
            "verified": false, "scheme": name.text(), "status": rejection.status(), "reason": rejection.to_string(),
            "cause": cause.map_or(Value::Null, of_cause),
        }));
        return;
    }
    let red = anstyle::AnsiColor::Red.on_default().bold();
    context.out.line(&format!("{red}refused{red:#}   {rejection}"));
    let cause = match cause {
        Some(cause) => cause.to_string(),
        None if explained => "not the scheme: it accepts this".to_owned(),
        None => return context.out.note("note: --explain looks for the cause"),
    };
    for line in aligned([["cause   ".to_owned(), cause]]) {
        context.out.line(&line);
    }
}

/// A cause for machines. It never holds a secret or a signature.
pub(super) fn of_cause(cause: &Cause) -> Value {
    let mut object = json!({"kind": kind(cause), "message": cause.to_string()});
    let detail = match cause {
        Cause::MissingHeader(header) | Cause::UnreadableHeader(header) => Some(("header", json!(header))),
        Cause::SecretKind(how) | Cause::Encoding(how) => Some(("as", json!(how))),
        Cause::Clock { by, ahead } => {
            let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
            Some(("ahead_by_s", json!(if *ahead { seconds } else { -seconds })))
        }
        _ => None,
    };
    if let (Some((name, value)), Some(object)) = (detail, object.as_object_mut()) {
        object.insert(name.to_owned(), value);
    }
    object
}

fn kind(cause: &Cause) -> &'static str {
    match cause {
        Cause::MissingHeader(_) => "missing_header",
        Cause::BodyRewritten => "body_rewritten",
        Cause::SecretKind(_) => "secret_kind",
        Cause::ExpiredSecret => "expired_secret",
        Cause::Clock { .. } => "clock",
        Cause::Encoding(_) => "encoding",
        Cause::UnreadableHeader(_) => "unreadable_header",
        Cause::MissingSecret => "missing_secret",
        _ => "unknown",
    }
}
