//! The placeholders of a WhatsApp template, and the check of a send.

use super::component::{self, Button, CardComponent, Header, HeaderFormat};
use super::definition::{Category, ParameterFormat, Template};
use crate::limits::template as limits;
use crate::template::placeholders;
use crate::validate::{At, Invalid, Measured, Violations, Warnings};
use crate::whatsapp;
use crate::whatsapp::template::{self as send, ButtonKind, Parameter, ParameterValue};

impl Template {
    /// Compares a send with this definition: the name, and for each part and card the number, kinds and names of the values.
    ///
    /// The pointers are those of the message that holds the send: `/template/components/0/parameters/2`. For a whole component
    /// that is missing it is `/template/components`. Parts and values of unknown kinds are accepted. The requirements of headers,
    /// buttons, cards and offers are inferred from Meta's API.
    ///
    /// A template whose [`parameter_format`](Self::parameter_format) is `NAMED`, or whose placeholders are names, takes its values
    /// by [`parameter_name`](Parameter::parameter_name), in any order. An authentication template takes either a `code`, or
    /// the code in a component for its body and one for its button.
    ///
    /// ```
    /// use incs_model::template::whatsapp::{Category, Component, Template, Status};
    /// use incs_model::whatsapp::template::{self, Parameter};
    ///
    /// let definition = Template::new("1", "note", "en_US", Category::Utility, Status::Approved)
    ///     .with_components([Component::body("Hello {{1}}, your balance is {{2}}.")]);
    /// let send = template::Template::new("note").with_components([template::Component::body([Parameter::text("Ms Tan")])]);
    /// let invalid = definition.check_send(&send).unwrap_err();
    /// assert_eq!(invalid.violations()[0].pointer(), "/template/components/0/parameters/1");
    /// assert_eq!(invalid.violations()[0].rule().id(), "template.whatsapp.parameters.missing");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`Invalid`] that lists all violations.
    pub fn check_send(&self, send: &whatsapp::Template) -> Result<Warnings, Invalid> {
        let mut found = Violations::new();
        let root = At::root();
        let at = root.key("template");
        if send.name != self.name {
            found.add(&at.key("name"), &limits::NAME_MISMATCH, Measured::Nothing);
        }
        let at = at.key("components");
        if self.category == Category::Authentication && send.code.is_some() {
            for index in 0..send.components.len() {
                found.add(&at.index(index), &limits::WHATSAPP_COMPONENT_SURPLUS, Measured::Nothing);
            }
        } else {
            Check { template: self, found: &mut found }.components(&send.components, &at);
        }
        found.into_report().into_result()
    }
}

/// The values that a part of a template needs from a send.
enum Wants<'a> {
    /// No value.
    Nothing,
    /// Unknown.
    Anything,
    /// A value for each of these placeholders.
    Texts { names: Vec<&'a str>, naming: Naming, kinds: &'static [&'static str] },
    /// One value, of one of these kinds.
    One(&'static [&'static str]),
    /// Values of these kinds, each at most once, or none.
    Optional(&'static [&'static str]),
}

/// The way in which values are assigned to placeholders.
enum Naming {
    /// By position.
    Numbered,
    /// By `parameter_name`.
    Named,
    /// Either way: no page documents how the link of a button is filled when other placeholders have names.
    Either,
}

/// The kinds of values that are accepted for a text.
const TEXTS: &[&str] = &["text", "currency", "date_time"];

impl<'a> Wants<'a> {
    fn of_text(text: &'a str, is_named: bool) -> Self {
        let names = placeholder_names(text);
        let naming = if is_named || !are_numbers(&names) { Naming::Named } else { Naming::Numbered };
        Self::texts(names, naming, TEXTS)
    }

    fn of_link(link: &'a str) -> Self {
        let names = placeholder_names(link);
        let naming = if are_numbers(&names) { Naming::Numbered } else { Naming::Either };
        Self::texts(names, naming, &["text"])
    }

    fn texts(names: Vec<&'a str>, naming: Naming, kinds: &'static [&'static str]) -> Self {
        if names.is_empty() { Self::Nothing } else { Self::Texts { names, naming, kinds } }
    }

    fn of_header(header: &'a Header, is_named: bool) -> Self {
        match header.format {
            HeaderFormat::Text => header.text.as_ref().map_or(Self::Nothing, |text| Self::of_text(text, is_named)),
            HeaderFormat::Image => Self::One(&["image"]),
            HeaderFormat::Video => Self::One(&["video"]),
            HeaderFormat::Gif => Self::One(&["gif", "video"]),
            HeaderFormat::Document => Self::One(&["document"]),
            HeaderFormat::Location => Self::One(&["location"]),
            HeaderFormat::Product => Self::One(&["product"]),
            HeaderFormat::Unknown(_) => Self::Anything,
        }
    }

    fn of_button(button: &'a Button) -> Self {
        match button {
            Button::Url(button) => Self::of_link(&button.url),
            Button::CopyCode(_) => Self::One(&["coupon_code"]),
            Button::Otp(_) => Self::One(&["text"]),
            Button::MultiProduct(_) => Self::One(&["action"]),
            Button::QuickReply(_) => Self::Optional(&["payload"]),
            Button::Flow(_) | Button::Catalog(_) => Self::Optional(&["action"]),
            Button::VoiceCall(_) => Self::Optional(&["ttl_minutes", "payload"]),
            Button::PhoneNumber(_) => Self::Nothing,
            Button::SingleProduct(_) | Button::App(_) | Button::RequestContactInfo(_) | Button::Unknown(_) => {
                Self::Anything
            }
        }
    }

    fn is_needed(&self) -> bool {
        matches!(self, Self::Texts { .. } | Self::One(_))
    }
}

/// Returns the `sub_type` of a send for such a button; `None` if it is unknown.
fn sub_type(button: &Button) -> Option<ButtonKind> {
    match button {
        // The button of a one-time code is filled like a link: Meta stores it as one.
        Button::Url(_) | Button::Otp(_) => Some(ButtonKind::Url),
        Button::CopyCode(_) => Some(ButtonKind::CopyCode),
        Button::QuickReply(_) => Some(ButtonKind::QuickReply),
        Button::Flow(_) => Some(ButtonKind::Flow),
        Button::Catalog(_) => Some(ButtonKind::Catalog),
        Button::MultiProduct(_) => Some(ButtonKind::MultiProduct),
        Button::SingleProduct(_) => Some(ButtonKind::SingleProduct),
        Button::VoiceCall(_) => Some(ButtonKind::VoiceCall),
        Button::PhoneNumber(_) => Some(ButtonKind::PhoneNumber),
        Button::App(_) | Button::RequestContactInfo(_) | Button::Unknown(_) => None,
    }
}

/// The parts that templates and cards have in common.
#[derive(Default)]
struct Parts<'a> {
    header: Option<&'a Header>,
    body: Option<&'a str>,
    buttons: &'a [Button],
}

impl<'a> Parts<'a> {
    fn of_template(template: &'a Template) -> Self {
        let body = template.components.iter().find_map(|component| match component {
            component::Component::Body(body) => Some(body.text.as_str()),
            _ => None,
        });
        Self { header: template.header(), body, buttons: template.buttons() }
    }

    fn of_card(card: &'a component::Card) -> Self {
        let mut parts = Self::default();
        for component in card.components.iter().rev() {
            match component {
                CardComponent::Header(header) => parts.header = Some(header),
                CardComponent::Body(body) => parts.body = Some(&body.text),
                CardComponent::Buttons(buttons) => parts.buttons = &buttons.buttons,
                CardComponent::Unknown(_) => {}
            }
        }
        parts
    }

    fn header(&self, is_named: bool) -> Wants<'a> {
        self.header.map_or(Wants::Nothing, |header| Wants::of_header(header, is_named))
    }

    fn body(&self, is_named: bool) -> Wants<'a> {
        self.body.map_or(Wants::Nothing, |text| Wants::of_text(text, is_named))
    }

    fn is_needed(&self, is_named: bool) -> bool {
        let buttons = || self.buttons.iter().any(|button| Wants::of_button(button).is_needed());
        self.header(is_named).is_needed() || self.body(is_named).is_needed() || buttons()
    }
}

/// A component of a send for one of those parts.
enum Given<'a> {
    Header(&'a [Parameter]),
    Body(&'a [Parameter]),
    Button(&'a send::Button),
}

/// One comparison.
struct Check<'a> {
    template: &'a Template,
    found: &'a mut Violations,
}

impl Check<'_> {
    fn is_named(&self) -> bool {
        self.template.parameter_format == Some(ParameterFormat::Named)
    }

    fn components(&mut self, components: &[send::Component], at: &At<'_>) {
        let given = components.iter().enumerate().filter_map(|(index, component)| match component {
            send::Component::Header(header) => Some((index, Given::Header(&header.parameters))),
            send::Component::Body(body) => Some((index, Given::Body(&body.parameters))),
            send::Component::Button(button) => Some((index, Given::Button(button))),
            _ => None,
        });
        self.parts(&Parts::of_template(self.template), given, at);
        self.offer(components, at);
        self.carousel(components, at);
    }

    fn parts<'g>(&mut self, parts: &Parts<'_>, given: impl Iterator<Item = (usize, Given<'g>)>, at: &At<'_>) {
        let is_named = self.is_named();
        let (mut header, mut body, mut buttons) = (false, false, vec![false; parts.buttons.len()]);
        for (index, given) in given {
            let here = at.index(index);
            match given {
                Given::Header(values) => self.once(&mut header, &parts.header(is_named), values, &here),
                Given::Body(values) => self.once(&mut body, &parts.body(is_named), values, &here),
                Given::Button(button) => self.button(button, parts.buttons, &mut buttons, &here),
            }
        }
        if !header {
            self.absent(&parts.header(is_named), "header", at);
        }
        if !body {
            self.absent(&parts.body(is_named), "body", at);
        }
        for (button, _) in parts.buttons.iter().zip(buttons).filter(|(_, seen)| !seen) {
            self.absent(&Wants::of_button(button), "button", at);
        }
    }

    fn button(&mut self, button: &send::Button, defined: &[Button], seen: &mut [bool], at: &At<'_>) {
        let kind = button.kind();
        // The index of a call button may be absent.
        let index = match button.index {
            Some(_) => button.position(),
            None => defined.iter().position(|one| sub_type(one).as_ref() == Some(&kind)),
        };
        let place = index.and_then(|index| Some((defined.get(index)?, seen.get_mut(index)?)));
        let Some((defined, seen)) = place else {
            return self.found.add(&at.key("index"), &limits::WHATSAPP_COMPONENT_SURPLUS, Measured::Nothing);
        };
        if sub_type(defined).is_some_and(|expected| expected != kind) {
            self.found.add(&at.key("sub_type"), &limits::WHATSAPP_PARAMETERS_KIND, Measured::Nothing);
        }
        self.once(seen, &Wants::of_button(defined), &button.parameters, at);
    }

    fn offer(&mut self, components: &[send::Component], at: &At<'_>) {
        let offer = self.template.components.iter().find_map(|component| match component {
            component::Component::LimitedTimeOffer(offer) => Some(&offer.limited_time_offer),
            _ => None,
        });
        let wants = match offer.map(|offer| offer.has_expiration) {
            Some(Some(true)) => Wants::One(&["limited_time_offer"]),
            Some(_) => Wants::Optional(&["limited_time_offer"]),
            None => Wants::Nothing,
        };
        let mut seen = false;
        for (index, component) in components.iter().enumerate() {
            if let send::Component::LimitedTimeOffer(offer) = component {
                self.once(&mut seen, &wants, &offer.parameters, &at.index(index));
            }
        }
        if !seen {
            self.absent(&wants, "limited_time_offer", at);
        }
    }

    fn carousel(&mut self, components: &[send::Component], at: &At<'_>) {
        let defined = self.template.components.iter().find_map(|component| match component {
            component::Component::Carousel(carousel) => Some(&carousel.cards),
            _ => None,
        });
        let mut cards = defined;
        for (index, component) in components.iter().enumerate() {
            let send::Component::Carousel(carousel) = component else { continue };
            let here = at.index(index);
            match cards.take() {
                Some(defined) => self.cards(defined, &carousel.cards, &here.key("cards")),
                None => self.found.add(&here, &limits::WHATSAPP_COMPONENT_SURPLUS, Measured::Nothing),
            }
        }
        let is_named = self.is_named();
        if cards.is_some_and(|cards| cards.iter().any(|card| Parts::of_card(card).is_needed(is_named))) {
            self.missing(at, "carousel".to_owned());
        }
    }

    fn cards(&mut self, defined: &[component::Card], given: &[send::Card], at: &At<'_>) {
        let mut seen = vec![false; defined.len()];
        for (index, card) in given.iter().enumerate() {
            let here = at.index(index);
            let place = usize::try_from(card.card_index).ok();
            let place = place.and_then(|place| Some((defined.get(place)?, seen.get_mut(place)?)));
            match place {
                Some((defined, seen)) if !*seen => {
                    *seen = true;
                    let given = card.components.iter().enumerate().filter_map(|(index, component)| match component {
                        send::CardComponent::Header(header) => Some((index, Given::Header(&header.parameters))),
                        send::CardComponent::Body(body) => Some((index, Given::Body(&body.parameters))),
                        send::CardComponent::Button(button) => Some((index, Given::Button(button))),
                        send::CardComponent::Unknown(_) => None,
                    });
                    self.parts(&Parts::of_card(defined), given, &here.key("components"));
                }
                _ => self.found.add(
                    &here.key("card_index"),
                    &limits::WHATSAPP_COMPONENT_SURPLUS,
                    Measured::Count(card.card_index.into()),
                ),
            }
        }
        let is_named = self.is_named();
        for (index, (card, _)) in defined.iter().zip(seen).enumerate().filter(|(_, (_, seen))| !seen) {
            if Parts::of_card(card).is_needed(is_named) {
                self.missing(at, format!("card {index}"));
            }
        }
    }

    /// Checks a component of the send against its part of the template, which may be filled once.
    fn once(&mut self, seen: &mut bool, wants: &Wants<'_>, given: &[Parameter], at: &At<'_>) {
        let is_second = std::mem::replace(seen, true);
        let values = at.key("parameters");
        match wants {
            _ if is_second => self.found.add(at, &limits::WHATSAPP_COMPONENT_SURPLUS, Measured::Nothing),
            Wants::Anything => {}
            // A component without values is harmless.
            Wants::Nothing if given.is_empty() => {}
            Wants::Nothing => self.found.add(at, &limits::WHATSAPP_COMPONENT_SURPLUS, Measured::Nothing),
            Wants::One(kinds) => self.numbered(&[""], kinds, given, &values),
            Wants::Optional(kinds) => self.optional(kinds, given, &values),
            Wants::Texts { names, naming, kinds } => match naming {
                Naming::Named => self.named(names, kinds, given, &values),
                Naming::Either if given.iter().any(|value| value.parameter_name.is_some()) => {
                    self.named(names, kinds, given, &values);
                }
                Naming::Either | Naming::Numbered => self.numbered(names, kinds, given, &values),
            },
        }
    }

    /// Checks values that fill placeholders by position.
    fn numbered(&mut self, names: &[&str], kinds: &[&str], given: &[Parameter], at: &At<'_>) {
        for (index, parameter) in given.iter().enumerate() {
            let here = at.index(index);
            let Some(name) = names.get(index) else {
                self.found.add(&here, &limits::WHATSAPP_PARAMETERS_SURPLUS, Measured::Nothing);
                continue;
            };
            if parameter.parameter_name.as_ref().is_some_and(|given| given != name) {
                let here = here.key("parameter_name");
                self.found.add(&here, &limits::WHATSAPP_PARAMETERS_NAME, Measured::Nothing);
            }
            self.value(kinds, &parameter.value, &here);
        }
        for index in given.len()..names.len() {
            self.found.add(&at.index(index), &limits::WHATSAPP_PARAMETERS_MISSING, Measured::Nothing);
        }
    }

    /// Checks values that fill placeholders by `parameter_name`.
    fn named(&mut self, names: &[&str], kinds: &[&str], given: &[Parameter], at: &At<'_>) {
        let mut open = names.to_vec();
        let mut nameless = 0;
        for (index, parameter) in given.iter().enumerate() {
            let here = at.index(index);
            match &parameter.parameter_name {
                None => {
                    nameless += 1;
                    self.found.add(&here, &limits::WHATSAPP_PARAMETERS_NAME, Measured::Nothing);
                }
                Some(name) => match open.iter().position(|open| open == name) {
                    Some(place) => drop(open.remove(place)),
                    None => self.found.add(&here, &limits::WHATSAPP_PARAMETERS_SURPLUS, Measured::Nothing),
                },
            }
            self.value(kinds, &parameter.value, &here);
        }
        // A value without a name was already reported; it may be meant for one of these.
        for name in open.into_iter().skip(nameless) {
            self.missing(at, name.to_owned());
        }
    }

    /// Checks values of different kinds, all of them optional.
    fn optional(&mut self, kinds: &[&str], given: &[Parameter], at: &At<'_>) {
        for (index, parameter) in given.iter().enumerate() {
            let here = at.index(index);
            let kind = parameter.value.kind();
            if parameter.parameter_name.is_some() {
                self.found.add(&here.key("parameter_name"), &limits::WHATSAPP_PARAMETERS_NAME, Measured::Nothing);
            }
            if given.iter().take(index).any(|earlier| earlier.value.kind() == kind) {
                self.found.add(&here, &limits::WHATSAPP_PARAMETERS_SURPLUS, Measured::Nothing);
            }
            self.value(kinds, &parameter.value, &here);
        }
    }

    fn value(&mut self, kinds: &[&str], value: &ParameterValue, at: &At<'_>) {
        let kind = value.kind();
        match value {
            ParameterValue::Unknown(_) => {}
            _ if !kinds.contains(&kind) => {
                self.found.add(&at.key("type"), &limits::WHATSAPP_PARAMETERS_KIND, Measured::Word(kind.to_owned()));
            }
            ParameterValue::Text(text) | ParameterValue::CouponCode(text) | ParameterValue::Payload(text)
                if text.is_empty() =>
            {
                self.found.add(&at.key(kind), &limits::WHATSAPP_PARAMETERS_EMPTY, Measured::Count(0));
            }
            _ => {}
        }
    }

    /// Checks a part of the template for which the send has no component.
    fn absent(&mut self, wants: &Wants<'_>, part: &str, at: &At<'_>) {
        if wants.is_needed() {
            self.missing(at, part.to_owned());
        }
    }

    fn missing(&mut self, at: &At<'_>, what: String) {
        self.found.add(at, &limits::WHATSAPP_PARAMETERS_MISSING, Measured::Word(what));
    }
}

fn are_numbers(names: &[&str]) -> bool {
    names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The placeholders in the texts of a WhatsApp template: `1` for `{{1}}`, `first_name` for `{{first_name}}`. Each is listed once
/// for its part; numbers in order, names in the order of their first use.
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
    /// Returns true when there are no placeholders.
    pub fn is_empty(&self) -> bool {
        self.header.is_empty() && self.body.is_empty() && self.buttons.is_empty()
    }
}

impl Template {
    /// Returns the placeholders in header text, body and links of buttons. Media, coupon codes and the cards of a carousel are not
    /// included; [`check_send`](Self::check_send) checks them too.
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
        body.map(|text| placeholder_names(text)).unwrap_or_default()
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
        (HeaderFormat::Text, Some(text)) => placeholder_names(text),
        _ => Vec::new(),
    }
}

pub(super) fn button_names(button: &Button) -> Vec<&str> {
    match button {
        Button::Url(button) => placeholder_names(&button.url),
        _ => Vec::new(),
    }
}

/// Returns the placeholders in a text of a WhatsApp template: `1` for `{{1}}`, `first_name` for `{{first_name}}`. Each is listed
/// once; numbers in order, names in the order of their first use.
pub fn placeholder_names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for name in placeholders(text, "{{", "}}") {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // A send lists numbered values in the order of the numbers. The sort is stable: names keep their places.
    names.sort_by_key(|name| name.parse::<u32>().unwrap_or_default());
    names
}
