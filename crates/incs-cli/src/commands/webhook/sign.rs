//! `incs webhook sign`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use incs_facade::model::Timestamp;
use incs_facade::webhook::testing::sign::{Draft, Proof};
use schemars::JsonSchema;
use serde::Serialize;

use super::request;
use super::scheme::{SchemeArgs, SigningScheme};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::Context;

/// The arguments of `incs webhook sign`.
#[derive(Debug, Args)]
pub(super) struct Sign {
    #[command(flatten)]
    scheme: SchemeArgs,
    /// Path and query, or URL, to add the secret to
    #[arg(long, value_name = "TARGET", conflicts_with = "curl")]
    target: Option<String>,
    /// Print a curl command that posts the body to this URL
    #[arg(long, value_name = "URL")]
    curl: Option<String>,
    /// Signing time instead of now: RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = request::instant)]
    at: Option<Timestamp>,
    /// Webhook id, instead of one made from the body (standard-webhooks)
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Additional header, for schemes that sign headers; may be repeated
    #[arg(short = 'H', value_name = "NAME: VALUE", value_parser = request::header)]
    with_header: Vec<(String, String)>,
    /// File with the body, byte for byte as it will be sent; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// The output for machines.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SignLine {
    /// Command that posts the body; only with `--curl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    curl: Option<String>,
    /// Headers of the delivery, by name.
    headers: BTreeMap<String, String>,
    /// Target of the delivery; null if the scheme and the options have none.
    target: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &Sign, context: &Context) -> Result<Exit, Failure> {
    let Some(scheme) = args.scheme.build(context)? else {
        return Err(Failure::usage("no scheme is given").with_help("add --scheme; --help lists the schemes"));
    };
    let body = input::read(&args.file)?;
    let now = args.at.unwrap_or_else(Timestamp::now);
    let proof = sign_body(&*scheme, &body, now, args.id.as_deref(), &args.with_header)?;
    let target = args.curl.as_deref().or(args.target.as_deref());
    // A scheme that adds its secret to the URL needs a target, even without --target.
    let added = proof.to_target(target.unwrap_or("/"));
    let target = (target.is_some() || added != "/").then_some(added);
    let headers: Vec<(String, String)> = args.with_header.iter().chain(proof.headers()).cloned().collect();
    let curl = args.curl.is_some().then(|| curl(&headers, target.as_deref().unwrap_or_default(), &args.file));

    if context.out.json {
        context.out.json(&SignLine { curl, headers: headers.into_iter().collect(), target })?;
    } else if let Some(curl) = curl {
        context.out.line(&curl)?;
    } else {
        for (name, value) in &headers {
            context.out.line(&format!("{name}: {value}"))?;
        }
        if let Some(target) = target {
            // Next to headers the target goes to stderr, so that stdout can be saved as a header file.
            if headers.is_empty() {
                context.out.line(&target)?;
            } else {
                context.out.note(&format!("target: {target}"));
            }
        }
    }
    Ok(Exit::Done)
}

/// Signs a body as the sender of the scheme does.
pub(super) fn sign_body(
    scheme: &dyn SigningScheme,
    body: &[u8],
    now: Timestamp,
    id: Option<&str>,
    besides: &[(String, String)],
) -> Result<Proof, Failure> {
    let mut draft = Draft::new(body, now);
    if let Some(id) = id {
        draft = draft.with_id(id);
    }
    for (name, value) in besides {
        draft = draft.with_header(name, value);
    }
    scheme.sign(&draft).map_err(|refusal| Failure::usage(format!("cannot sign the body: {refusal}")))
}

fn curl(headers: &[(String, String)], url: &str, file: &Path) -> String {
    let is_json = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
    let mut words = vec!["curl".to_owned(), "-i".to_owned()];
    let mut header = |text: &str| words.extend(["-H".to_owned(), quoted(text)]);
    if !headers.iter().any(is_json) {
        header("content-type: application/json");
    }
    for (name, value) in headers {
        header(&format!("{name}: {value}"));
    }
    words.extend(["--data-binary".to_owned(), quoted(&format!("@{}", file.display())), quoted(url)]);
    words.join(" ")
}

/// Quotes a text as one shell word.
fn quoted(text: &str) -> String {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@=,%+".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_safe) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_one_word() {
        assert_eq!(quoted("http://127.0.0.1:8080/a"), "http://127.0.0.1:8080/a");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
