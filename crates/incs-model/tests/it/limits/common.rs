//! Rules of every channel.

use incs_model::limits::common;
use incs_model::whatsapp::interactive::carousel::CardAction;
use incs_model::whatsapp::interactive::reply::{Button, CardButton};
use incs_model::whatsapp::interactive::{CtaUrl, Header, HeaderMedia};
use incs_model::whatsapp::template::{self, ButtonKind, Component, Parameter, ParameterValue};
use incs_model::whatsapp::{Content, Template};
use incs_model::{OutboundMessage, PhoneNumber, RawJson, UnknownMember, decode, rcs, viber, whatsapp};

use super::row::{Past, Request, Row, past};
use super::whatsapp::{buttons, card, carousel, cta_url, interactive, list, row};

/// Returns a recipient.
pub(super) fn to() -> PhoneNumber {
    "85251230088".parse().unwrap()
}

pub(super) fn rows() -> Vec<Row> {
    let kinds_of_messages: [Request; 3] = [
        Box::new(whatsapp::Message::new(to(), "x")),
        Box::new(OutboundMessage::from(viber::Message::new(to(), "x"))),
        Box::new(rcs::Message::new(to(), "x")),
    ];
    vec![
        Row::decoded(
            &common::TO_DIGITS,
            &[r#"{"to":"8525123","type":"text","text":"x"}"#, r#"{"type":"text","text":"x","to":"852512300881234"}"#],
            &[
                ("/to", r#"{"to":"","type":"text","text":"x"}"#),
                ("/to", r#"{"to":"852512","type":"text","text":"x"}"#),
                ("/to", r#"{"to":"8525123008812345","type":"text","text":"x"}"#),
                ("/to", r#"{"to":"085251230088","type":"text","text":"x"}"#),
                ("/to", r#"{"to":"0085251230088","type":"text","text":"x"}"#),
                ("/to", r#"{"to":"+85251230088","type":"text","text":"x"}"#),
                ("/to", r#"{"type":"text","text":"x","to":"852 5123 0088"}"#),
                ("/to", r#"{"to":"٨٥٢٥١٢٣٠٠٨٨","type":"text","text":"x"}"#),
                ("/to", r#"{"to":85251230088,"type":"text","text":"x"}"#),
                ("/to", r#"{"type":"text","text":"x"}"#),
            ],
        ),
        not_empty(),
        Row::cases(
            &common::LINK_ABSOLUTE,
            ["https://h", "HTTP://h:1/?#", "https://[::1]/é"].map(|link| Box::new(image(link)) as Request),
            ["", "h.example/a", "ftp://h/a", "https://", "https://h/a b", "https:///a"]
                .map(|link| past("/image/link", image(link))),
        )
        .and_past([
            past(
                "/interactive/action/parameters/url",
                interactive(cta_url(|message| {
                    message.action.parameters.url = "shop".into();
                })),
            ),
            past(
                "/interactive/header/video/link",
                interactive(cta_url(|message| {
                    message.header = Some(Header::video("//h/a.mp4"));
                })),
            ),
            past("/template/components/0/parameters/0/image/link", send(Component::header(Parameter::image("x")))),
        ]),
        Row::cases(&common::KIND_KNOWN, kinds_of_messages, unknown_kinds()),
    ]
}

fn image(link: &str) -> rcs::Message {
    rcs::Message::new(to(), rcs::Image::new(link))
}

fn send(component: Component) -> whatsapp::Message {
    whatsapp::Message::new(to(), Template::new("order_received").with_components([component]))
}

/// One character passes and an empty text fails, for every required text.
fn not_empty() -> Row {
    type Make = fn(String) -> Request;
    let places: [(&'static str, Make); 29] = [
        ("/text", |text| Box::new(whatsapp::Message::new(to(), text))),
        ("/text", |text| Box::new(viber::Message::new(to(), text))),
        ("/text", |text| Box::new(rcs::Message::new(to(), text))),
        ("/otp/code", |text| Box::new(viber::Message::new(to(), viber::OneTimePassword::new(text, "en", 5)))),
        ("/otp/language", |text| Box::new(viber::Message::new(to(), viber::OneTimePassword::new("1", text, 5)))),
        ("/template/name", |text| Box::new(rcs::Message::new(to(), rcs::Template::new(text)))),
        ("/template/name", |text| Box::new(whatsapp::Message::new(to(), Template::new(text)))),
        ("/template/code", |text| Box::new(whatsapp::Message::new(to(), Template::new("n").with_code(text)))),
        ("/template/components/0/parameters/0/text", |text| Box::new(send(Component::body([text])))),
        ("/template/components/0/parameters/0/coupon_code", |text| Box::new(send(Component::copy_code(0, text)))),
        ("/template/components/0/parameters/0/payload", |text| {
            Box::new(send(Component::body([Parameter::payload(text)])))
        }),
        ("/template/components/0/parameters/0/parameter_name", |text| {
            Box::new(send(Component::body([Parameter::named(text, "x")])))
        }),
        ("/template/language/code", |text| {
            Box::new(whatsapp::Message::new(to(), Template::new("n").with_language(text)))
        }),
        ("/interactive/body/text", |text| Box::new(interactive(cta_url(|message| message.body.text = text)))),
        ("/interactive/header/text", |text| {
            Box::new(interactive(cta_url(|message| message.header = Some(Header::text(text)))))
        }),
        ("/interactive/header/image/id", |text| {
            let header = Header::image(HeaderMedia::by_id(text));
            Box::new(interactive(cta_url(|message| message.header = Some(header))))
        }),
        ("/interactive/footer/text", |text| {
            Box::new(interactive(buttons(1, |message| message.footer = Some(super::whatsapp::footer(text)))))
        }),
        ("/interactive/action/parameters/display_text", |text| {
            Box::new(interactive(cta_url(|message| message.action.parameters.display_text = text)))
        }),
        ("/interactive/body/text", |text| Box::new(interactive(list(1, 1, |message| message.body.text = text)))),
        ("/interactive/action/button", |text| {
            Box::new(interactive(list(1, 1, |message| message.action.button = text)))
        }),
        ("/interactive/action/sections/0/title", |text| {
            Box::new(interactive(list(1, 1, |message| message.action.sections[0].title = text)))
        }),
        ("/interactive/action/sections/0/rows/0/id", |text| {
            Box::new(interactive(list(1, 1, |message| row(message).id = text)))
        }),
        ("/interactive/action/sections/0/rows/0/title", |text| {
            Box::new(interactive(list(1, 1, |message| row(message).title = text)))
        }),
        ("/interactive/body/text", |text| Box::new(interactive(carousel(2, |message| message.body.text = text)))),
        ("/interactive/action/cards/1/body/text", |text| {
            Box::new(interactive(carousel(2, |message| card(message).body = Some(super::whatsapp::body(text)))))
        }),
        ("/interactive/action/cards/1/action/parameters/display_text", |text| {
            Box::new(interactive(carousel(2, |message| card(message).action = CardAction::open(text, "https://h"))))
        }),
        ("/interactive/body/text", |text| Box::new(interactive(buttons(1, |message| message.body.text = text)))),
        ("/interactive/action/buttons/0/reply/id", |text| {
            Box::new(interactive(buttons(1, |message| message.action.buttons[0] = Button::reply(text, "x"))))
        }),
        ("/interactive/action/buttons/0/reply/title", |text| {
            Box::new(interactive(buttons(1, |message| message.action.buttons[0] = Button::reply("x", text))))
        }),
    ];
    Row::cases(
        &common::TEXT_NOT_EMPTY,
        places.iter().map(|(_, request)| request("x".to_owned())),
        places.iter().map(|(pointer, request)| Past::boxed(pointer, request(String::new())).also(&["member.meta"])),
    )
}

fn unknown_kinds() -> Vec<Past> {
    let unknown = || UnknownMember::new("poll", RawJson::parse("{}").unwrap());
    let card_button = || CardAction::quick_replies([CardButton::Unknown(unknown())]);
    let other_menu = decode(br#"{"type":"poll"}"#).map(Content::Interactive).unwrap();
    let other_component: Component = decode(br#"{"type":"hologram"}"#).unwrap();
    let button = template::Button::new(ButtonKind::from("HOLOGRAM")).with_index("0");
    let change = |edit: fn(&mut CtaUrl, UnknownMember)| interactive(cta_url(|message| edit(message, unknown())));
    vec![
        past("/type", whatsapp::Message::new(to(), Content::Unknown(unknown()))),
        past("/type", OutboundMessage::from(viber::Message::new(to(), viber::Content::Unknown(unknown())))),
        past("/type", rcs::Message::new(to(), rcs::Content::Unknown(unknown()))),
        past("/interactive/type", whatsapp::Message::new(to(), other_menu)),
        past("/template/components/0/type", send(other_component)),
        past("/template/components/0/sub_type", send(Component::Button(button))),
        past("/template/components/0/parameters/0/type", send(Component::body([ParameterValue::Unknown(unknown())]))),
        past("/interactive/header/type", change(|message, kind| message.header = Some(Header::Unknown(kind)))),
        past(
            "/interactive/action/buttons/0/type",
            interactive(buttons(1, |message| message.action.buttons[0] = Button::Unknown(unknown()))),
        ),
        past(
            "/interactive/action/cards/1/action/buttons/0/type",
            interactive(carousel(2, |message| {
                message.action.cards[0].action = CardAction::quick_replies([CardButton::quick_reply("x", "y")]);
                card(message).action = card_button();
            })),
        ),
        past(
            "/interactive/action/cards/1/action/name",
            interactive(carousel(2, |message| {
                card(message).action = CardAction::Unknown(RawJson::parse("{}").unwrap());
            })),
        )
        .also(&["whatsapp.interactive.carousel.cards.uniform"]),
    ]
}
