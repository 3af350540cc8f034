//! Forwards the items of the inbox to a handler behind a URL, signed by Standard Webhooks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use incs_facade::client::http::header::{CONTENT_TYPE, USER_AGENT};
use incs_facade::client::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use incs_facade::model::inbound::Inbound;
use incs_facade::model::{Secret, Timestamp, encode};
use incs_facade::relay::store::ItemFilter;
use incs_facade::relay::{Context as ItemContext, HandlerError, Relay};
use incs_facade::webhook::Secrets;
use incs_facade::webhook::scheme::StandardWebhooks;
use incs_facade::webhook::testing::sign::{Draft, Sign as _};

use crate::args::parse_duration;
use crate::commands::inbox::lines::hex;
use crate::commands::inbox::store::OpenStore;
use crate::commands::webhook::parse::{Document, on_one_line};
use crate::commands::webhook::request::{PostClient, checked};
use crate::connect;
use crate::exit::Failure;
use crate::input;
use crate::output::Context;
use crate::settings::Settings;

/// The forwarding of items.
#[derive(Debug, Args)]
pub(super) struct ForwardArgs {
    /// Forward each item to this URL, signed by Standard Webhooks; without it, items stay stored
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    #[arg(
        long,
        value_name = "FILE",
        requires = "forward",
        help = "File with the secret that signs forwarded items, instead of INCS_FORWARD_SECRET"
    )]
    forward_secret_file: Option<PathBuf>,
    /// Form of forwarded items
    #[arg(long, value_name = "FORM", requires = "forward", default_value = "inbound")]
    forward_as: Form,
    /// Maximum time to wait for the reply to a forwarded item
    #[arg(long, value_name = "TIME", requires = "forward", default_value = "30s", value_parser = parse_duration)]
    forward_timeout: Duration,
    /// Waits before the attempts after the first one; then an item becomes a dead letter
    #[arg(
        long,
        value_name = "TIMES",
        requires = "forward",
        value_delimiter = ',',
        default_value = "1s,5s,30s,2m,10m,30m,1h,2h",
        value_parser = parse_duration,
    )]
    retry: Vec<Duration>,
    /// Maximum number of conversations that are forwarded at once
    #[arg(
        long,
        value_name = "N",
        requires = "forward",
        default_value_t = 64,
        value_parser = clap::value_parser!(u16).range(1..),
    )]
    concurrency: u16,
    /// Allow forwarding to other machines
    #[arg(long, requires = "forward")]
    allow_remote: bool,
}

/// The form of a forwarded item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A customer's message in the provider-neutral form, any other item as in `webhook parse --json`
    Inbound,
    /// The bytes of the item, as the provider posted it
    Raw,
}

impl ForwardArgs {
    /// Returns the destination. `None` without `--forward`.
    pub(super) fn build(&self, context: &Context) -> Result<Option<Forward>, Failure> {
        let Some(url) = &self.forward else { return Ok(None) };
        let target = Target {
            url: checked(url, "--forward", self.allow_remote)?,
            client: PostClient::new(self.forward_timeout),
            scheme: self.scheme(context)?,
            form: self.forward_as,
        };
        Ok(Some(Forward { target, retry: self.retry.clone(), concurrency: self.concurrency.into() }))
    }

    fn scheme(&self, context: &Context) -> Result<StandardWebhooks, Failure> {
        let secret: Secret = match &self.forward_secret_file {
            Some(path) => {
                let name = path.display();
                let text = String::from_utf8(input::read(path)?)
                    .map_err(|_| Failure::usage(format!("the secret in {name} is not UTF-8")))?;
                text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line)).into()
            }
            None => Settings::load(context)?.forward_secret()?.ok_or_else(|| {
                Failure::usage("--forward needs a secret to sign the items with")
                    .with_help("set INCS_FORWARD_SECRET, or name a file with --forward-secret-file")
            })?,
        };
        let unfit = |error: &dyn std::fmt::Display| {
            Failure::usage(format!("the secret for forwarding is unsuitable: {error}"))
                .with_help("use whsec_ and 24 to 64 random bytes in base64")
        };
        let secrets = Secrets::try_new(secret).map_err(|error| unfit(&error))?;
        StandardWebhooks::try_new(secrets).map_err(|error| unfit(&error))
    }
}

/// The destination of the items, and the schedule.
pub(super) struct Forward {
    target: Target,
    retry: Vec<Duration>,
    concurrency: usize,
}

impl Forward {
    /// Returns a relay that forwards the items of the store.
    pub(super) fn relay(self, store: &OpenStore) -> Relay {
        let Self { target, retry, concurrency } = self;
        let target = Arc::new(target);
        let (other, store_of_messages, store_of_others) = (Arc::clone(&target), store.clone(), store.clone());
        store
            .relay()
            .retry_schedule(retry)
            .concurrency(concurrency)
            .on_message(move |message, context| {
                let (target, store) = (Arc::clone(&target), store_of_messages.clone());
                async move { target.post(&store, Some(&message), &context).await }
            })
            .on_event(move |_, context| {
                let (target, store) = (Arc::clone(&other), store_of_others.clone());
                async move { target.post(&store, None, &context).await }
            })
            .build()
    }
}

struct Target {
    url: Uri,
    client: PostClient,
    scheme: StandardWebhooks,
    form: Form,
}

impl Target {
    /// Posts an item once. `message` is the customer's message in it.
    async fn post(
        &self,
        store: &OpenStore,
        message: Option<&Inbound>,
        context: &ItemContext,
    ) -> Result<(), HandlerError> {
        let body = match (self.form, message) {
            (Form::Raw, _) => context.item().raw().to_vec(),
            (Form::Inbound, Some(message)) => encode(message)?,
            (Form::Inbound, None) => {
                let document = on_one_line(&Document::of_item(context.item()));
                let document =
                    document.ok_or_else(|| HandlerError::dead_letter("the item cannot be written as JSON"))?;
                document.get().as_bytes().to_vec()
            }
        };
        let headers = self.headers(&body, &id(store, context).await?, context)?;
        let reply = self.client.post(&self.url, headers, body.into()).await;
        match reply.map(|reply| reply.status) {
            Ok(200..300) => Ok(()),
            Ok(410) => Err(HandlerError::dead_letter("the handler replied 410")),
            Ok(status) => Err(HandlerError::retry(format!("the handler replied {status}"))),
            Err(failure) => Err(HandlerError::retry(failure)),
        }
    }

    fn headers(&self, body: &[u8], id: &str, context: &ItemContext) -> Result<HeaderMap, HandlerError> {
        let proof = self.scheme.sign(&Draft::new(body, Timestamp::now()).with_id(id))?;
        let kind = context.item().kind().unwrap_or_else(|| "unknown".to_owned());
        let own = [
            ("incs-kind", kind),
            ("incs-item", context.id().to_string()),
            ("incs-attempt", context.attempt().to_string()),
        ];
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(connect::USER_AGENT));
        for (name, value) in proof.headers().iter().map(|(name, value)| (name.as_str(), value)) {
            headers.insert(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
        }
        for (name, value) in own {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value)?);
        }
        Ok(headers)
    }
}

/// Returns the deduplication key under which the item is stored. That of a replay is its own, so that the handler does not take it for
/// the first delivery of the item.
async fn id(store: &OpenStore, context: &ItemContext) -> Result<String, HandlerError> {
    if let (None, Some(key)) = (context.replay_of(), context.item().dedup_key()) {
        return Ok(key.to_string());
    }
    let filter = ItemFilter { id: Some(context.id()), limit: 1, ..ItemFilter::default() };
    let found = store.list(filter).await?;
    let item = found.first().ok_or_else(|| HandlerError::retry("the item was removed"))?;
    Ok(hex(&item.dedup_key))
}
