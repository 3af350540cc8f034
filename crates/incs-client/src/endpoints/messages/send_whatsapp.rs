//! `POST /external/messages/whatsapp`.

use incs_model::whatsapp;

super::send_endpoint! {
    /// Sends a WhatsApp message (INCS: send WhatsApp message). Other than templates they are taken only within 24 hours after
    /// the customer wrote.
    pub struct SendWhatsApp(whatsapp::Message) on WhatsApp as "send_whatsapp_message" at "/external/messages/whatsapp";
}
