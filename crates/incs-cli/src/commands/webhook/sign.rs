//! `incs webhook sign`.

use std::path::{Path, PathBuf};

use clap::Args;
use incs_facade::model::Timestamp;
use incs_facade::webhook::testing::sign::{Draft, Proof};
use serde_json::{Map, Value, json};

use super::request;
use super::scheme::{Proving, SchemeArgs};
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
    /// Write a command line of curl that posts the body to this URL
    #[arg(long, value_name = "URL")]
    curl: Option<String>,
    /// When it is signed, instead of now: RFC 3339, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = request::instant)]
    at: Option<Timestamp>,
    /// standard-webhooks: the id, instead of one made of the body
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// A header that is sent besides, for schemes that sign some
    #[arg(short = 'H', value_name = "NAME: VALUE", value_parser = request::header)]
    with_header: Vec<(String, String)>,
    /// The body byte for byte as it will be sent; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs it.
pub(super) fn run(args: &Sign, context: &Context) -> Result<Exit, Failure> {
    let Some(scheme) = args.scheme.build(context)? else {
        return Err(Failure::usage("which scheme is not said").with_help("say --scheme; --help has them all"));
    };
    let body = input::read(&args.file)?;
    let now = args.at.unwrap_or_else(Timestamp::now);
    let proof = prove(&*scheme, &body, now, args.id.as_deref(), &args.with_header)?;
    let target = args.curl.as_deref().or(args.target.as_deref());
    // Where only a part of the URL proves anything, there must be a target to see it in.
    let added = proof.to_target(target.unwrap_or("/"));
    let target = (target.is_some() || added != "/").then_some(added);
    let headers: Vec<(String, String)> = args.with_header.iter().chain(proof.headers()).cloned().collect();
    let curl = args.curl.is_some().then(|| curl(&headers, target.as_deref().unwrap_or_default(), &args.file));

    if context.out.json {
        let members: Map<String, Value> = headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        let mut document = json!({"headers": members, "target": target});
        if let (Some(curl), Some(object)) = (curl, document.as_object_mut()) {
            object.insert("curl".to_owned(), curl.into());
        }
        context.out.json(&document);
    } else if let Some(curl) = curl {
        context.out.line(&curl);
    } else {
        for (name, value) in &headers {
            context.out.line(&format!("{name}: {value}"));
        }
        if let Some(target) = target {
            // With headers besides, stdout stays a file of headers.
            if headers.is_empty() { context.out.line(&target) } else { context.out.note(&format!("target: {target}")) }
        }
    }
    Ok(Exit::Done)
}

/// What the scheme's sender adds to a body.
pub(super) fn prove(
    scheme: &dyn Proving,
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
    scheme.sign(&draft).map_err(|refusal| Failure::usage(format!("it cannot be signed: {refusal}")))
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

/// One word for a shell.
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
    fn a_shell_takes_a_quoted_text_for_one_word() {
        assert_eq!(quoted("http://127.0.0.1:8080/a"), "http://127.0.0.1:8080/a");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
