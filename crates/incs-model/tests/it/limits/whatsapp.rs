//! WhatsApp messages.

use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::interactive::reply::{self, Button};
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
    [media_and_templates(), parts(), lists()].into_iter().flatten().collect()
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
