//! The options that select the senders whose deliveries are accepted, for `webhook listen` and `inbox serve`.

use clap::Args;
use incs_facade::webhook::scheme::{Scheme, SharedSecret};
use incs_facade::webhook::{Limits, Receiver};

use super::parse::{AcceptAll, ProviderName};
use super::scheme::{Name, SchemeArgs};
use crate::exit::Failure;
use crate::output::Context;

/// The senders whose deliveries are accepted.
#[derive(Debug, Args)]
pub(crate) struct ReceiverArgs {
    #[command(flatten)]
    scheme: SchemeArgs,
    /// Accept unverified deliveries
    #[arg(long, conflicts_with_all = ["scheme", "secret_file"])]
    insecure: bool,
    /// Provider that posts the deliveries
    #[arg(long, value_name = "PROVIDER", default_value = "auto")]
    provider: ProviderName,
    /// Accept deliveries whose content type is not JSON
    #[arg(long)]
    any_content_type: bool,
}

impl ReceiverArgs {
    /// Builds the receiver, and returns it with the name of its scheme. `None` without verification.
    pub(crate) fn build(&self, context: &Context) -> Result<(Receiver, Option<Name>), Failure> {
        let (scheme, name) = self.scheme(context)?;
        let mut limits = Limits::DEFAULT;
        if self.any_content_type || self.insecure {
            limits = limits.with_any_content_type();
        }
        let mut receiver = Receiver::new(scheme).with_limits(limits);
        if let Some(provider) = self.provider.provider() {
            receiver = receiver.with_provider(provider);
        }
        Ok((receiver, name))
    }

    /// Reports whether a shared secret is expected in the path.
    pub(crate) fn is_in_path(&self) -> bool {
        self.scheme.is_in_path()
    }

    /// Returns the scheme: the one of `--scheme`, or a secret in the path if one is set.
    fn scheme(&self, context: &Context) -> Result<(Box<dyn Scheme>, Option<Name>), Failure> {
        if self.insecure {
            return Ok((Box::new(AcceptAll), None));
        }
        if let Some(scheme) = self.scheme.build(context)? {
            return Ok((scheme, self.scheme.scheme));
        }
        let secrets = self.scheme.secrets(context)?.ok_or_else(|| {
            Failure::usage("no scheme and no webhook secret is set").with_help(
                "set INCS_WEBHOOK_SECRET for a secret in the path, or accept unverified deliveries with --insecure",
            )
        })?;
        Ok((Box::new(SharedSecret::in_path(secrets)), Some(Name::SharedSecret)))
    }
}
