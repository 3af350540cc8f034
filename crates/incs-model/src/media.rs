//! Files behind links.

/// Declares a medium that is sent by link, with its kinds of file.
macro_rules! linked_file {
    ($( $(#[$meta:meta])* $name:ident: $kinds:path, $rule:path; )+) => {$(
        $crate::record::record! {
            $(#[$meta])*
            pub struct $name {
                /// A public http or https link. Its server is asked for the file when the message is sent.
                #[cfg_attr(feature = "schema", schemars(transform = $crate::schema::shape::FileLink($kinds)))]
                pub link: String,
            }
        }

        impl $crate::validate::Validate for $name {
            fn check(&self, at: &$crate::validate::At<'_>, found: &mut $crate::validate::Violations) {
                found.file_link(&at.key("link"), &self.link, &$rule);
            }
        }
    )+};
}
pub(crate) use linked_file;
