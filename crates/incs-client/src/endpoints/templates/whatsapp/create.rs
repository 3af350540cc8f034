//! `POST /external/templates`.

use incs_model::template::whatsapp::{NewTemplate, Template};

crate::endpoints::templates::creation::create_template! {
    /// Submits a WhatsApp template for review (INCS: WhatsApp templates). The reply can say `REJECTED` at once, although the call
    /// succeeded: look at its status.
    of WhatsApp as "create_whatsapp_template" gives Template, by |reply| reply.data();
}
