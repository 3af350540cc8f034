//! Clients for tests.

use incs_client::testing::{ScriptedTransport, SkippingClock};
use incs_client::{Client, ClientBuilder};

use super::samples::CODE;

/// The settings of a client over a script, with a code for every channel.
pub(crate) fn builder(script: &ScriptedTransport, clock: &SkippingClock) -> ClientBuilder {
    Client::builder_with_clock(script.clone(), clock.clone()).certification_code(CODE)
}

/// A client over a script that does not wait.
pub(crate) fn scripted(script: &ScriptedTransport) -> Client {
    builder(script, &SkippingClock::new()).build().unwrap()
}
