//! `DELETE /external/templates/rcs/{template_id}`.

crate::endpoints::templates::one::one_template! {
    /// Deletes one RCS template (INCS: RCS templates). What the reply holds beyond success is **unknown**, and not read.
    ///
    /// When the reply to a deletion was lost and it is made again, the platform may answer that there is no such template.
    DeleteTemplate of Rcs by DELETE as "delete_rcs_template" gives (), by |_| Ok(());
}
