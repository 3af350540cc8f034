//! The cases: each is a sentence that holds for every transport.

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
    /// Set for a case that makes sense over plain HTTP or TLS only.
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
    Case::new("a_reply_arrives_as_it_was_sent", |stage| Box::pin(exchange::a_reply_arrives_as_it_was_sent(stage))),
    Case::new("no_redirect_is_followed", |stage| Box::pin(exchange::no_redirect_is_followed(stage))),
    Case::new("calls_at_once_get_their_own_replies", |stage| {
        Box::pin(exchange::calls_at_once_get_their_own_replies(stage))
    }),
    Case::new("a_request_goes_out_as_it_was_given", |stage| {
        Box::pin(exchange::a_request_goes_out_as_it_was_given(stage))
    }),
    Case::new("an_odd_target_goes_out_as_it_was_given_or_not_at_all", |stage| {
        Box::pin(exchange::an_odd_target_goes_out_as_it_was_given_or_not_at_all(stage))
    }),
    Case::new("no_body_is_invented", |stage| Box::pin(exchange::no_body_is_invented(stage))),
    Case::new("a_request_that_cannot_go_out_is_an_error", |stage| {
        Box::pin(exchange::a_request_that_cannot_go_out_is_an_error(stage))
    }),
    Case::new("nothing_is_sent_twice", |stage| Box::pin(once::nothing_is_sent_twice(stage))),
    Case::new("nothing_is_sent_twice_on_a_used_connection", |stage| {
        Box::pin(once::nothing_is_sent_twice_on_a_used_connection(stage))
    }),
    Case::new("a_refused_connection_is_told_as_one", |stage| {
        Box::pin(failures::a_refused_connection_is_told_as_one(stage))
    }),
    Case::new("an_exchange_that_broke_off_is_told_as_one", |stage| {
        Box::pin(failures::an_exchange_that_broke_off_is_told_as_one(stage))
    }),
    Case::new("headers_without_end_end_somewhere", |stage| {
        Box::pin(failures::headers_without_end_end_somewhere(stage))
    }),
    Case::new("nothing_left_is_said_only_when_it_is_true", |stage| {
        Box::pin(failures::nothing_left_is_said_only_when_it_is_true(stage))
    }),
    Case::new("a_reply_tells_that_the_request_left", |stage| {
        Box::pin(failures::a_reply_tells_that_the_request_left(stage))
    }),
    Case::new("no_error_shows_the_request_or_the_reply", |stage| {
        Box::pin(failures::no_error_shows_the_request_or_the_reply(stage))
    }),
    Case::new("a_reply_of_just_the_limit_passes", |stage| Box::pin(limits::a_reply_of_just_the_limit_passes(stage))),
    Case::new("a_reply_past_the_limit_is_not_read_on", |stage| {
        Box::pin(limits::a_reply_past_the_limit_is_not_read_on(stage))
    }),
    Case::new("a_request_without_call_info_has_a_limit_too", |stage| {
        Box::pin(limits::a_request_without_call_info_has_a_limit_too(stage))
    }),
    Case::new("dropping_the_future_ends_the_exchange", |stage| {
        Box::pin(once::dropping_the_future_ends_the_exchange(stage))
    }),
    Case::new("a_recalled_request_does_not_leave", |stage| Box::pin(once::a_recalled_request_does_not_leave(stage))),
    Case::new("a_connection_closed_while_idle_loses_and_doubles_nothing", |stage| {
        Box::pin(once::a_connection_closed_while_idle_loses_and_doubles_nothing(stage))
    }),
    Case::new("stray_bytes_are_no_reply", |stage| Box::pin(once::stray_bytes_are_no_reply(stage))),
    Case::tls_only("a_certificate_that_is_not_trusted_stops_the_request", |stage| {
        Box::pin(failures::a_certificate_that_is_not_trusted_stops_the_request(stage))
    }),
];
