//! `GET /external/templates`.

use incs_model::template::whatsapp::Template;

crate::endpoints::templates::listing::list_templates! {
    /// Lists a page of the WhatsApp templates, newest first (INCS: WhatsApp templates; sampled only). The route itself is inferred.
    of WhatsApp as "list_whatsapp_templates";
}
