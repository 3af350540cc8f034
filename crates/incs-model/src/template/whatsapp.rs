//! WhatsApp templates (INCS: WhatsApp templates).
//!
//! Created by `POST /external/templates` and listed by `GET` of the same route. That
//! `/external/templates/{template_id}` gives one is inferred; how to edit or delete one, or to upload its sample media, is
//! **unknown**.
//!
//! `{{1}}` or `{{name}}` in a text or link is filled by the components of a send.

mod check;
mod component;
mod definition;

pub use self::check::Placeholders;
pub use self::component::{
    Body, BodyExample, Button, Buttons, Component, CopyCode, ExampleValue, Footer, Header, HeaderFormat, Otp, OtpKind,
    PhoneNumberButton, QuickReply, UrlButton,
};
pub use self::definition::{Category, NewTemplate, Quality, Status, Template};
