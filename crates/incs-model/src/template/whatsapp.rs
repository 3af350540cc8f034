//! WhatsApp templates (INCS: WhatsApp templates).
//!
//! Created by `POST /external/templates` and listed by `GET` of the same route. That
//! `/external/templates/{template_id}` returns one is inferred; the routes to edit or delete one, or to upload its sample
//! media, are **unknown**.
//!
//! The components of a send fill `{{1}}` or, with [`ParameterFormat::Named`], `{{first_name}}` in a text or link.

mod check;
mod component;
mod definition;

pub use self::check::{Placeholders, placeholder_names};
pub use self::component::{
    AppButton, Body, BodyExample, Button, Buttons, Card, CardComponent, Carousel, CatalogButton, Component, CopyCode,
    FlowButton, Footer, Header, HeaderExample, HeaderFormat, LimitedTimeOffer, MultiProductButton, NamedExample, Offer,
    Otp, OtpKind, PhoneNumberButton, QuickReply, RequestContactInfoButton, SingleProductButton, UrlButton,
    VoiceCallButton,
};
pub use self::definition::{Category, NewTemplate, ParameterFormat, Quality, Status, Template};
