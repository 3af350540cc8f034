//! What a call about one template of either channel has in common.

use std::fmt::Write as _;

use incs_model::id::TemplateId;

use crate::endpoint::segment;

/// The path of one template.
pub(super) fn path_of(path: &str, id: &TemplateId) -> String {
    let mut path = path.to_owned();
    // A `String` takes any text.
    let _ = write!(path, "/{}", segment(id.as_str()));
    path
}

/// Declares a call about one template.
macro_rules! one_template {
    (
        $(#[$meta:meta])*
        $name:ident of $channel:ident by $method:ident as $operation:literal gives $reply:ty, by $decode:expr;
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            /// The template.
            pub id: incs_model::id::TemplateId,
        }

        impl $name {
            /// Names the template.
            pub fn new(id: impl Into<incs_model::id::TemplateId>) -> Self {
                Self { id: id.into() }
            }
        }

        impl crate::endpoint::Endpoint for $name {
            type Reply = $reply;

            fn operation(&self) -> &'static str {
                $operation
            }

            fn method(&self) -> http::Method {
                http::Method::$method
            }

            fn path(&self) -> std::borrow::Cow<'static, str> {
                crate::endpoints::templates::one::path_of(super::PATH, &self.id).into()
            }

            fn channel(&self) -> Option<incs_model::Channel> {
                Some(incs_model::Channel::$channel)
            }

            fn decode(
                &self,
                reply: &incs_model::envelope::Frame<'_>,
            ) -> Result<$reply, incs_model::DecodeError> {
                let decode: fn(&incs_model::envelope::Frame<'_>) -> _ = $decode;
                decode(reply)
            }
        }
    };
}
pub(super) use one_template;
