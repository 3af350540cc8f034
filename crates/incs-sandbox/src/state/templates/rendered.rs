//! Renders a template as the customer sees it, with its variables filled.

use std::borrow::Cow;

use incs_model::template::{rcs, whatsapp};
use incs_model::{rcs as rcs_send, whatsapp as whatsapp_send};
use serde::Serialize;

/// A template as the customer sees it, with its variables filled: `rendered` of a message. The same for both channels; absent
/// parts are left out.
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
    /// The template; not on cards.
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
    /// The cards of a rich card (one) or of a carousel; they have none of their own.
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
    /// Sends its text and payload back.
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
    let placeholders = template.placeholders();
    let template_id = Some(template.template_id.to_string());
    let mut rendered = Rendered { template_id, ..Rendered::default() };
    for component in &template.components {
        match component {
            whatsapp::Component::Header(header) => {
                let given = given(send, |one| matches!(one, whatsapp_send::template::Component::Header(_)));
                rendered.header = match header.format {
                    whatsapp::HeaderFormat::Text => header
                        .text
                        .as_deref()
                        .map(|text| Header::Text { text: fill(text, &placeholders.header, &texts(given)) }),
                    _ => given.first().and_then(medium),
                };
            }
            whatsapp::Component::Body(body) => {
                let mut values = texts(given(send, |one| matches!(one, whatsapp_send::template::Component::Body(_))));
                values.extend(code(send));
                rendered.body = Some(fill(&body.text, &placeholders.body, &values));
            }
            whatsapp::Component::Footer(footer) => rendered.footer = Some(footer.text.clone()),
            whatsapp::Component::Buttons(buttons) => {
                rendered.buttons = buttons
                    .buttons
                    .iter()
                    .enumerate()
                    .filter_map(|(index, one)| whatsapp_button(one, index, send))
                    .collect();
            }
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
    /// A picture or a film, by the ending of its link.
    fn of_link(link: String) -> Self {
        let path = link.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let is_film = [".mp4", ".3gp", ".webm", ".mov", ".m4v", ".mpeg"].iter().any(|ending| path.ends_with(ending));
        if is_film { Self::Video { link } } else { Self::Image { link } }
    }
}

fn whatsapp_button(button: &whatsapp::Button, index: usize, send: &whatsapp_send::Template) -> Option<Button> {
    let is_it = |one: &whatsapp_send::template::Component| matches!(one, whatsapp_send::template::Component::Button(button) if button.index.parse() == Ok(index));
    let value = texts(given(send, is_it)).first().map(|&value| value.to_owned());
    let label = |text: &Option<String>, fixed: &str| text.clone().unwrap_or_else(|| fixed.to_owned());
    match button {
        whatsapp::Button::QuickReply(reply) => {
            Some(Button::QuickReply { text: reply.text.clone(), payload: value.unwrap_or_else(|| reply.text.clone()) })
        }
        whatsapp::Button::Url(link) => {
            let url = filled(&link.url, ("{{", "}}"), &|_| value.as_deref().map(Cow::Borrowed));
            Some(Button::Url { text: link.text.clone(), url, payload: None })
        }
        whatsapp::Button::PhoneNumber(phone) => {
            Some(Button::Phone { text: phone.text.clone(), phone: phone.phone_number.clone(), payload: None })
        }
        whatsapp::Button::CopyCode(copy) => {
            Some(Button::CopyCode { text: label(&copy.text, "Copy offer code"), code: value.unwrap_or_default() })
        }
        whatsapp::Button::Otp(otp) => {
            let code = code(send).map(str::to_owned).or(value).unwrap_or_default();
            Some(Button::CopyCode { text: label(&otp.text, "Copy code"), code })
        }
        _ => None,
    }
}

/// The values of the first component that is meant.
fn given(
    send: &whatsapp_send::Template,
    is_it: impl Fn(&whatsapp_send::template::Component) -> bool,
) -> &[whatsapp_send::template::Parameter] {
    send.components
        .iter()
        .find(|component| is_it(component))
        .map(whatsapp_send::template::Component::parameters)
        .unwrap_or_default()
}

fn texts(parameters: &[whatsapp_send::template::Parameter]) -> Vec<&str> {
    let text = |parameter| match parameter {
        &whatsapp_send::template::Parameter::Text(ref text)
        | &whatsapp_send::template::Parameter::CouponCode(ref text)
        | &whatsapp_send::template::Parameter::Payload(ref text) => text.as_str(),
        _ => "",
    };
    parameters.iter().map(text).collect()
}

/// The one-time code of an authentication template: the only value of its body.
fn code(send: &whatsapp_send::Template) -> Option<&str> {
    send.code.as_ref().map(incs_model::Secret::expose)
}

fn medium(parameter: &whatsapp_send::template::Parameter) -> Option<Header> {
    match parameter {
        whatsapp_send::template::Parameter::Image(image) => Some(Header::Image { link: image.link.clone() }),
        whatsapp_send::template::Parameter::Video(video) => Some(Header::Video { link: video.link.clone() }),
        whatsapp_send::template::Parameter::Document(document) => {
            Some(Header::Document { link: document.link.clone() })
        }
        _ => None,
    }
}

/// A text with the values in the order of its placeholders' names.
fn fill(text: &str, names: &[&str], values: &[&str]) -> String {
    let place = |name: &str| names.iter().position(|known| *known == name);
    filled(text, ("{{", "}}"), &|name| values.get(place(name)?).map(|&value| Cow::Borrowed(value)))
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

/// A text with its placeholders filled: `{{1}}` where the signs are `{{` and `}}`. A name is letters, digits and underscores;
/// what has no value stays as it is.
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
                // The signs may begin inside themselves, as in `{{{1}}`.
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
    use incs_model::whatsapp::template::{ButtonKind, Component, Parameter};
    use incs_model::{decode, rcs as channel};
    use serde_json::{Value, json};

    use super::*;
    use crate::channel::Channel;
    use crate::config::Memory;
    use crate::state::templates::{Definition, Templates};

    #[test]
    fn only_names_that_have_a_value_are_filled() {
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
    fn a_whatsapp_template_is_shown_with_its_values() {
        let renewal = Send::new("renewal_notice_3").with_components([
            Component::header(Parameter::text("2026-05-31")),
            Component::body(["{{2}}", "SAVE15", "15%"].map(Parameter::text)),
        ]);
        let seen = json!({ "template_id": "5120883317740202", "header": { "type": "text", "text": "Due on 2026-05-31" },
            "body": "Dear {{2}}, your policy is up for renewal. Take code SAVE15 for 15% off.",
            "footer": "Example Insurance", "buttons": [] });
        assert_eq!(shown_on_whatsapp(&renewal), seen, "a value is never filled again");

        let link = "https://media.example.com/banners/spring-01.png";
        let image = decode(format!(r#"{{"type":"image","image":{{"link":"{link}"}}}}"#).as_bytes()).unwrap();
        let payload =
            incs_model::whatsapp::template::Button::new(ButtonKind::QuickReply, "0", [Parameter::Payload("p".into())]);
        let spring =
            Send::new("spring_banner_1").with_components([Component::header(image), Component::Button(payload)]);
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
    fn an_rcs_template_is_shown_with_its_values() {
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
