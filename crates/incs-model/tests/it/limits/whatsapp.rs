//! WhatsApp messages.

use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction, CardType};
use incs_model::whatsapp::interactive::reply::{Button, CardButton};
use incs_model::whatsapp::interactive::{
    Body, Carousel, CtaUrl, Footer, Header, HeaderDocument, HeaderMedia, Interactive, List, ReplyButtons, list as menu,
};
use incs_model::whatsapp::template::{self, ButtonKind, Component, Parameter, Template};
use incs_model::whatsapp::{Audio, Document, Image, Message, Video};
use incs_model::{RawJson, TextOrNumber, UnknownMember};

use super::common::to;
use super::row::{Request, Row, past, text};

/// A message of this content.
pub(super) fn interactive(content: Interactive) -> Message {
    Message::new(to(), content)
}

/// A message with a link button, with a change.
pub(super) fn cta_url(change: impl FnOnce(&mut CtaUrl)) -> Interactive {
    let mut message = CtaUrl::new("x", "x", "https://h");
    change(&mut message);
    Interactive::CtaUrl(message)
}

/// Returns a list with these numbers of sections and of rows in each, after a change.
pub(super) fn list(sections: usize, rows: usize, change: impl FnOnce(&mut List)) -> Interactive {
    let row = |section, row| menu::Row::new(format!("{section}-{row}"), format!("{section}-{row}"));
    let section = |section| menu::Section::new("x", (0..rows).map(|at| row(section, at)));
    let mut message = List::new("x", "x", (0..sections).map(section));
    change(&mut message);
    Interactive::List(message)
}

/// Returns this number of cards with a link button each, after a change.
pub(super) fn carousel(cards: usize, change: impl FnOnce(&mut Carousel)) -> Interactive {
    let card = Card::new(Header::image("https://h/a.png"), CardAction::open("x", "https://h"));
    let mut message = Carousel::new("x", vec![card; cards]);
    change(&mut message);
    Interactive::Carousel(message)
}

/// Returns this number of reply buttons, after a change.
pub(super) fn buttons(count: usize, change: impl FnOnce(&mut ReplyButtons)) -> Interactive {
    let buttons = (0..count).map(|at| Button::reply(at.to_string(), at.to_string()));
    let mut message = ReplyButtons::new("x", buttons);
    change(&mut message);
    Interactive::Button(message)
}

/// The first row.
pub(super) fn row(message: &mut List) -> &mut menu::Row {
    &mut message.action.sections[0].rows[0]
}

/// The second card.
pub(super) fn card(message: &mut Carousel) -> &mut Card {
    &mut message.action.cards[1]
}

pub(super) fn body(text: impl Into<String>) -> Body {
    Body::new(text)
}

pub(super) fn footer(text: impl Into<String>) -> Footer {
    Footer::new(text)
}

/// A medium by link, by id, by both or by neither.
fn medium(link: Option<&str>, id: Option<&str>) -> HeaderMedia {
    let mut medium = HeaderMedia::by_link("");
    (medium.link, medium.id) = (link.map(Into::into), id.map(Into::into));
    medium
}

fn send(template: Template) -> Message {
    Message::new(to(), template)
}

pub(super) fn rows() -> Vec<Row> {
    [media_and_templates(), parts(), lists(), cards(), replies()].into_iter().flatten().collect()
}

fn media_and_templates() -> Vec<Row> {
    let values = |count| Component::Header(template::Header::new(vec!["x"; count]));
    let with_header = |parameter| send(Template::new("n").with_components([Component::header(parameter)]));
    let at_index = |index: TextOrNumber| {
        let button = template::Button::new(ButtonKind::CopyCode)
            .with_index(index)
            .with_parameters([Parameter::coupon_code("x")]);
        send(Template::new("n").with_components([Component::Button(button)]))
    };
    let code = || Template::new("n").with_code("1");
    let components = || [Component::body(["x"])];
    vec![
        Row::kinds(&limits::IMAGE_KIND, "/image/link", |link| Message::new(to(), Image::new(link))),
        Row::kinds(&limits::VIDEO_KIND, "/video/link", |link| Message::new(to(), Video::new(link))),
        Row::kinds(&limits::AUDIO_KIND, "/audio/link", |link| Message::new(to(), Audio::new(link))),
        Row::kinds(&limits::DOCUMENT_KIND, "/document/link", |link| Message::new(to(), Document::new(link))),
        Row::cases(
            &limits::TEMPLATE_CODE,
            [Box::new(send(code())) as Request, Box::new(send(Template::new("n").with_components(components())))],
            [past("/template/code", send(code().with_components(components())))],
        ),
        Row::items(&limits::TEMPLATE_HEADER_COUNT, "/template/components/0/parameters", |count| {
            send(Template::new("n").with_components([values(count)]))
        }),
        Row::cases(
            &limits::TEMPLATE_BUTTON_INDEX,
            ["0", "10"].map(|index| Box::new(at_index(index.into())) as Request),
            ["", "-1", "one", "0 ", "٣"].map(|index| past("/template/components/0/index", at_index(index.into()))),
        )
        .and_at([Box::new(at_index(3.into())) as Request])
        .and_past([-1.0, 0.5].map(|index| past("/template/components/0/index", at_index(index.into()))))
        .and_past([past("/template/components/0/index", {
            let button = template::Button::new(ButtonKind::CopyCode).with_parameters([Parameter::coupon_code("x")]);
            send(Template::new("n").with_components([Component::Button(button)]))
        })]),
        Row::cases(
            &limits::TEMPLATE_HEADER_SOURCE,
            [Box::new(with_header(Parameter::image("https://h/a.png"))) as Request],
            [past("/template/components/0/parameters/0/image", with_header(Parameter::image(medium(None, None))))],
        )
        .and_past([past("/template/components/0/parameters/0/image", {
            with_header(Parameter::image(medium(Some("https://h/a.png"), Some("1"))))
        })
        .also(&["member.meta"])]),
        whitespace(),
    ]
}

/// Texts that Meta refuses, in every value that fills a placeholder with text.
fn whitespace() -> Row {
    let with = |component| send(Template::new("n").with_components([component]));
    let currency = |text: &str| template::Currency::new(text, "USD", 1000);
    let texts = ["a\nb", "a\r\nb", "a\tb", "     x"];
    let at = ["a b", "a    b", " "].map(|text| Box::new(with(Component::body([text]))) as Request);
    let bodies = texts.map(|text| past("/template/components/0/parameters/0/text", with(Component::body([text]))));
    let others = texts.map(|text| {
        [
            past("/template/components/0/parameters/0/text", with(Component::header(text))),
            past("/template/components/0/parameters/0/text", with(Component::link_end(0, text))),
            past(
                "/template/components/0/parameters/0/currency/fallback_value",
                with(Component::body([currency(text)])),
            ),
        ]
    });
    let others = others.into_iter().flatten().map(|past| past.also(&["member.meta"]));
    Row::cases(&incs_model::limits::template::WHATSAPP_PARAMETERS_WHITESPACE, at, bodies).and_past(others)
}

fn parts() -> Vec<Row> {
    let with_medium = |header| interactive(cta_url(|message| message.header = Some(header)));
    vec![
        Row::chars(&limits::HEADER_TEXT, "/interactive/header/text", |text| with_medium(Header::text(text))),
        Row::cases(
            &limits::HEADER_SOURCE,
            [Box::new(with_medium(Header::video("https://h/a.mp4"))) as Request]
                .into_iter()
                .chain([Box::new(with_medium(Header::image(HeaderMedia::by_id("1")))) as Request]),
            [
                past("/interactive/header/image", with_medium(Header::image(medium(None, None)))),
                past("/interactive/header/document", {
                    let mut both = HeaderDocument::by_link("https://h/a.pdf");
                    both.id = Some("1".into());
                    with_medium(Header::document(both))
                }),
            ],
        ),
        Row::chars(&limits::BODY_TEXT, "/interactive/body/text", |text| {
            interactive(cta_url(|message| message.body.text = text))
        })
        .and_past([
            past("/interactive/body/text", interactive(carousel(2, |message| message.body.text = text("é", 1025)))),
            past("/interactive/body/text", interactive(buttons(1, |message| message.body.text = text("é", 1025)))),
        ]),
        Row::chars(&limits::FOOTER_TEXT, "/interactive/footer/text", |text| {
            interactive(list(1, 1, |message| message.footer = Some(footer(text))))
        }),
        Row::chars(&limits::DISPLAY_TEXT, "/interactive/action/parameters/display_text", |text| {
            interactive(cta_url(|message| message.action.parameters.display_text = text))
        }),
        Row::one_of(&limits::ACTION_NAME, "/interactive/action/name", |name| {
            interactive(cta_url(|message| message.action.name = name.into()))
        }),
    ]
}

fn lists() -> Vec<Row> {
    let first = |change: &dyn Fn(&mut menu::Row)| interactive(list(1, 2, |message| change(row(message))));
    let headed = |header| interactive(list(1, 1, |message| message.header = Some(header)));
    let unknown = UnknownMember::new("poll", RawJson::parse("{}").unwrap());
    vec![
        Row::cases(
            &limits::LIST_HEADER,
            [Box::new(headed(Header::text("x"))) as Request],
            [
                Header::image("https://h"),
                Header::video("https://h"),
                Header::document("https://h"),
                Header::Unknown(unknown),
            ]
            .map(|header| past("/interactive/header/type", headed(header))),
        ),
        Row::chars(&limits::LIST_BODY_TEXT, "/interactive/body/text", |text| {
            interactive(list(1, 1, |message| message.body.text = text))
        }),
        Row::chars(&limits::LIST_BUTTON, "/interactive/action/button", |text| {
            interactive(list(1, 1, |message| message.action.button = text))
        }),
        Row::items(&limits::LIST_SECTIONS, "/interactive/action/sections", |count| interactive(list(count, 1, |_| {})))
            .also_breaking(&["whatsapp.interactive.list.rows.count"]),
        Row::chars(&limits::SECTION_TITLE, "/interactive/action/sections/0/title", |text| {
            interactive(list(1, 1, |message| message.action.sections[0].title = text))
        }),
        Row::items(&limits::SECTION_ROWS, "/interactive/action/sections/0/rows", |count| {
            interactive(list(1, count, |_| {}))
        }),
        Row::cases(
            &limits::LIST_ROWS,
            [(1, 10), (10, 1), (2, 5)]
                .map(|(sections, rows)| Box::new(interactive(list(sections, rows, |_| {}))) as Request),
            [(1, 11), (2, 6)].map(|(sections, rows)| {
                past("/interactive/action/sections", interactive(list(sections, rows, |_| {})))
            }),
        ),
        Row::chars(&limits::ROW_ID, "/interactive/action/sections/0/rows/0/id", |text| {
            first(&|row| row.id.clone_from(&text))
        }),
        Row::chars(&limits::ROW_TITLE, "/interactive/action/sections/0/rows/0/title", |text| {
            first(&|row| row.title.clone_from(&text))
        }),
        Row::chars(&limits::ROW_DESCRIPTION, "/interactive/action/sections/0/rows/0/description", |text| {
            first(&|row| row.description = Some(text.clone()))
        }),
        Row::cases(
            &limits::ROW_ID_UNIQUE,
            [first(&|row| row.id = "0-10".into()), first(&|row| row.title = "0-1".into())]
                .map(|message| Box::new(message) as Request),
            [
                past("/interactive/action/sections/0/rows/1/id", first(&|row| row.id = "0-1".into())),
                past(
                    "/interactive/action/sections/1/rows/0/id",
                    interactive(list(2, 1, |message| row(message).id = "1-0".into())),
                ),
            ],
        ),
    ]
}

fn cards() -> Vec<Row> {
    let second = |change: &dyn Fn(&mut Card)| interactive(carousel(2, |message| change(card(message))));
    let forbidden = |change: &dyn Fn(&mut Carousel)| interactive(carousel(2, |message| change(message)));
    let quick = |count| {
        CardAction::quick_replies((0..count).map(|at: usize| CardButton::quick_reply(at.to_string(), at.to_string())))
    };
    let all_quick = |count| {
        interactive(carousel(2, |message| message.action.cards.iter_mut().for_each(|card| card.action = quick(count))))
    };
    let broken = |text: &str| second(&|card| card.body = Some(body(text)));
    let header = |header: &Header| second(&|card| card.header = header.clone());
    vec![
        Row::cases(
            &limits::CAROUSEL_MAIN,
            [Box::new(forbidden(&|_| {})) as Request],
            [
                past("/interactive/header", forbidden(&|message| message.header = Some(Header::text("x")))),
                past("/interactive/footer", forbidden(&|message| message.footer = Some(footer("x")))),
                past("/interactive/action/buttons", {
                    forbidden(&|message| message.action.buttons = Some(RawJson::parse("[]").unwrap()))
                }),
            ],
        ),
        Row::items(&limits::CARDS, "/interactive/action/cards", |count| interactive(carousel(count, |_| {}))),
        Row::one_of(&limits::CARD_TYPE, "/interactive/action/cards/1/type", |kind| {
            second(&|card| card.r#type = CardType::from(kind))
        }),
        Row::cases(
            &limits::CARD_INDEX,
            [Box::new(interactive(carousel(10, |_| {}))) as Request],
            [0, 2, u32::MAX]
                .map(|index| past("/interactive/action/cards/1/card_index", second(&|card| card.card_index = index))),
        ),
        Row::cases(
            &limits::CARD_HEADER,
            [Header::image("https://h/a.png"), Header::video("https://h/a.mp4")]
                .map(|kind| Box::new(header(&kind)) as Request),
            [Header::text("x"), Header::document("https://h/a.pdf")]
                .map(|kind| past("/interactive/action/cards/1/header/type", header(&kind))),
        ),
        Row::cases(
            &limits::CARD_HEADER_LINK,
            [Box::new(header(&Header::image("https://h/a.png"))) as Request],
            [medium(None, None), medium(None, Some("1")), medium(Some("https://h/a.png"), Some("1"))]
                .map(|medium| past("/interactive/action/cards/1/header/image", header(&Header::Image(medium)))),
        ),
        Row::chars(&limits::CARD_BODY_TEXT, "/interactive/action/cards/1/body/text", |text| {
            second(&|card| card.body = Some(body(text.clone())))
        }),
        Row::cases(
            &limits::CARD_BODY_LINE_BREAKS,
            ["x", "x\ny", "x\n\ny", "x\r\n\r\ny", "x\ry\rz", "x\n\ny\n", "x\n\ny\r\n\n", "\n\nx"]
                .map(|text| Box::new(broken(text)) as Request),
            ["x\ny\nz\n0", "x\n\n\ny", "x\r\n\r\n\r\ny", "x\ry\rz\r0", "x\n\r\n\ry", "\n\n\nx"]
                .map(|text| past("/interactive/action/cards/1/body/text", broken(text))),
        ),
        Row::cases(
            &limits::CARD_BUTTONS,
            [1, 2, 12].map(|count| Box::new(all_quick(count)) as Request),
            [past("/interactive/action/cards/1/action/buttons", {
                interactive(carousel(2, |message| {
                    message.action.cards[0].action = quick(1);
                    card(message).action = quick(0);
                }))
            })],
        )
        .also_breaking(&["whatsapp.interactive.carousel.cards.uniform"]),
        Row::cases(
            &limits::CARDS_UNIFORM,
            [Box::new(all_quick(3)) as Request],
            [past("/interactive/action/cards/1/action", second(&|card| card.action = quick(1)))],
        )
        .and_past([past("/interactive/action/cards/1/action", {
            interactive(carousel(2, |message| {
                message.action.cards[0].action = quick(2);
                card(message).action = quick(1);
            }))
        })]),
    ]
}

fn replies() -> Vec<Row> {
    let first =
        |id: &str, title: &str| interactive(buttons(2, |message| message.action.buttons[0] = Button::reply(id, title)));
    let on_card = |id: &str, title: &str| {
        let replies = [CardButton::quick_reply("1", "1"), CardButton::quick_reply(id, title)];
        interactive(carousel(2, |message| {
            message.action.cards.iter_mut().for_each(|card| card.action = CardAction::quick_replies(replies.clone()));
            message.action.cards[0].action =
                CardAction::quick_replies([CardButton::quick_reply("1", "1"), CardButton::quick_reply("2", "2")]);
        }))
    };
    vec![
        Row::chars(&limits::REPLY_TITLE, "/interactive/action/buttons/0/reply/title", |text| first("x", &text))
            .and_past([past(
                "/interactive/action/cards/1/action/buttons/1/quick_reply/title",
                on_card("x", &text("é", 21)),
            )]),
        Row::chars(&limits::REPLY_ID, "/interactive/action/buttons/0/reply/id", |text| first(&text, "x")).and_past([
            past("/interactive/action/cards/1/action/buttons/1/quick_reply/id", on_card(&text("é", 257), "x")),
        ]),
        Row::cases(
            &limits::REPLY_TITLE_UNIQUE,
            [Box::new(first("x", "0")) as Request],
            [past("/interactive/action/buttons/1/reply/title", first("x", "1"))],
        )
        .and_past([past("/interactive/action/cards/1/action/buttons/1/quick_reply/title", on_card("x", "1"))]),
        Row::cases(
            &limits::REPLY_ID_UNIQUE,
            [Box::new(first("0", "x")) as Request],
            [past("/interactive/action/buttons/1/reply/id", first("1", "x"))],
        )
        .and_past([past("/interactive/action/cards/1/action/buttons/1/quick_reply/id", on_card("1", "x"))]),
        Row::items(&limits::REPLY_BUTTONS, "/interactive/action/buttons", |count| interactive(buttons(count, |_| {}))),
    ]
}
