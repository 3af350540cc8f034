//! `GET /external/templates/rcs/{template_id}`.

use incs_model::template::rcs::Template;

crate::endpoints::templates::one::one_template! {
    /// Fetches one RCS template (INCS: RCS templates). One that does not exist is refused with code 400.
    GetTemplate of Rcs by GET as "get_rcs_template" gives Template, by |reply| reply.data();
}
