//! WhatsApp templates (INCS: WhatsApp templates).
//!
//! Created by `POST /external/templates` and listed by `GET` of the same route. That
//! `/external/templates/{template_id}` gives one is inferred; how to edit or delete one, or to upload its sample media, is
//! **unknown**.
//!
//! `{{1}}` or `{{name}}` in a text or link is filled by the components of a send.

mod button;
mod check;
mod component;
mod definition;
mod example;
mod placeholders;

pub use self::button::{Button, CopyCode, Otp, OtpKind, PhoneNumberButton, QuickReply, UrlButton};
pub use self::component::{Body, Buttons, Component, Footer, Header, HeaderFormat};
pub use self::definition::{Category, NewTemplate, Quality, Status, Template};
pub use self::example::{BodyExample, ExampleValue};
pub use self::placeholders::Placeholders;
