//! `incs webhook trigger`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use incs_facade::model::{Pointer, Timestamp};
use incs_facade::webhook::testing::bodies::{Body, sample};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::parse::{ProviderName, items_of};
use super::request::{self, PostClient, checked, headers};
use super::scheme::SchemeArgs;
use super::sign::sign_body;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::{Context, WriteError, aligned, escape_line};

/// The arguments of `incs webhook trigger`.
#[derive(Debug, Args)]
pub(super) struct Trigger {
    /// Event to post, by name or kind
    #[arg(value_name = "EVENT", required_unless_present_any = ["list", "body"], conflicts_with = "body")]
    event: Option<String>,
    /// List the events
    #[arg(long)]
    list: bool,
    /// Post this file instead of a sample; - for standard input
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// URL to post to
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
    #[command(flatten)]
    scheme: SchemeArgs,
    /// Set a member of the sample: JSON pointer, =, and JSON or text; may be repeated
    #[arg(long, value_name = "POINTER=VALUE", value_parser = Edit::parse, conflicts_with = "body")]
    set: Vec<Edit>,
    /// Encode the sample like the platform, with the escapes of PHP: \/ and \uXXXX
    #[arg(long, conflicts_with = "body")]
    php: bool,
    /// Additional header; may be repeated
    #[arg(short = 'H', value_name = "NAME: VALUE", value_parser = request::header)]
    with_header: Vec<(String, String)>,
    /// Webhook id, instead of one made from the body (standard-webhooks)
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Signing time instead of now: RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = request::instant)]
    at: Option<Timestamp>,
    /// Maximum time to wait for the reply
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// Allow URLs on other machines
    #[arg(long)]
    allow_remote: bool,
}

/// Runs the command.
pub(super) fn run(args: &Trigger, context: &Context) -> Result<Exit, Failure> {
    if args.list {
        list(context)?;
        return Ok(Exit::Done);
    }
    let body = args.body()?;
    let kind = kind_of(&body);
    let url = args.url.as_deref().unwrap_or_default();
    checked(url, "--url", args.allow_remote)?;
    let now = args.at.unwrap_or_else(Timestamp::now);
    let mut added = args.with_header.clone();
    let mut target = url.to_owned();
    if let Some(scheme) = args.scheme.build(context)? {
        let proof = sign_body(&*scheme, &body, now, args.id.as_deref(), &args.with_header)?;
        added.extend_from_slice(proof.headers());
        target = proof.to_target(url);
    } else {
        context.out.note("note: the request is not signed; use --scheme to sign it");
    }
    if !added.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        added.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let (target, headers) = (checked(&target, "--url", args.allow_remote)?, headers(&added)?);
    let bytes = body.len();
    let posted = connect::runtime()?.block_on(PostClient::new(args.timeout).post(&target, headers, body.into()))?;

    let millis = u64::try_from(posted.took.as_millis()).unwrap_or(u64::MAX);
    if context.out.json {
        let line = TriggerLine::Posted { bytes, kind, ms: millis, status: posted.status };
        context.out.record_sorted_json(&line)?;
    } else {
        let kind = escape_line(kind.as_deref().unwrap_or("a body"));
        context.out.record(&format!("{}  {kind}, {bytes} bytes, reply in {millis} ms", posted.status))?;
    }
    Ok(if (200..300).contains(&posted.status) { Exit::Done } else { Exit::Failure })
}

/// The output for machines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum TriggerLine {
    /// The event was posted, and there was a reply.
    Posted {
        /// Length of the body.
        bytes: usize,
        /// Kind of the first item; null if the body has none.
        kind: Option<String>,
        /// Milliseconds until the reply.
        ms: u64,
        /// HTTP status of the reply.
        status: u16,
    },
}

/// A line of `incs webhook trigger --list` for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Sample<'a> {
    /// Name of the sample.
    event: &'a str,
    /// Kind of its item.
    kind: String,
}

impl Trigger {
    fn body(&self) -> Result<Vec<u8>, Failure> {
        if let Some(path) = &self.body {
            return input::read(path);
        }
        let wanted = self.event.as_deref().unwrap_or_default();
        let (mut body, state) = sample_of(wanted).ok_or_else(|| {
            Failure::usage(format!("there is no sample of `{wanted}`"))
                .with_help("`incs webhook trigger --list` lists all events")
        })?;
        if state.is_some() || !self.set.is_empty() {
            let mut json: Value = serde_json::from_slice(body.as_bytes())
                .map_err(|error| Failure::usage(format!("the sample cannot be changed: {error}")))?;
            state.iter().chain(&self.set).try_for_each(|edit| edit.apply(&mut json))?;
            body = Body::from(json);
        }
        Ok(if self.php { body.to_php() } else { body }.into_bytes())
    }
}

/// Returns the sample of an event by name, by kind, or by the beginning of a kind, where a text comes first. There is one sample of
/// a receipt; for another state, an edit is returned with it.
fn sample_of(wanted: &str) -> Option<(Body, Option<Edit>)> {
    let samples: Vec<(&str, Body, String)> = samples()
        .map(|(name, body)| {
            let kind = kind_of(body.as_bytes()).unwrap_or_default();
            (name, body, kind)
        })
        .collect();
    let find = |is: &dyn Fn(&str, &str) -> bool| {
        samples.iter().find(|(name, _, kind)| is(name, kind)).map(|(_, body, _)| (body.clone(), None))
    };
    let begins = |kind: &str| kind.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'));
    find(&|name, kind| name == wanted || kind == wanted)
        .or_else(|| find(&|_, kind| begins(kind) && kind.rsplit('.').next() == Some("text")))
        .or_else(|| find(&|_, kind| begins(kind)))
        .or_else(|| {
            let state = wanted.strip_prefix("message_status_update.")?;
            let is_known = ["sent", "delivered", "read", "failed"].contains(&state);
            let (body, _) = find(&|name, _| name == "message_status").filter(|_| is_known)?;
            Some((body, Some(Edit::new("/message_status", state))))
        })
}

/// Returns the samples of events, then the samples of single kinds of messages.
fn samples() -> impl Iterator<Item = (&'static str, Body)> {
    sample::all().into_iter().chain(sample::messages())
}

fn kind_of(body: &[u8]) -> Option<String> {
    items_of(body, ProviderName::Auto).ok()?.items().first()?.kind()
}

fn list(context: &Context) -> Result<(), WriteError> {
    let mut names = samples().map(|(name, body)| (name, kind_of(body.as_bytes()).unwrap_or_default()));
    if context.out.json {
        names.try_for_each(|(name, kind)| context.out.json(&Sample { event: name, kind }))
    } else {
        let rows = names.map(|(name, kind)| [name.to_owned(), kind]);
        let header = [["EVENT".to_owned(), "KIND".to_owned()]];
        aligned(header.into_iter().chain(rows)).iter().try_for_each(|line| context.out.line(line))
    }
}

/// A change to one member, written `/pointer=value`.
#[derive(Debug, Clone, PartialEq)]
struct Edit {
    pointer: String,
    value: Value,
}

impl Edit {
    /// Creates an edit that sets a text.
    fn new(pointer: &str, text: &str) -> Self {
        Self { pointer: pointer.to_owned(), value: text.into() }
    }

    /// Parses an edit. A value that is not JSON is a text.
    fn parse(text: &str) -> Result<Self, String> {
        let (pointer, value) = text.split_once('=').ok_or("it has no =")?;
        if !pointer.starts_with('/') {
            return Err("a JSON pointer begins with /".to_owned());
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        Ok(Self { pointer: pointer.to_owned(), value })
    }

    /// Sets the member at the pointer. Its parent must exist.
    fn apply(&self, json: &mut Value) -> Result<(), Failure> {
        if let Some(slot) = json.pointer_mut(&self.pointer) {
            *slot = self.value.clone();
            return Ok(());
        }
        let nowhere = || Failure::usage(format!("--set {}: its parent does not exist", self.pointer));
        let mut parent = Pointer::parse(&*self.pointer).map_err(|_| nowhere())?;
        let name = parent.pop().ok_or_else(nowhere)?;
        match json.pointer_mut(parent.as_str()).ok_or_else(nowhere)? {
            Value::Object(object) => {
                object.insert(name, self.value.clone());
            }
            Value::Array(list) if name == "-" || name == list.len().to_string() => list.push(self.value.clone()),
            _ => return Err(nowhere()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn edit_changes_or_adds_member() {
        let mut json = json!({"a": {"b": [1]}, "c/d": 2});
        for edit in ["/a/b/0=7", "/a/b/-=x=y", "/a/b/2=\"8\"", "/c~1d=null", "/new={\"e\":[]}"] {
            Edit::parse(edit).unwrap().apply(&mut json).unwrap();
        }
        assert_eq!(json, json!({"a": {"b": [7, "x=y", "8"]}, "c/d": null, "new": {"e": []}}));
    }

    #[test]
    fn pointer_without_parent_is_refused() {
        for edit in ["/a/b/c=1", "/b/5=1", "/b/x=1"] {
            let failure = Edit::parse(edit).unwrap().apply(&mut json!({"a": 1, "b": []})).unwrap_err();
            assert!(failure.message.ends_with("its parent does not exist"), "{edit}");
        }
        assert!(Edit::parse("a=1").is_err());
        assert!(Edit::parse("/a").is_err());
    }
}
