//! `POST /external/messages/rcs`.

use incs_model::rcs;

super::send_endpoint! {
    /// Sends an RCS message (INCS: send RCS message). Other than templates they are taken only within 24 hours after the customer
    /// wrote.
    ///
    /// The pages show this route under both hosts; this library takes that of [`Host::Chat`](crate::endpoint::Host::Chat).
    pub struct SendRcs(rcs::Message) on Rcs as "send_rcs_message" at "/external/messages/rcs";
}
