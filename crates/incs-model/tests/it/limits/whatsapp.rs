//! WhatsApp messages.

use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction, CardType};
use incs_model::whatsapp::interactive::reply::{self, Button, CardButton};
use incs_model::whatsapp::interactive::{
    Body, Carousel, CtaUrl, Footer, Header, HeaderMedia, Interactive, List, ReplyButtons, cta_url as link_button,
    list as menu,
};
use incs_model::whatsapp::template::{self, ButtonKind, Component, Parameter, Template};
use incs_model::whatsapp::{Audio, Document, Image, Message, Video};
use incs_model::{RawJson, UnknownMember};

use super::common::to;
use super::row::{Request, Row, past, text};

/// A message of this content.
pub(super) fn interactive(content: Interactive) -> Message {
    Message::new(to(), content)
}

/// A message with a link button, with a change.
pub(super) fn cta_url(change: impl FnOnce(&mut CtaUrl)) -> Interactive {
    let mut message = CtaUrl::new(body("x"), link_button::Action::open("x", "https://h"));
    change(&mut message);
    Interactive::CtaUrl(message)
}

/// A list of so many sections with so many rows each, with a change.
pub(super) fn list(sections: usize, rows: usize, change: impl FnOnce(&mut List)) -> Interactive {
    let row = |section, row| menu::Row::new(format!("{section}-{row}"), format!("{section}-{row}"));
    let section = |section| menu::Section::new("x", (0..rows).map(|at| row(section, at)).collect::<Vec<_>>());
    let sections = (0..sections).map(section).collect::<Vec<_>>();
    let mut message = List::new(body("x"), menu::Action::new("x", sections));
    change(&mut message);
    Interactive::List(message)
}

/// So many cards with a link button each, with a change.
pub(super) fn carousel(cards: u32, change: impl FnOnce(&mut Carousel)) -> Interactive {
    let card = |index| Card::new(index, Header::image("https://h/a.png"), CardAction::open("x", "https://h"));
    let mut message = Carousel::of(body("x"), (0..cards).map(card));
    change(&mut message);
    Interactive::Carousel(message)
}

/// So many reply buttons, with a change.
pub(super) fn buttons(count: usize, change: impl FnOnce(&mut ReplyButtons)) -> Interactive {
    let buttons = (0..count).map(|at| Button::reply(at.to_string(), at.to_string())).collect::<Vec<_>>();
    let mut message = ReplyButtons::new(body("x"), reply::Action::new(buttons));
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

fn send(template: Template) -> Message {
    Message::new(to(), template)
}

pub(super) fn rows() -> Vec<Row> {
    [media_and_templates(), parts(), lists(), cards(), replies()].into_iter().flatten().collect()
}

fn media_and_templates() -> Vec<Row> {
    let values = |count| Component::Header(template::Header::new(vec![Parameter::text("x"); count]));
    let at_index = |index: &str| {
        let button = template::Button::new(ButtonKind::Url, index, [Parameter::text("x")]);
        send(Template::new("n").with_components([Component::Button(button)]))
    };
    let code = || Template::new("n").with_code("1");
    let components = || [Component::body([Parameter::text("x")])];
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
            ["0", "10"].map(|index| Box::new(at_index(index)) as Request),
            ["", "-1", "one", "0 ", "٣"].map(|index| past("/template/components/0/index", at_index(index))),
        ),
    ]
}

fn parts() -> Vec<Row> {
    let with_medium = |header| interactive(cta_url(|message| message.header = Some(header)));
    let medium = HeaderMedia::new;
    vec![
        Row::chars(&limits::HEADER_TEXT, "/interactive/header/text", |text| with_medium(Header::text(text))),
        Row::cases(
            &limits::HEADER_SOURCE,
            [Box::new(with_medium(Header::video("https://h/a.mp4"))) as Request]
                .into_iter()
                .chain([Box::new(with_medium(Header::Image(medium().with_id("1")))) as Request]),
            [
                past("/interactive/header/image", with_medium(Header::Image(medium()))),
                past("/interactive/header/document", {
                    with_medium(Header::Document(medium().with_id("1").with_link("https://h/a.pdf")))
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
            [Box::new(first(&|row| row.id = "0-10".into())) as Request],
            [
                past("/interactive/action/sections/0/rows/1/id", first(&|row| row.id = "0-1".into())),
                past(
                    "/interactive/action/sections/1/rows/0/id",
                    interactive(list(2, 1, |message| row(message).id = "1-0".into())),
                ),
            ],
        ),
        Row::cases(
            &limits::ROW_TITLE_UNIQUE,
            [Box::new(first(&|row| row.title = "0-10".into())) as Request],
            [past("/interactive/action/sections/0/rows/1/title", first(&|row| row.title = "0-1".into()))],
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
    let lines = |count: usize| second(&|card| card.body = Some(body(vec!["x"; count].join("\n"))));
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
        Row::items(&limits::CARDS, "/interactive/action/cards", |count| {
            interactive(carousel(u32::try_from(count).unwrap(), |_| {}))
        }),
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
            [
                HeaderMedia::new(),
                HeaderMedia::new().with_id("1"),
                HeaderMedia::new().with_id("1").with_link("https://h/a.png"),
            ]
            .map(|medium| past("/interactive/action/cards/1/header/image", header(&Header::Image(medium)))),
        ),
        Row::chars(&limits::CARD_BODY_TEXT, "/interactive/action/cards/1/body/text", |text| {
            second(&|card| card.body = Some(body(text.clone())))
        }),
        Row::cases(
            &limits::CARD_BODY_LINES,
            [1, 2].map(|count| Box::new(lines(count)) as Request),
            [past("/interactive/action/cards/1/body/text", lines(3))],
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
