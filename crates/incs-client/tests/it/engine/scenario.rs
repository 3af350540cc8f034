//! A call against a script, and what comes of it.

use std::time::{Duration, SystemTime};

use incs_client::endpoints::messages::GetStatus;
use incs_client::retry::RetryPolicy;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::{Error, ErrorKind, RequestState, RetryAdvice};
use incs_model::envelope::{Code, Envelope};
use incs_model::status::StatusQuery;

use crate::support::discreet::assert_error_discreet;
use crate::support::{builder, samples};

/// The time limit of one attempt, in seconds.
pub(super) const ATTEMPT: u64 = 10;

pub(super) const WHENEVER: RetryAdvice = RetryAdvice::Later { after: None };

pub(super) const fn after(seconds: u64) -> RetryAdvice {
    RetryAdvice::Later { after: Some(Duration::from_secs(seconds)) }
}

/// The start of the wall clock in all scenarios: Wed, 21 Oct 2026 07:28:00 GMT.
pub(super) fn beginning() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_mins(29_876_128)
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    /// A message: never to be made twice.
    Send,
    /// The state of a message.
    Read,
    /// A template: twice is as good as once, yet it does something.
    Delete,
}

/// The result of a call.
#[derive(Debug, PartialEq)]
pub(super) enum End {
    Success,
    FailedAttempt(ErrorKind, RequestState, RetryAdvice),
}

/// A call, what it meets, how many attempts there are and for how many seconds is waited, and what comes of it.
pub(super) type Scenario = (&'static str, Call, ScriptedTransport, u32, &'static [u64], End);

pub(super) fn script() -> ScriptedTransport {
    ScriptedTransport::new()
}

/// A script with one more reply: a failure of the platform under a status.
pub(super) fn failing(script: ScriptedTransport, status: u16, code: Code) -> ScriptedTransport {
    script.reply_json(status, &Envelope::failure(code, "(#131026) 85251230088 is unreachable"))
}

/// Three attempts in 90 seconds, and no wait unless the reply asks for one.
pub(super) fn policy() -> RetryPolicy {
    RetryPolicy::new().with_base_delay(Duration::ZERO)
}

impl Call {
    pub(super) fn succeed(self, script: ScriptedTransport) -> ScriptedTransport {
        match self {
            Self::Send => script.success(&samples::sent()),
            Self::Read => script.success(&serde_json::json!({ "data": [] })),
            Self::Delete => script.success(&serde_json::json!({})),
        }
    }

    async fn make(self, client: &incs_client::Client) -> Result<(), Error> {
        match self {
            Self::Send => client.messages().send(samples::message()).await.map(drop),
            Self::Read => client.execute(GetStatus::new(StatusQuery::new([samples::SENT_ID]))).await.map(drop),
            Self::Delete => client.templates().rcs().delete("2217").await,
        }
    }
}

pub(super) async fn check_with<const N: usize>(policy: &RetryPolicy, table: [Scenario; N]) {
    for (name, call, script, attempts, slept, end) in table {
        let clock = AutoAdvanceClock::starting_at(beginning());
        let client = builder(&script, &clock).retry(policy.clone()).attempt_timeout(Duration::from_secs(ATTEMPT));
        let result = call.make(&client.build().unwrap()).await;
        let found = match &result {
            Ok(()) => End::Success,
            Err(error) => {
                assert_error_discreet(error);
                assert_eq!(error.attempts(), attempts, "{name}");
                End::FailedAttempt(error.kind(), error.request_state(), error.retry_advice())
            }
        };
        assert_eq!(found, end, "{name}: {result:?}");
        assert_eq!(script.requests().len(), attempts as usize, "{name}");
        assert!(script.is_finished(), "{name}");
        let slept: Vec<_> = slept.iter().copied().map(Duration::from_secs).collect();
        assert_eq!(clock.slept(), slept, "{name}");
    }
}

pub(super) async fn check<const N: usize>(table: [Scenario; N]) {
    check_with(&policy(), table).await;
}
