//! What creating a template of either channel has in common.

/// Declares the creation of a template.
macro_rules! create_template {
    (
        $(#[$meta:meta])*
        of $channel:ident as $operation:literal gives $reply:ty, by $decode:expr;
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct CreateTemplate {
            /// The template.
            pub template: NewTemplate,
        }

        impl CreateTemplate {
            /// Submits this template.
            pub fn new(template: NewTemplate) -> Self {
                Self { template }
            }
        }

        impl crate::endpoint::Endpoint for CreateTemplate {
            type Reply = $reply;

            fn operation(&self) -> &'static str {
                $operation
            }

            fn method(&self) -> http::Method {
                http::Method::POST
            }

            fn path(&self) -> std::borrow::Cow<'static, str> {
                super::PATH.into()
            }

            fn channel(&self) -> Option<incs_model::Channel> {
                Some(incs_model::Channel::$channel)
            }

            fn validate(&self) -> Result<(), incs_model::Report> {
                incs_model::validate(&self.template)
            }

            fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
                incs_model::encode(&self.template).map(Some)
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
pub(super) use create_template;
