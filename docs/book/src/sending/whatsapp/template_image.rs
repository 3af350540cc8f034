//! Template with a picture.
//!
//! An announcement with a picture of its own for each send. The header of the template takes the image; the text and the
//! buttons are those of the template, so the send does not repeat them.

use incs_model::PhoneNumber;
use incs_model::whatsapp::template::{Component, Parameter};
use incs_model::whatsapp::{Image, Message, Template};

/// Announces the spring collection.
pub fn template_image(to: PhoneNumber) -> Message {
    let banner = Image::new("https://media.example.com/pics/spring.png");
    let template = Template::new("spring_banner_1").with_components([Component::header(Parameter::Image(banner))]);
    Message::new(to, template)
}
