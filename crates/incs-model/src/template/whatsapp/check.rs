//! What a WhatsApp template leaves open, and whether a send fits it.

use super::component::{self, Button, Header, HeaderFormat};
use super::definition::{Category, Template};
use crate::limits::template as limits;
use crate::template::placeholders;
use crate::validate::{At, Measured, Report, Violations};
use crate::whatsapp;
use crate::whatsapp::template::{ButtonKind, Component, Parameter};

/// What a part of a template wants from a send.
enum Wants {
    /// Nothing; a value is one too many.
    Nothing,
    /// Nobody can tell.
    Anything,
    /// So many values of a kind.
    Values(usize, &'static str),
}

impl Template {
    /// Compares a send with this definition: the name, and for header, body and each button the number and kind of the values.
    ///
    /// The pointers are those of the message that holds the send: `/template/components/0/parameters/2`. For a whole component
    /// that is missing it is `/template/components`. Parts and values of unknown kinds pass. What a medium, button or coupon
    /// code asks for is inferred from Meta's API. An authentication template whose send has a `code` passes.
    ///
    /// ```
    /// use incs_model::template::whatsapp::{Category, Component, Template, Status};
    /// use incs_model::whatsapp::template::{self, Parameter};
    ///
    /// let definition = Template::new("1", "note", "en_US", Category::Utility, Status::Approved)
    ///     .with_components([Component::body("Hello {{1}}, your balance is {{2}}.")]);
    /// let send = template::Template::new("note").with_components([template::Component::body([Parameter::text("Ms Tan")])]);
    /// let report = definition.check_send(&send).unwrap_err();
    /// assert_eq!(report.violations()[0].pointer(), "/template/components/0/parameters/1");
    /// assert_eq!(report.violations()[0].rule().id(), "template.whatsapp.parameters.missing");
    /// ```
    ///
    /// # Errors
    ///
    /// A report of all that does not fit.
    pub fn check_send(&self, send: &whatsapp::Template) -> Result<(), Report> {
        let mut found = Violations::new();
        let root = At::root();
        let at = root.key("template");
        if send.name != self.name {
            found.add(&at.key("name"), &limits::NAME_MISMATCH, Measured::Nothing);
        }
        if self.category != Category::Authentication || send.code.is_none() {
            let check = Check { template: self, found: &mut found, header: false, body: false, buttons: Vec::new() };
            check.run(&send.components, &at.key("components"));
        }
        found.into_result()
    }

    fn header_wants(&self) -> Wants {
        let Some(header) = self.header() else { return Wants::Nothing };
        match header.format {
            HeaderFormat::Text => Wants::values(header_names(header).len(), "text"),
            HeaderFormat::Image => Wants::Values(1, "image"),
            HeaderFormat::Video => Wants::Values(1, "video"),
            HeaderFormat::Document => Wants::Values(1, "document"),
            HeaderFormat::Location => Wants::Values(1, "location"),
            HeaderFormat::Product | HeaderFormat::Unknown(_) => Wants::Anything,
        }
    }

    fn body_wants(&self) -> Wants {
        Wants::values(self.body_names().len(), "text")
    }
}

impl Wants {
    fn values(count: usize, kind: &'static str) -> Self {
        if count == 0 { Self::Nothing } else { Self::Values(count, kind) }
    }

    fn of_button(button: &Button) -> Self {
        match button {
            Button::Url(_) => Self::values(button_names(button).len(), "text"),
            Button::CopyCode(_) => Self::Values(1, "coupon_code"),
            Button::PhoneNumber(_) => Self::Nothing,
            Button::QuickReply(_)
            | Button::Otp(_)
            | Button::Flow(_)
            | Button::Catalog(_)
            | Button::MultiProduct(_)
            | Button::SingleProduct(_)
            | Button::VoiceCall(_)
            | Button::App(_)
            | Button::RequestContactInfo(_)
            | Button::Unknown(_) => Self::Anything,
        }
    }
}

/// One comparison, and the parts that the send has had so far.
struct Check<'a> {
    template: &'a Template,
    found: &'a mut Violations,
    header: bool,
    body: bool,
    buttons: Vec<usize>,
}

impl Check<'_> {
    fn run(mut self, components: &[Component], at: &At<'_>) {
        for (index, component) in components.iter().enumerate() {
            let here = at.index(index);
            match component {
                Component::Header(header) => {
                    let wants = once(&mut self.header, self.template.header_wants());
                    self.part(&wants, &header.parameters, &here);
                }
                // A body without values does no harm to a template without placeholders.
                Component::Body(body)
                    if body.parameters.is_empty() && !self.body && self.template.body_names().is_empty() =>
                {
                    self.body = true;
                }
                Component::Body(body) => {
                    let wants = once(&mut self.body, self.template.body_wants());
                    self.part(&wants, &body.parameters, &here);
                }
                Component::Button(button) => self.button(button, &here),
                Component::Unknown(_) => {}
            }
        }
        if !self.header {
            self.absent(&self.template.header_wants(), "header", at);
        }
        if !self.body {
            self.absent(&self.template.body_wants(), "body", at);
        }
        for (index, button) in self.template.buttons().iter().enumerate() {
            if !self.buttons.contains(&index) {
                self.absent(&Wants::of_button(button), "button", at);
            }
        }
    }

    fn button(&mut self, button: &whatsapp::template::Button, at: &At<'_>) {
        let defined =
            button.index.parse().ok().and_then(|index: usize| Some((index, self.template.buttons().get(index)?)));
        let Some((index, defined)) = defined else {
            self.found.add(&at.key("index"), &limits::WHATSAPP_COMPONENT_SURPLUS, Measured::Nothing);
            return;
        };
        let expected = match defined {
            Button::Url(_) => Some(ButtonKind::Url),
            Button::CopyCode(_) => Some(ButtonKind::CopyCode),
            Button::QuickReply(_) => Some(ButtonKind::QuickReply),
            _ => None,
        };
        // Meta writes these words in lower case, the sample of INCS in upper case.
        let fits = |kind: &ButtonKind| kind.as_str().eq_ignore_ascii_case(button.sub_type.as_str());
        if expected.is_some_and(|kind| !fits(&kind)) {
            self.found.add(&at.key("sub_type"), &limits::WHATSAPP_PARAMETERS_KIND, Measured::Nothing);
        }
        let wants = if self.buttons.contains(&index) { Wants::Nothing } else { Wants::of_button(defined) };
        self.buttons.push(index);
        self.part(&wants, &button.parameters, at);
    }

    /// A component of the send, against what its part of the template wants.
    fn part(&mut self, wants: &Wants, given: &[Parameter], at: &At<'_>) {
        let (count, kind) = match wants {
            Wants::Nothing => return self.found.add(at, &limits::WHATSAPP_COMPONENT_SURPLUS, Measured::Nothing),
            Wants::Anything => return,
            Wants::Values(count, kind) => (*count, *kind),
        };
        let at = at.key("parameters");
        for (index, parameter) in given.iter().enumerate() {
            let here = at.index(index);
            if index >= count {
                self.found.add(&here, &limits::WHATSAPP_PARAMETERS_SURPLUS, Measured::Nothing);
                continue;
            }
            match parameter {
                Parameter::Unknown(_) => {}
                _ if parameter.kind() != kind => {
                    let given = Measured::Word(parameter.kind().to_owned());
                    self.found.add(&here.key("type"), &limits::WHATSAPP_PARAMETERS_KIND, given);
                }
                Parameter::Text(text) | Parameter::CouponCode(text) if text.is_empty() => {
                    self.found.add(&here.key(kind), &limits::WHATSAPP_PARAMETERS_EMPTY, Measured::Count(0));
                }
                _ => {}
            }
        }
        for index in given.len()..count {
            self.found.add(&at.index(index), &limits::WHATSAPP_PARAMETERS_MISSING, Measured::Nothing);
        }
    }

    /// A part of the template that the send has no component for.
    fn absent(&mut self, wants: &Wants, part: &str, at: &At<'_>) {
        if matches!(wants, Wants::Values(..)) {
            self.found.add(at, &limits::WHATSAPP_PARAMETERS_MISSING, Measured::Word(part.to_owned()));
        }
    }
}

/// What a part wants the first time it is named; later it wants nothing.
fn once(seen: &mut bool, wants: Wants) -> Wants {
    if std::mem::replace(seen, true) { Wants::Nothing } else { wants }
}

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
    /// them; [`check_send`](Self::check_send) knows them too. Those in the cards of a carousel are not among them either.
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
            component::Component::Header(header) => Some(header),
            _ => None,
        })
    }

    pub(super) fn body_names(&self) -> Vec<&str> {
        let body = self.components.iter().find_map(|component| match component {
            component::Component::Body(body) => Some(&body.text),
            _ => None,
        });
        body.map(|text| names(text)).unwrap_or_default()
    }

    pub(super) fn buttons(&self) -> &[Button] {
        let buttons = self.components.iter().find_map(|component| match component {
            component::Component::Buttons(buttons) => Some(&*buttons.buttons),
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
    for name in placeholders(text, "{{", "}}") {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // A send gives numbered values in the order of the numbers. The sort is stable: names keep their places.
    names.sort_by_key(|name| name.parse::<u32>().unwrap_or_default());
    names
}
