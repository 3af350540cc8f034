//! What several tests need.

use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_sandbox::Sandbox;

/// A client of a sandbox.
pub(crate) fn client(sandbox: &Sandbox) -> Client {
    Client::builder(HyperTransport::new())
        .base_urls(&sandbox.base_url())
        .certification_code(sandbox.certification_code())
        .build()
        .unwrap()
}
