//! `GET /external/templates/rcs`.

use incs_model::template::rcs::Template;

crate::endpoints::templates::listing::list_templates! {
    /// Lists a page of the RCS templates, newest first (INCS: RCS templates; sampled only).
    of Rcs as "list_rcs_templates";
}
