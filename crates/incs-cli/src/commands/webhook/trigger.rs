//! `incs webhook trigger`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use incs_facade::model::{Pointer, Timestamp};
use incs_facade::webhook::testing::bodies::{Body, sample};
use serde_json::{Value, json};

use super::parse::{ProviderChoice, items_of};
use super::request::{self, Post, checked, headers};
use super::scheme::SchemeArgs;
use super::sign::prove;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::{Context, aligned, plain_line};

/// The arguments of `incs webhook trigger`.
#[derive(Debug, Args)]
pub(super) struct Trigger {
    /// The event, by its name or kind
    #[arg(value_name = "EVENT", required_unless_present_any = ["list", "body"], conflicts_with = "body")]
    event: Option<String>,
    /// List the events and end
    #[arg(long)]
    list: bool,
    /// Post this file instead of a sample; - for standard input
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// Where to post
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
    #[command(flatten)]
    scheme: SchemeArgs,
    /// Change or add a member first: JSON pointer, =, and JSON or text
    #[arg(long, value_name = "POINTER=VALUE", value_parser = Edit::parse, conflicts_with = "body")]
    set: Vec<Edit>,
    /// Spell it like PHP, as the platform does: \/ and \uXXXX
    #[arg(long, conflicts_with = "body")]
    php: bool,
    /// A header to send besides
    #[arg(short = 'H', value_name = "NAME: VALUE", value_parser = request::header)]
    with_header: Vec<(String, String)>,
    /// standard-webhooks: the id, instead of one made of the body
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// When it is signed, instead of now: RFC 3339, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = request::instant)]
    at: Option<Timestamp>,
    /// How long to wait for the answer
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// Post to another machine too
    #[arg(long)]
    allow_remote: bool,
}

/// Runs it.
pub(super) fn run(args: &Trigger, context: &Context) -> Result<Exit, Failure> {
    if args.list {
        list(context);
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
        let proof = prove(&*scheme, &body, now, args.id.as_deref(), &args.with_header)?;
        added.extend_from_slice(proof.headers());
        target = proof.to_target(url);
    } else {
        context.out.note("note: it is not signed; --scheme says how to");
    }
    if !added.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        added.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let (target, headers) = (checked(&target, "--url", args.allow_remote)?, headers(&added)?);
    let bytes = body.len();
    let posted = connect::runtime()?.block_on(Post::new(args.timeout).to(&target, headers, body.into()))?;

    let millis = u64::try_from(posted.took.as_millis()).unwrap_or(u64::MAX);
    if context.out.json {
        let document = json!({"type": "posted", "kind": kind, "bytes": bytes, "status": posted.status, "ms": millis});
        context.out.json(&document);
    } else {
        let kind = plain_line(kind.as_deref().unwrap_or("a body"));
        context.out.line(&format!("{}  {kind}, {bytes} bytes, answered in {millis} ms", posted.status));
    }
    Ok(if (200..300).contains(&posted.status) { Exit::Done } else { Exit::Failure })
}

impl Trigger {
    fn body(&self) -> Result<Vec<u8>, Failure> {
        if let Some(path) = &self.body {
            return input::read(path);
        }
        let wanted = self.event.as_deref().unwrap_or_default();
        let (mut body, state) = sample_of(wanted).ok_or_else(|| {
            Failure::usage(format!("there is no sample of `{wanted}`"))
                .with_help("`incs webhook trigger --list` has them all")
        })?;
        if state.is_some() || !self.set.is_empty() {
            let mut json: Value = serde_json::from_slice(body.as_bytes())
                .map_err(|error| Failure::usage(format!("the sample cannot be changed: {error}")))?;
            state.iter().chain(&self.set).try_for_each(|edit| edit.apply(&mut json))?;
            body = Body::from(json);
        }
        Ok(if self.php { body.as_php() } else { body }.into_bytes())
    }
}

/// The sample of an event by its name, by its kind, or by the beginning of its kind: of several then the text. Of the receipts only
/// one is a sample; the state of another is to be set.
fn sample_of(wanted: &str) -> Option<(Body, Option<Edit>)> {
    let samples: Vec<(&str, Body, String)> = sample::all()
        .into_iter()
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

fn kind_of(body: &[u8]) -> Option<String> {
    items_of(body, ProviderChoice::Auto).ok()?.items().first()?.kind()
}

fn list(context: &Context) {
    let samples = sample::all();
    let names = samples.iter().map(|(name, body)| (*name, kind_of(body.as_bytes()).unwrap_or_default()));
    if context.out.json {
        names.for_each(|(name, kind)| context.out.json(&json!({"event": name, "kind": kind})));
    } else {
        let rows = names.map(|(name, kind)| [name.to_owned(), kind]);
        let header = [["EVENT".to_owned(), "KIND".to_owned()]];
        for line in aligned(header.into_iter().chain(rows)) {
            context.out.line(&line);
        }
    }
}

/// A change of one member, written `/pointer=value`.
#[derive(Debug, Clone, PartialEq)]
struct Edit {
    pointer: String,
    value: Value,
}

impl Edit {
    /// Sets a text.
    fn new(pointer: &str, text: &str) -> Self {
        Self { pointer: pointer.to_owned(), value: text.into() }
    }

    /// Reads one: the value is JSON if it can be, and text if it cannot.
    fn parse(text: &str) -> Result<Self, String> {
        let (pointer, value) = text.split_once('=').ok_or("it has no =")?;
        if !pointer.starts_with('/') {
            return Err("a JSON pointer begins with /".to_owned());
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        Ok(Self { pointer: pointer.to_owned(), value })
    }

    /// Puts the value where the pointer leads; what holds it must be there.
    fn apply(&self, json: &mut Value) -> Result<(), Failure> {
        if let Some(slot) = json.pointer_mut(&self.pointer) {
            *slot = self.value.clone();
            return Ok(());
        }
        let nowhere = || Failure::usage(format!("--set {}: there is nothing to put it into", self.pointer));
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
    fn a_member_is_changed_or_added() {
        let mut json = json!({"a": {"b": [1]}, "c/d": 2});
        for edit in ["/a/b/0=7", "/a/b/-=x=y", "/a/b/2=\"8\"", "/c~1d=null", "/new={\"e\":[]}"] {
            Edit::parse(edit).unwrap().apply(&mut json).unwrap();
        }
        assert_eq!(json, json!({"a": {"b": [7, "x=y", "8"]}, "c/d": null, "new": {"e": []}}));
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        for edit in ["/a/b/c=1", "/b/5=1", "/b/x=1"] {
            let failure = Edit::parse(edit).unwrap().apply(&mut json!({"a": 1, "b": []})).unwrap_err();
            assert!(failure.message.ends_with("there is nothing to put it into"), "{edit}");
        }
        assert!(Edit::parse("a=1").is_err());
        assert!(Edit::parse("/a").is_err());
    }
}
