//! `GET /external/templates/{template_id}`.

use incs_model::template::whatsapp::Template;

crate::endpoints::templates::one::one_template! {
    /// Fetches one WhatsApp template (the route is inferred from that of RCS).
    GetTemplate of WhatsApp by GET as "get_whatsapp_template" gives Template, by |reply| reply.data();
}
