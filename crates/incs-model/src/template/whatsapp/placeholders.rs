//! What a WhatsApp template leaves open in its texts.

use super::button::Button;
use super::component::{Component, Header, HeaderFormat};
use super::definition::Template;
use crate::template::placeholder;

/// The placeholders in the texts of a WhatsApp template: `1` for `{{1}}`, `first_name` for `{{first_name}}`. Each stands once
/// in its part; numbers in order, names in the order of their first use.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Placeholders<'a> {
    /// In the header text.
    pub header: Vec<&'a str>,
    /// In the body.
    pub body: Vec<&'a str>,
    /// In the links of buttons, each with the button's position.
    pub buttons: Vec<(usize, &'a str)>,
}

impl Placeholders<'_> {
    /// Whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.header.is_empty() && self.body.is_empty() && self.buttons.is_empty()
    }
}

impl Template {
    /// The placeholders in header text, body and links of buttons. Media and coupon codes that a send must give are not among
    /// them; [`check_send`](Self::check_send) knows them too.
    pub fn placeholders(&self) -> Placeholders<'_> {
        let buttons = self.buttons().iter().enumerate();
        Placeholders {
            header: self.header().map(header_names).unwrap_or_default(),
            body: self.body_names(),
            buttons: buttons
                .flat_map(|(index, button)| button_names(button).into_iter().map(move |n| (index, n)))
                .collect(),
        }
    }

    pub(super) fn header(&self) -> Option<&Header> {
        self.components.iter().find_map(|component| match component {
            Component::Header(header) => Some(header),
            _ => None,
        })
    }

    pub(super) fn body_names(&self) -> Vec<&str> {
        let body = self.components.iter().find_map(|component| match component {
            Component::Body(body) => Some(&body.text),
            _ => None,
        });
        body.map(|text| names(text)).unwrap_or_default()
    }

    pub(super) fn buttons(&self) -> &[Button] {
        let buttons = self.components.iter().find_map(|component| match component {
            Component::Buttons(buttons) => Some(&*buttons.buttons),
            _ => None,
        });
        buttons.unwrap_or_default()
    }
}

pub(super) fn header_names(header: &Header) -> Vec<&str> {
    match (&header.format, &header.text) {
        (HeaderFormat::Text, Some(text)) => names(text),
        _ => Vec::new(),
    }
}

pub(super) fn button_names(button: &Button) -> Vec<&str> {
    match button {
        Button::Url(button) => names(&button.url),
        _ => Vec::new(),
    }
}

fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for name in placeholder::names(text, "{{", "}}") {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // A send gives numbered values in the order of the numbers. The sort is stable: names keep their places.
    names.sort_by_key(|name| name.parse::<u32>().unwrap_or_default());
    names
}
