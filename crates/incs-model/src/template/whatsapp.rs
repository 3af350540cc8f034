//! WhatsApp templates (INCS: WhatsApp templates).
//!
//! Created by `POST /external/templates` and listed by `GET` of the same route. That
//! `/external/templates/{template_id}` gives one is inferred; how to edit or delete one, or to upload its sample media, is
//! **unknown**.
//!
//! `{{1}}` or, with [`ParameterFormat::Named`], `{{first_name}}` in a text or link is filled by the components of a send.

mod check;
mod component;
mod definition;

pub use self::check::Placeholders;
pub use self::component::{
    AppButton, Body, BodyExample, Button, Buttons, Card, CardComponent, Carousel, CatalogButton, Component, CopyCode,
    ExampleValue, FlowButton, Footer, Header, HeaderExample, HeaderFormat, LimitedTimeOffer, MultiProductButton,
    NamedExample, Offer, Otp, OtpKind, PhoneNumberButton, QuickReply, RequestContactInfoButton, SingleProductButton,
    UrlButton, VoiceCallButton,
};
pub use self::definition::{Category, NewTemplate, ParameterFormat, Quality, Status, Template};
