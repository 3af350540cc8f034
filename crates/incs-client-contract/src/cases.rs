//! The cases: each name is a rule that every transport follows.

mod exchange;
mod failures;
mod limits;
mod once;

use std::io;

use futures_util::future::BoxFuture;

use crate::fault_server::Security;
use crate::stage::Stage;

type Check = for<'a> fn(&'a Stage<'a>) -> BoxFuture<'a, io::Result<()>>;

pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Set for a case that applies only to plain HTTP or only to TLS.
    only: Option<Security>,
    pub(crate) check: Check,
}

impl Case {
    const fn new(name: &'static str, check: Check) -> Self {
        Self { name, only: None, check }
    }

    const fn tls_only(name: &'static str, check: Check) -> Self {
        Self { name, only: Some(Security::Tls), check }
    }

    pub(crate) fn runs_on(&self, security: Security) -> bool {
        self.only.is_none_or(|only| only == security)
    }
}

/// All cases, in the order in which they run and their violations are listed.
pub(crate) const ALL: &[Case] = &[
    Case::new("any_status_is_a_reply", |stage| Box::pin(exchange::any_status_is_a_reply(stage))),
    Case::new("reply_arrives_unchanged", |stage| Box::pin(exchange::reply_arrives_unchanged(stage))),
    Case::new("no_redirect_is_followed", |stage| Box::pin(exchange::no_redirect_is_followed(stage))),
    Case::new("concurrent_calls_get_own_replies", |stage| Box::pin(exchange::concurrent_calls_get_own_replies(stage))),
    Case::new("request_is_sent_unchanged", |stage| Box::pin(exchange::request_is_sent_unchanged(stage))),
    Case::new("odd_target_is_unchanged_or_refused", |stage| {
        Box::pin(exchange::odd_target_is_unchanged_or_refused(stage))
    }),
    Case::new("no_body_is_invented", |stage| Box::pin(exchange::no_body_is_invented(stage))),
    Case::new("unsendable_request_is_an_error", |stage| Box::pin(exchange::unsendable_request_is_an_error(stage))),
    Case::new("nothing_is_sent_twice", |stage| Box::pin(once::nothing_is_sent_twice(stage))),
    Case::new("nothing_is_resent_on_reused_connection", |stage| {
        Box::pin(once::nothing_is_resent_on_reused_connection(stage))
    }),
    Case::new("refused_connection_is_reported", |stage| Box::pin(failures::refused_connection_is_reported(stage))),
    Case::new("interrupted_exchange_is_reported", |stage| Box::pin(failures::interrupted_exchange_is_reported(stage))),
    Case::new("endless_headers_are_limited", |stage| Box::pin(failures::endless_headers_are_limited(stage))),
    Case::new("claim_of_not_sent_is_true", |stage| Box::pin(failures::claim_of_not_sent_is_true(stage))),
    Case::new("reply_proves_the_request_was_sent", |stage| {
        Box::pin(failures::reply_proves_the_request_was_sent(stage))
    }),
    Case::new("errors_show_no_request_or_reply", |stage| Box::pin(failures::errors_show_no_request_or_reply(stage))),
    Case::new("reply_at_limit_passes", |stage| Box::pin(limits::reply_at_limit_passes(stage))),
    Case::new("reply_past_limit_is_not_read", |stage| Box::pin(limits::reply_past_limit_is_not_read(stage))),
    Case::new("default_limit_applies_without_call_info", |stage| {
        Box::pin(limits::default_limit_applies_without_call_info(stage))
    }),
    Case::new("dropping_the_future_ends_the_exchange", |stage| {
        Box::pin(once::dropping_the_future_ends_the_exchange(stage))
    }),
    Case::new("revoked_request_is_not_sent", |stage| Box::pin(once::revoked_request_is_not_sent(stage))),
    Case::new("closed_idle_connection_is_harmless", |stage| Box::pin(once::closed_idle_connection_is_harmless(stage))),
    Case::new("stray_bytes_are_no_reply", |stage| Box::pin(once::stray_bytes_are_no_reply(stage))),
    Case::tls_only("untrusted_certificate_stops_the_request", |stage| {
        Box::pin(failures::untrusted_certificate_stops_the_request(stage))
    }),
];
