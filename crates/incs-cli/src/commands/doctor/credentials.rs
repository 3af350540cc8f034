//! The checks of the credentials, by calls that change nothing.

use incs_facade::client::endpoint::Endpoint;
use incs_facade::client::endpoints::{messages, tasks, templates};
use incs_facade::client::{Client, Error, ErrorKind, RequestState};
use incs_facade::model::id::MessageId;
use incs_facade::model::status::StatusQuery;
use incs_facade::model::{Channel, task, template};

use super::hosts::Target;
use super::report::{Check, CheckKind, CredentialState};
use super::role_of;
use crate::exit::{Failure, help, sentence, token_error};
use crate::settings::Settings;

/// The id of the status query. No message has it.
const QUERIED_ID: &str = "incs-doctor";

/// The credentials that are set.
#[derive(Debug)]
pub(super) struct Credentials {
    has_code: bool,
    /// Channels with a code of their own.
    channels: Vec<Channel>,
    /// The setting of the bearer token.
    bearer: Option<&'static str>,
}

impl Credentials {
    pub(super) fn of(settings: &Settings) -> Result<Self, Failure> {
        let bearer = if settings.token()?.is_some() { Some("token") } else { settings.account()?.map(|_| "account") };
        Ok(Self {
            has_code: settings.certification_code()?.is_some(),
            channels: settings.channel_codes()?.into_iter().map(|(channel, _)| channel).collect(),
            bearer,
        })
    }

    /// Makes all checks, at the hosts that replied before.
    pub(super) async fn check(&self, client: &Client, targets: &[Target], replied: &[&str]) -> Vec<Check> {
        let ask = Ask { client, targets, replied };
        let mut checks = Vec::new();
        if self.has_code {
            checks.push(ask.status("certification_code", None).await);
            // A channel with a code of its own does not use this one.
            if let Some(channel) =
                [Channel::WhatsApp, Channel::Rcs].into_iter().find(|channel| !self.channels.contains(channel))
            {
                checks.push(ask.templates("certification_code", &channel).await);
            }
        } else {
            checks.push(self.no_code());
        }
        for channel in &self.channels {
            let name = setting_of(channel);
            checks.push(ask.status(name, Some(channel)).await);
            if *channel != Channel::Viber {
                checks.push(ask.templates(name, channel).await);
            }
        }
        checks.push(match self.bearer {
            Some(name) => ask.tasks(name).await,
            None => Check::skipped(CheckKind::Credential, "not set; only tasks need a token or an account")
                .of_credential("token", Some(CredentialState::Missing)),
        });
        checks
    }

    /// Returns the check without a code for all channels.
    fn no_code(&self) -> Check {
        let help = "set INCS_CERTIFICATION_CODE or INCS_CERTIFICATION_CODE_FILE, or name a profile that has a code with --profile";
        let check = if !self.channels.is_empty() {
            let names: Vec<_> = self.channels.iter().map(role_of).collect();
            Check::skipped(
                CheckKind::Credential,
                format!("not set; channels with their own code: {}", names.join(", ")),
            )
        } else if self.bearer.is_some() {
            Check::warning(CheckKind::Credential, "not set: messages and templates need it", help)
        } else {
            Check::failed(CheckKind::Credential, "not set", help)
        };
        check.of_credential("certification_code", Some(CredentialState::Missing))
    }
}

fn setting_of(channel: &Channel) -> &'static str {
    match channel {
        Channel::WhatsApp => "codes.whatsapp",
        Channel::Viber => "codes.viber",
        Channel::Rcs => "codes.rcs",
        _ => "codes",
    }
}

/// A client, and the hosts that it can ask.
struct Ask<'a> {
    client: &'a Client,
    targets: &'a [Target],
    replied: &'a [&'a str],
}

impl Ask<'_> {
    async fn status(&self, credential: &'static str, channel: Option<&Channel>) -> Check {
        let query = messages::GetStatus::new(StatusQuery::new([MessageId::from(QUERIED_ID)]));
        let query = match channel {
            Some(channel) => query.with_channel(channel.clone()),
            None => query,
        };
        self.call("chat", credential, query).await
    }

    async fn templates(&self, credential: &'static str, channel: &Channel) -> Check {
        let query = template::ListQuery::new().with_count(1);
        if *channel == Channel::Rcs {
            self.call("api", credential, templates::rcs::ListTemplates::new(query)).await
        } else {
            self.call("api", credential, templates::whatsapp::ListTemplates::new(query)).await
        }
    }

    async fn tasks(&self, credential: &'static str) -> Check {
        let query = task::ListQuery::new().with_page_size(1);
        self.call("api", credential, tasks::ListTasks::new(query)).await
    }

    /// Makes one call and judges the credential by its reply.
    async fn call<E: Endpoint>(&self, role: &'static str, credential: &'static str, endpoint: E) -> Check {
        let host = self.targets.iter().find(|target| target.role == role).map_or("", |target| &target.host);
        if !self.replied.contains(&role) {
            let check = Check::skipped(CheckKind::Credential, "the host did not reply");
            return check.of_credential(credential, None).at(role, host);
        }
        let (check, state) = match self.client.execute(endpoint).await {
            Ok(_) => (Check::ok(CheckKind::Credential, "accepted"), CredentialState::Accepted),
            Err(error) => judge(&error),
        };
        check.of_credential(credential, Some(state)).at(role, host)
    }
}

/// Judges a credential by the error of a call. Only the platform's own envelope is evidence: a gateway or a proxy may have written
/// any other reply.
fn judge(error: &Error) -> (Check, CredentialState) {
    let error = token_error(error).unwrap_or(error);
    // The envelope reports a success; only its data is not as documented.
    if error.request_state() == RequestState::Accepted {
        return (Check::ok(CheckKind::Credential, "accepted"), CredentialState::Accepted);
    }
    if let (ErrorKind::Authentication, Some(code)) = (error.kind(), error.code()) {
        let message = format!("refused with code {code}");
        return (Check::failed(CheckKind::Credential, message, help(error)), CredentialState::Refused);
    }
    let message = match (error.code(), error.http_status()) {
        (Some(code), _) => format!("inconclusive: the reply has code {code}"),
        (None, Some(status)) => format!("inconclusive: HTTP {}, and the body is not the platform's", status.as_u16()),
        (None, None) => format!("inconclusive: {}", sentence(error)),
    };
    let help = "the reply does not say whether the credential is valid; check the base URL, or try again later";
    (Check::warning(CheckKind::Credential, message, help), CredentialState::Inconclusive)
}
