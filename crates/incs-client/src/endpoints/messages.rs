//! Sending messages, and asking what became of them.

mod send_any;
mod send_rcs;
mod send_viber;
mod send_whatsapp;
mod status;

pub use self::send_any::SendMessage;
pub use self::send_rcs::SendRcs;
pub use self::send_viber::SendViber;
pub use self::send_whatsapp::SendWhatsApp;
pub use self::status::GetStatus;

/// Declares the send of a channel.
macro_rules! send_endpoint {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($message:ty) on $channel:ident as $operation:literal at $path:literal;
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            /// The message.
            pub message: $message,
        }

        impl $name {
            /// The name of the call.
            pub const OPERATION: &'static str = $operation;

            /// The path of the route.
            pub const PATH: &'static str = $path;

            /// Sends this message.
            pub fn new(message: $message) -> Self {
                Self { message }
            }
        }

        impl $crate::endpoint::Endpoint for $name {
            type Reply = incs_model::Sent;

            fn operation(&self) -> &'static str {
                Self::OPERATION
            }

            fn method(&self) -> http::Method {
                http::Method::POST
            }

            fn host(&self) -> $crate::endpoint::Host {
                $crate::endpoint::Host::Chat
            }

            fn path(&self) -> std::borrow::Cow<'static, str> {
                Self::PATH.into()
            }

            fn channel(&self) -> Option<incs_model::Channel> {
                Some(incs_model::Channel::$channel)
            }

            fn recipient(&self) -> Option<&incs_model::PhoneNumber> {
                Some(&self.message.to)
            }

            fn validate(&self) -> Result<(), incs_model::Report> {
                incs_model::validate(&self.message)
            }

            fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
                incs_model::encode(&self.message).map(Some)
            }

            fn decode(
                &self,
                reply: &incs_model::envelope::Frame<'_>,
            ) -> Result<incs_model::Sent, incs_model::DecodeError> {
                reply.data()
            }
        }
    };
}
use send_endpoint;
