//! Renders a template with its variables filled, as the customer sees it.

use std::borrow::Cow;

use incs_model::template::{rcs, whatsapp};
use incs_model::whatsapp::template::{CardComponent, Component, Parameter, ParameterValue};
use incs_model::{rcs as rcs_send, whatsapp as whatsapp_send};
use serde::Serialize;

/// A rendered template, the member `rendered` of a message. Both channels have the same form; absent parts are left out.
///
/// ```json
/// {"template_id": "5120883317740202", "header": {"type": "text", "text": "Due 2026-05-31"}, "body": "Dear Ms Tan, …", "footer": "Example Bank",
///  "buttons": [{"kind": "quick_reply", "text": "Get it", "payload": "take_offer"},
///              {"kind": "url", "text": "Shop", "url": "https://shop.example.com/"},
///              {"kind": "phone", "text": "Call us", "phone": "+622150001234"},
///              {"kind": "copy_code", "text": "Copy code", "code": "RAIN2026"}],
///  "cards": [{"header": {"type": "image", "link": "https://…"}, "title": "Raincoats", "body": "…", "buttons": []}]}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Rendered {
    /// The id of the template; absent on cards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) template_id: Option<String>,
    /// The type of an RCS template: `text`, `richcard` or `carousel`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<Header>,
    /// The title of a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) footer: Option<String>,
    pub(crate) buttons: Vec<Button>,
    /// The cards of a rich card (one) or of a carousel; cards have no cards of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cards: Vec<Rendered>,
}

/// The part above the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Header {
    Text { text: String },
    Image { link: String },
    Video { link: String },
    Document { link: String },
}

/// A button or suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Button {
    /// Returns its text and payload to the business.
    QuickReply {
        text: String,
        payload: String,
    },
    /// Opens a link. On RCS it also has postback data.
    Url {
        text: String,
        url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    /// Dials a number. On RCS it also has postback data.
    Phone {
        text: String,
        phone: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    CopyCode {
        text: String,
        code: String,
    },
}

/// Renders a WhatsApp template.
pub(crate) fn of_whatsapp(template: &whatsapp::Template, send: &whatsapp_send::Template) -> Rendered {
    let code = send.code.as_ref().map(incs_model::Secret::expose);
    let part = |header, body, buttons| Part { header, body, buttons, code };
    let given = send.components.iter().fold(part(&[], &[], Vec::new()), |given, component| match component {
        Component::Header(header) => Part { header: &header.parameters, ..given },
        Component::Body(body) => Part { body: &body.parameters, ..given },
        Component::Button(button) => given.and(button),
        _ => given,
    });
    let mut rendered = Rendered { template_id: Some(template.template_id.to_string()), ..Rendered::default() };
    for component in &template.components {
        match component {
            whatsapp::Component::Header(header) => rendered.header = given.header(header),
            whatsapp::Component::Body(body) => rendered.body = Some(given.text(&body.text, given.body)),
            whatsapp::Component::Footer(footer) => rendered.footer = Some(footer.text.clone()),
            whatsapp::Component::Buttons(buttons) => rendered.buttons = given.buttons(buttons),
            whatsapp::Component::Carousel(carousel) => {
                let cards = carousel.cards.iter().enumerate();
                rendered.cards = cards.map(|(index, card)| whatsapp_card(card, index, send)).collect();
            }
            _ => {}
        }
    }
    rendered
}

fn whatsapp_card(card: &whatsapp::Card, index: usize, send: &whatsapp_send::Template) -> Rendered {
    let cards = send.components.iter().find_map(|component| match component {
        Component::Carousel(carousel) => Some(&carousel.cards),
        _ => None,
    });
    let is_it = |card: &&whatsapp_send::template::Card| usize::try_from(card.card_index) == Ok(index);
    let values = cards.into_iter().flatten().find(is_it).map(|card| card.components.as_slice());
    let none = Part { header: &[], body: &[], buttons: Vec::new(), code: None };
    let given = values.unwrap_or_default().iter().fold(none, |given, component| match component {
        CardComponent::Header(header) => Part { header: &header.parameters, ..given },
        CardComponent::Body(body) => Part { body: &body.parameters, ..given },
        CardComponent::Button(button) => given.and(button),
        _ => given,
    });
    let mut rendered = Rendered::default();
    for component in &card.components {
        match component {
            whatsapp::CardComponent::Header(header) => rendered.header = given.header(header),
            whatsapp::CardComponent::Body(body) => rendered.body = Some(given.text(&body.text, given.body)),
            whatsapp::CardComponent::Buttons(buttons) => rendered.buttons = given.buttons(buttons),
            _ => {}
        }
    }
    rendered
}

/// Renders an RCS template.
pub(crate) fn of_rcs(template: &rcs::Template, send: &rcs_send::Template) -> Rendered {
    let fill = |text: &str| {
        let value = |name: &str| send.parameters.as_ref()?.get(name).map(|value| Cow::Borrowed(value.as_str()));
        filled(text, ("[", "]"), &value)
    };
    let seen = rcs_content(template, &fill);
    let template_id = Some(template.template_id.to_string());
    Rendered { template_id, kind: Some(template.content.kind().to_owned()), ..seen }
}

impl Header {
    /// Returns an image or a video, by the file extension of its link.
    fn of_link(link: String) -> Self {
        let path = link.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let is_film = [".mp4", ".3gp", ".webm", ".mov", ".m4v", ".mpeg"].iter().any(|ending| path.ends_with(ending));
        if is_film { Self::Video { link } } else { Self::Image { link } }
    }
}

/// The values of a send for the parts of a template or a card.
struct Part<'a> {
    header: &'a [Parameter],
    body: &'a [Parameter],
    buttons: Vec<&'a whatsapp_send::template::Button>,
    /// Returns the one-time code of an authentication template: the value of its body and of its button.
    code: Option<&'a str>,
}

impl<'a> Part<'a> {
    fn and(mut self, button: &'a whatsapp_send::template::Button) -> Self {
        self.buttons.push(button);
        self
    }

    /// Fills the placeholders of a text: by name if a value has one, else in the order of the placeholders.
    fn text(&self, text: &str, given: &[Parameter]) -> String {
        let names = whatsapp::placeholder_names(text);
        filled(text, ("{{", "}}"), &|name| {
            let by_name = given.iter().find(|one| one.parameter_name.as_deref() == Some(name));
            let by_place = || given.get(names.iter().position(|known| *known == name)?);
            let value = by_name.or_else(by_place).and_then(|one| one.value.as_text());
            value.or(self.code).map(Cow::Borrowed)
        })
    }

    fn header(&self, header: &whatsapp::Header) -> Option<Header> {
        if header.format == whatsapp::HeaderFormat::Text {
            return header.text.as_deref().map(|text| Header::Text { text: self.text(text, self.header) });
        }
        match &self.header.first()?.value {
            ParameterValue::Image(image) => image.link.clone().map(|link| Header::Image { link }),
            ParameterValue::Video(video) | ParameterValue::Gif(video) => {
                video.link.clone().map(|link| Header::Video { link })
            }
            ParameterValue::Document(document) => document.link.clone().map(|link| Header::Document { link }),
            ParameterValue::Location(place) => {
                let text = place.name.clone().unwrap_or_else(|| format!("{}, {}", place.latitude, place.longitude));
                Some(Header::Text { text })
            }
            _ => None,
        }
    }

    fn buttons(&self, buttons: &whatsapp::Buttons) -> Vec<Button> {
        buttons.buttons.iter().enumerate().filter_map(|(index, one)| self.button(one, index)).collect()
    }

    fn button(&self, button: &whatsapp::Button, index: usize) -> Option<Button> {
        let given = self.buttons.iter().find(|one| one.position() == Some(index));
        let value = given.and_then(|one| match &one.parameters.first()?.value {
            ParameterValue::Text(text) | ParameterValue::CouponCode(text) | ParameterValue::Payload(text) => {
                Some(text.as_str())
            }
            _ => None,
        });
        let label = |text: &Option<String>, fixed: &str| text.clone().unwrap_or_else(|| fixed.to_owned());
        match button {
            whatsapp::Button::QuickReply(reply) => {
                Some(Button::QuickReply { text: reply.text.clone(), payload: value.unwrap_or(&reply.text).to_owned() })
            }
            whatsapp::Button::Url(link) => {
                let url = filled(&link.url, ("{{", "}}"), &|_| value.or(self.code).map(Cow::Borrowed));
                Some(Button::Url { text: link.text.clone(), url, payload: None })
            }
            whatsapp::Button::PhoneNumber(phone) => {
                Some(Button::Phone { text: phone.text.clone(), phone: phone.phone_number.clone(), payload: None })
            }
            whatsapp::Button::CopyCode(copy) => {
                let code = value.unwrap_or_default().to_owned();
                Some(Button::CopyCode { text: label(&copy.text, "Copy offer code"), code })
            }
            whatsapp::Button::Otp(otp) => {
                let code = self.code.or(value).unwrap_or_default().to_owned();
                Some(Button::CopyCode { text: label(&otp.text, "Copy code"), code })
            }
            _ => None,
        }
    }
}

fn rcs_content(template: &rcs::Template, fill: &dyn Fn(&str) -> String) -> Rendered {
    match &template.content {
        rcs::Content::Text(content) => Rendered {
            body: Some(fill(&content.text_message)),
            buttons: rcs_buttons(&content.suggestions, fill),
            ..Rendered::default()
        },
        rcs::Content::RichCard(rich) => {
            Rendered { cards: vec![rcs_card(&rich.standalone_card, fill)], ..Rendered::default() }
        }
        rcs::Content::Carousel(carousel) => {
            let cards = carousel.carousel_card.iter().map(|one| rcs_card(one, fill)).collect();
            Rendered { cards, ..Rendered::default() }
        }
        _ => Rendered::default(),
    }
}

fn rcs_card(card: &rcs::Card, fill: &dyn Fn(&str) -> String) -> Rendered {
    Rendered {
        header: card.media_url.as_deref().map(|link| Header::of_link(fill(link))),
        title: card.card_title.as_deref().map(fill),
        body: card.card_description.as_deref().map(fill),
        buttons: rcs_buttons(&card.suggestions, fill),
        ..Rendered::default()
    }
}

fn rcs_buttons(suggestions: &[rcs::Suggestion], fill: &dyn Fn(&str) -> String) -> Vec<Button> {
    let button = |suggestion: &rcs::Suggestion| match suggestion {
        rcs::Suggestion::Reply(reply) => {
            Some(Button::QuickReply { text: fill(&reply.text), payload: fill(&reply.postback_data) })
        }
        rcs::Suggestion::UrlAction(action) => Some(Button::Url {
            text: fill(&action.text),
            url: fill(&action.url),
            payload: Some(fill(&action.postback_data)),
        }),
        rcs::Suggestion::DialerAction(action) => Some(Button::Phone {
            text: fill(&action.text),
            phone: fill(&action.phone_number),
            payload: Some(fill(&action.postback_data)),
        }),
        _ => None,
    };
    suggestions.iter().filter_map(button).collect()
}

/// Fills the placeholders of a text, such as `{{1}}` for the delimiters `{{` and `}}`. A name is letters, digits and underscores;
/// placeholders without a value stay.
pub(crate) fn filled<'v>(
    text: &str,
    (open, close): (&str, &str),
    value: &dyn Fn(&str) -> Option<Cow<'v, str>>,
) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        filled.push_str(before);
        let length = after.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
        let (name, tail) = after.split_at_checked(length).unwrap_or((after, ""));
        match (tail.strip_prefix(close), value(name)) {
            (Some(beyond), Some(value)) if !name.is_empty() => {
                filled.push_str(&value);
                rest = beyond;
            }
            _ => {
                // Delimiters may overlap, as in `{{{1}}`.
                filled.extend(open.chars().next());
                rest = rest.get(before.len() + 1..).unwrap_or_default();
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use incs_model::whatsapp::Template as Send;
    use incs_model::{decode, rcs as channel};
    use serde_json::{Value, json};

    use super::*;
    use crate::channel::Channel;
    use crate::config::Memory;
    use crate::state::templates::{Definition, Templates};

    #[test]
    fn names_without_value_stay_unfilled() {
        let value = |name: &str| ["1", "first_name"].contains(&name).then_some(Cow::Borrowed("é"));
        for (text, wanted) in [
            ("{{1}} and {{first_name}}", "é and é"),
            ("{{{1}}} {{ 1 }} {1} {{}} {{2}}", "{é} {{ 1 }} {1} {{}} {{2}}"),
            ("{{1} {{1", "{{1} {{1"),
            ("日本{{1}}語{{日本}}", "日本é語{{日本}}"),
            ("", ""),
        ] {
            assert_eq!(filled(text, ("{{", "}}"), &value), wanted, "{text}");
        }
        assert_eq!(filled("[[1]] [open [1]", ("[", "]"), &value), "[é] [open é");
    }

    fn shown_on_whatsapp(send: &Send) -> Value {
        let templates = Templates::stock(Memory::default());
        let entry = templates.named(Channel::WhatsApp, send.name.as_str()).unwrap();
        let Definition::WhatsApp(template) = &entry.definition else { panic!("of WhatsApp") };
        template.check_send(send).unwrap();
        serde_json::to_value(of_whatsapp(template, send)).unwrap()
    }

    fn shown_on_rcs(name: &str, parameters: &[(&str, &str)]) -> Value {
        let templates = Templates::stock(Memory::default());
        let entry = templates.named(Channel::Rcs, name).unwrap();
        let Definition::Rcs(template) = &entry.definition else { panic!("of RCS") };
        let send = parameters
            .iter()
            .fold(channel::Template::new(name), |send, (name, value)| send.with_parameter(*name, *value));
        template.check_send(&send).unwrap();
        serde_json::to_value(of_rcs(template, &send)).unwrap()
    }

    #[test]
    fn whatsapp_template_is_rendered() {
        let renewal = Send::new("renewal_notice_3")
            .with_components([Component::header("2026-05-31"), Component::body(["{{2}}", "SAVE15", "15%"])]);
        let seen = json!({ "template_id": "5120883317740202", "header": { "type": "text", "text": "Due on 2026-05-31" },
            "body": "Dear {{2}}, your policy is up for renewal. Take code SAVE15 for 15% off.",
            "footer": "Example Insurance", "buttons": [] });
        assert_eq!(shown_on_whatsapp(&renewal), seen, "a value is never filled again");

        let link = "https://media.example.com/banners/spring-01.png";
        let image: Parameter = decode(format!(r#"{{"type":"image","image":{{"link":"{link}"}}}}"#).as_bytes()).unwrap();
        let spring =
            Send::new("spring_banner_1").with_components([Component::header(image), Component::quick_reply(0, "p")]);
        let seen = json!({ "template_id": "5120883317740203", "header": { "type": "image", "link": link },
            "body": "Spring is here, and so are the new colours.",
            "buttons": [{ "kind": "quick_reply", "text": "Show me", "payload": "p" },
                { "kind": "url", "text": "To the shop", "url": "https://shop.example.com/spring" }] });
        assert_eq!(shown_on_whatsapp(&spring), seen);

        let coupon = Send::new("coupon_copy_2").with_components([Component::copy_code(0, "RAIN2026")]);
        let button = json!([{ "kind": "copy_code", "text": "Copy offer code", "code": "RAIN2026" }]);
        assert_eq!(shown_on_whatsapp(&coupon)["buttons"], button);

        let login = shown_on_whatsapp(&Send::new("login_code_en").with_code("480913"));
        let button = json!([{ "kind": "copy_code", "text": "Copy code", "code": "480913" }]);
        assert_eq!((&login["body"], &login["buttons"]), (&json!("480913 is your verification code."), &button));
    }

    #[test]
    fn cards_and_named_values_are_shown() {
        let defined = json!({ "template_id": "1", "name": "sale", "language": "en", "category": "MARKETING", "status": "APPROVED",
            "components": [{ "type": "BODY", "text": "Hi {{customer}}, {{customer}}: {{offer}}" }, { "type": "CAROUSEL", "cards": [
                { "components": [{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "Mugs from {{price}}" },
                    { "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "See", "url": "https://h.example/{{1}}" }] }] }] }] });
        let template: whatsapp::Template = decode(defined.to_string().as_bytes()).unwrap();
        let link = "https://h.example/a.png";
        let given = json!({ "name": "sale", "components": [
            { "type": "carousel", "cards": [{ "card_index": 0, "components": [
                { "type": "header", "parameters": [{ "type": "image", "image": { "link": link } }] },
                { "type": "body", "parameters": [{ "type": "currency", "parameter_name": "price",
                    "currency": { "fallback_value": "$9", "code": "USD", "amount_1000": 9000 } }] },
                { "type": "button", "sub_type": "url", "index": 0, "parameters": [{ "type": "text", "text": "mugs" }] }] }] },
            { "type": "body", "parameters": [{ "type": "text", "parameter_name": "offer", "text": "{{customer}}" },
                { "type": "text", "parameter_name": "customer", "text": "Rina" }] }] });
        let send: Send = decode(given.to_string().as_bytes()).unwrap();
        template.check_send(&send).unwrap();
        let seen = serde_json::to_value(of_whatsapp(&template, &send)).unwrap();
        assert_eq!(seen["body"], "Hi Rina, Rina: {{customer}}");
        let card = json!({ "header": { "type": "image", "link": link }, "body": "Mugs from $9",
            "buttons": [{ "kind": "url", "text": "See", "url": "https://h.example/mugs" }] });
        assert_eq!(seen["cards"], json!([card]));
    }

    #[test]
    fn rcs_template_is_rendered() {
        let update = shown_on_rcs("parcel_update_1", &[("customer", "Rina"), ("order_no", "SO-88121")]);
        let seen = json!({ "template_id": "2217695120013000003", "type": "text", "body": "Hi Rina, parcel SO-88121 is on its way.", "buttons": [
            { "kind": "quick_reply", "text": "Track SO-88121", "payload": "track_SO-88121" },
            { "kind": "url", "text": "Open order", "url": "https://shop.example.com/o/SO-88121", "payload": "open_order" }] });
        assert_eq!(update, seen);

        let card = shown_on_rcs("rain_sale_card", &[("customer", "Rina"), ("offer", "50%")]);
        let seen = json!({ "template_id": "2217695120034410077", "type": "richcard", "buttons": [], "cards": [{ "title": "Rainy season sale",
            "header": { "type": "video", "link": "https://media.example.com/clips/umbrella.mp4" },
            "body": "Hi Rina, umbrellas are half price today",
            "buttons": [{ "kind": "quick_reply", "text": "Get 50%", "payload": "take_offer" }] }] });
        assert_eq!(card, seen);

        let carousel = shown_on_rcs("rain_sale_carousel", &[("customer", "Rina"), ("offer", "50%")]);
        let dial = json!({ "kind": "phone", "text": "Call us", "phone": "+622150001234", "payload": "call_support" });
        assert_eq!((carousel["cards"].as_array().unwrap().len(), &carousel["cards"][1]["buttons"][0]), (2, &dial));
    }
}
