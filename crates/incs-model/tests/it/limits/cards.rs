//! Cards and reply buttons of WhatsApp.

use incs_model::RawJson;
use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction, CardType};
use incs_model::whatsapp::interactive::reply::{Button, CardButton};
use incs_model::whatsapp::interactive::{Carousel, Header, HeaderMedia};

use super::row::{Request, Row, past, text};
use super::whatsapp::{body, buttons, card, carousel, footer, interactive};

pub(super) fn rows() -> Vec<Row> {
    cards().into_iter().chain(replies()).collect()
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
