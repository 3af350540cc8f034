//! `POST /external/messages/viber`.

use incs_model::viber;

super::send_endpoint! {
    /// Sends a Viber message (INCS: send Viber message).
    pub struct SendViber(viber::Message) on Viber as "send_viber_message" at "/external/messages/viber";
}
