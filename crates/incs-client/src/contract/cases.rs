//! The cases: each is a sentence that holds for every transport.

mod departure;
mod drops;
mod errors;
mod keep_alive;
mod limits;
mod once;
mod recall;
mod replies;
mod requests;
mod secrecy;
mod tls;
mod ways_to_fail;

use std::io;

use futures_util::future::BoxFuture;

use super::fault_server::Security;
use super::stage::Stage;

pub(super) struct Case {
    pub(super) name: &'static str,
    /// Where it makes sense, when not everywhere.
    only: Option<Security>,
    pub(super) check: for<'a> fn(&'a Stage<'a>) -> BoxFuture<'a, io::Result<()>>,
}

impl Case {
    pub(super) fn runs_on(&self, security: Security) -> bool {
        self.only.is_none_or(|only| only == security)
    }
}

pub(super) fn all() -> impl Iterator<Item = &'static Case> {
    [
        replies::CASES,
        requests::CASES,
        once::CASES,
        errors::CASES,
        departure::CASES,
        secrecy::CASES,
        limits::CASES,
        drops::CASES,
        recall::CASES,
        keep_alive::CASES,
        tls::CASES,
    ]
    .into_iter()
    .flatten()
}

/// Lists functions as cases by their own names.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => { $crate::contract::cases::cases!(None; $($name),+); };
    ($only:expr; $($name:ident),+ $(,)?) => {
        pub(super) const CASES: &[$crate::contract::cases::Case] = &[$(
            $crate::contract::cases::Case {
                name: stringify!($name),
                only: $only,
                check: |stage| Box::pin($name(stage)),
            }
        ),+];
    };
}
use cases;
