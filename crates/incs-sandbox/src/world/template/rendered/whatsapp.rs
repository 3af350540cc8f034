//! WhatsApp templates as the customer sees them.

use std::borrow::Cow;

use incs_model::template::whatsapp::{Button as Defined, Component, HeaderFormat, Template};
use incs_model::whatsapp::Template as Send;
use incs_model::whatsapp::template::{Component as Given, Parameter};

use super::super::text::filled;
use super::{Button, Header, Rendered};

/// What the customer sees of a WhatsApp template.
pub(crate) fn whatsapp(template: &Template, send: &Send) -> Rendered {
    let placeholders = template.placeholders();
    let template_id = Some(template.template_id.to_string());
    let mut rendered = Rendered { template_id, ..Rendered::default() };
    for component in &template.components {
        match component {
            Component::Header(header) => {
                let given = given(send, |one| matches!(one, Given::Header(_)));
                rendered.header = match header.format {
                    HeaderFormat::Text => header
                        .text
                        .as_deref()
                        .map(|text| Header::Text { text: fill(text, &placeholders.header, &texts(given)) }),
                    _ => given.first().and_then(medium),
                };
            }
            Component::Body(body) => {
                let mut values = texts(given(send, |one| matches!(one, Given::Body(_))));
                values.extend(code(send));
                rendered.body = Some(fill(&body.text, &placeholders.body, &values));
            }
            Component::Footer(footer) => rendered.footer = Some(footer.text.clone()),
            Component::Buttons(buttons) => {
                rendered.buttons =
                    buttons.buttons.iter().enumerate().filter_map(|(index, one)| button(one, index, send)).collect();
            }
            _ => {}
        }
    }
    rendered
}

fn button(button: &Defined, index: usize, send: &Send) -> Option<Button> {
    let is_it = |one: &Given| matches!(one, Given::Button(button) if button.index.parse() == Ok(index));
    let value = texts(given(send, is_it)).first().map(|&value| value.to_owned());
    let label = |text: &Option<String>, fixed: &str| text.clone().unwrap_or_else(|| fixed.to_owned());
    match button {
        Defined::QuickReply(reply) => {
            Some(Button::QuickReply { text: reply.text.clone(), payload: value.unwrap_or_else(|| reply.text.clone()) })
        }
        Defined::Url(link) => {
            let url = filled(&link.url, ("{{", "}}"), &|_| value.as_deref().map(Cow::Borrowed));
            Some(Button::Url { text: link.text.clone(), url, payload: None })
        }
        Defined::PhoneNumber(phone) => {
            Some(Button::Phone { text: phone.text.clone(), phone: phone.phone_number.clone(), payload: None })
        }
        Defined::CopyCode(copy) => {
            Some(Button::CopyCode { text: label(&copy.text, "Copy offer code"), code: value.unwrap_or_default() })
        }
        Defined::Otp(otp) => {
            let code = code(send).map(str::to_owned).or(value).unwrap_or_default();
            Some(Button::CopyCode { text: label(&otp.text, "Copy code"), code })
        }
        _ => None,
    }
}

/// The values of the first component that is meant.
fn given(send: &Send, is_it: impl Fn(&Given) -> bool) -> &[Parameter] {
    send.components.iter().find(|component| is_it(component)).map(Given::parameters).unwrap_or_default()
}

fn texts(parameters: &[Parameter]) -> Vec<&str> {
    let text = |parameter| match parameter {
        &Parameter::Text(ref text) | &Parameter::CouponCode(ref text) | &Parameter::Payload(ref text) => text.as_str(),
        _ => "",
    };
    parameters.iter().map(text).collect()
}

/// The one-time code of an authentication template: the only value of its body.
fn code(send: &Send) -> Option<&str> {
    send.code.as_ref().map(incs_model::Secret::expose)
}

fn medium(parameter: &Parameter) -> Option<Header> {
    match parameter {
        Parameter::Image(image) => Some(Header::Image { link: image.link.clone() }),
        Parameter::Video(video) => Some(Header::Video { link: video.link.clone() }),
        Parameter::Document(document) => Some(Header::Document { link: document.link.clone() }),
        _ => None,
    }
}

/// A text with the values in the order of its placeholders' names.
fn fill(text: &str, names: &[&str], values: &[&str]) -> String {
    let place = |name: &str| names.iter().position(|known| *known == name);
    filled(text, ("{{", "}}"), &|name| values.get(place(name)?).map(|&value| Cow::Borrowed(value)))
}
