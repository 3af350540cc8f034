//! Interactive WhatsApp messages.

use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::Interactive;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction, CardType, Carousel, QuickReplies};
use incs_model::whatsapp::interactive::reply::{Button, CardButton, Reply};
use incs_model::whatsapp::interactive::{Body, CtaUrl, Footer, Header, List, ReplyButtons, cta_url, list};
use incs_model::{RawJson, decode};
use proptest::prelude::*;
use serde_json::json;

use super::{Faults, link, media, raw_json, text, unknown_kind, unknown_member};

/// An interactive message of any kind.
pub(crate) fn interactive(faults: Faults) -> impl Strategy<Value = Interactive> {
    let known = prop_oneof![
        1 => cta_url(faults).prop_map(Interactive::CtaUrl),
        2 => list(faults).prop_map(Interactive::List),
        2 => carousel(faults).prop_map(Interactive::Carousel),
        1 => reply_buttons(faults).prop_map(Interactive::Button),
    ];
    let unknown = unknown_kind().prop_map(|kind| {
        let body = json!({ "type": kind, "body": { "text": "x" } }).to_string();
        decode(body.as_bytes()).unwrap()
    });
    faults.or(known, unknown)
}

fn cta_url(faults: Faults) -> impl Strategy<Value = CtaUrl> {
    let parts = (prop::option::of(header(faults)), prop::option::of(footer(faults)));
    (body(faults, limits::BODY_TEXT_MAX), link_button(faults), parts).prop_map(|(body, action, (header, footer))| {
        let mut message = CtaUrl::new(body, "", "");
        (message.action, message.header, message.footer) = (action, header, footer);
        message
    })
}

fn list(faults: Faults) -> impl Strategy<Value = List> {
    let row = (
        text::required(faults, limits::ROW_ID_MAX),
        text::required(faults, limits::ROW_TITLE_MAX),
        prop::option::of(text::possibly_empty(faults, limits::ROW_DESCRIPTION_MAX)),
    );
    let row = row.prop_map(|(id, title, description)| {
        let mut row = list::Row::new(id, title);
        row.description = description;
        row
    });
    let section = (text::required(faults, limits::SECTION_TITLE_MAX), faults.items(row, 1, None, 3))
        .prop_map(|(title, rows)| list::Section::new(title, rows));
    let sections = faults.items(section, 1, Some(limits::LIST_SECTIONS_MAX), 3);
    let action = (text::required(faults, limits::LIST_BUTTON_MAX), sections, faults.or(Just(true), Just(false)));
    let action = action.prop_map(|(button, mut sections, apart)| {
        text::tell_apart(apart, sections.iter_mut().flat_map(|section| &mut section.rows).map(|row| &mut row.id));
        text::tell_apart(apart, sections.iter_mut().flat_map(|section| &mut section.rows).map(|row| &mut row.title));
        (button, sections)
    });
    let title = text::required(faults, limits::HEADER_TEXT_MAX).prop_map(Header::Text);
    let header = prop::option::of(faults.or(title, header(faults)));
    let parts = (header, prop::option::of(footer(faults)));
    (body(faults, limits::LIST_BODY_TEXT_MAX), action, parts).prop_map(
        |(body, (button, sections), (header, footer))| {
            let mut message = List::new(body, button, sections);
            (message.header, message.footer) = (header, footer);
            message
        },
    )
}

fn carousel(faults: Faults) -> impl Strategy<Value = Carousel> {
    let link = link_button(faults).prop_map(CardAction::Url).boxed();
    let cards = prop_oneof![Just(None), (1usize..4).prop_map(Some)].prop_flat_map(move |replies| {
        let action = match replies {
            None => link.clone(),
            Some(count) => quick_replies(faults, count).boxed(),
        };
        let unknown = into_object(raw_json()).prop_map(CardAction::Unknown);
        let odd = prop_oneof![link.clone(), quick_replies(faults, 2), unknown];
        let card = card(faults, faults.or(action, odd).boxed());
        (faults.items(card, limits::CARDS_MIN, Some(limits::CARDS_MAX), 4), faults.or(Just(true), Just(false)))
    });
    let cards = cards.prop_map(|(mut cards, in_order)| {
        if in_order {
            for (index, card) in (0..).zip(&mut cards) {
                card.card_index = index;
            }
        }
        cards
    });
    let absent = (Just(None), Just(None), Just(None));
    let present =
        (prop::option::of(header(faults)), prop::option::of(footer(faults)), prop::option::of(into_object(raw_json())));
    (body(faults, limits::BODY_TEXT_MAX), cards, faults.or(absent, present)).prop_map(
        |(body, cards, (header, footer, buttons))| {
            let mut message = Carousel::new(body, [] as [Card; 0]);
            (message.action.cards, message.action.buttons) = (cards, buttons);
            (message.header, message.footer) = (header, footer);
            message
        },
    )
}

fn card(faults: Faults, action: BoxedStrategy<CardAction>) -> BoxedStrategy<Card> {
    let image = link::to_file(faults, limits::IMAGE_KINDS).prop_map(Header::image);
    let video = link::to_file(faults, limits::VIDEO_KINDS).prop_map(Header::video);
    let header = faults.or(prop_oneof![image, video], header(Faults(60)));
    let lines = text::lines(faults, limits::CARD_BODY_TEXT_MAX, limits::CARD_BODY_LINE_BREAKS_MAX + 1);
    let body = prop::option::of(lines.prop_map(Body::new));
    let kind = faults.or(Just("cta_url"), prop::sample::select(vec!["", "quick_reply"])).prop_map(CardType::from);
    (any::<u32>(), header, action, body, kind)
        .prop_map(|(index, header, action, body, kind)| {
            let mut card = Card::new(header, action);
            (card.card_index, card.r#type, card.body) = (index, kind, body);
            card
        })
        .boxed()
}

fn quick_replies(faults: Faults, count: usize) -> impl Strategy<Value = CardAction> {
    let unknown = prop::collection::vec(unknown_member().prop_map(CardButton::Unknown), 0..2);
    (replies(faults, count), faults.or(Just(Vec::new()), unknown)).prop_map(|(replies, mut buttons)| {
        buttons.extend(replies.into_iter().map(CardButton::QuickReply));
        CardAction::QuickReplies(QuickReplies::new(buttons))
    })
}

fn reply_buttons(faults: Faults) -> impl Strategy<Value = ReplyButtons> {
    let unknown = prop::collection::vec(unknown_member().prop_map(Button::Unknown), 0..2);
    let count = faults.or(1..=limits::REPLY_BUTTONS_MAX, prop_oneof![Just(0), Just(limits::REPLY_BUTTONS_MAX + 1)]);
    let known = count.prop_flat_map(move |count| replies(faults, count));
    let buttons = (known, faults.or(Just(Vec::new()), unknown)).prop_map(|(replies, mut buttons)| {
        buttons.extend(replies.into_iter().map(Button::Reply));
        buttons
    });
    let parts = (prop::option::of(header(faults)), prop::option::of(footer(faults)));
    (body(faults, limits::BODY_TEXT_MAX), buttons, parts).prop_map(|(body, buttons, (header, footer))| {
        let mut message = ReplyButtons::new(body, buttons);
        (message.header, message.footer) = (header, footer);
        message
    })
}

/// `count` replies; faulty ones may be fewer, or share ids and titles.
fn replies(faults: Faults, count: usize) -> impl Strategy<Value = Vec<Reply>> {
    let reply = (text::required(faults, limits::REPLY_ID_MAX), text::required(faults, limits::REPLY_TITLE_MAX))
        .prop_map(|(id, title)| Reply::new(id, title));
    let replies = prop::collection::vec(reply.clone(), count);
    let fewer = prop::collection::vec(reply, 0..=count);
    (faults.or(replies, fewer), faults.or(Just(true), Just(false))).prop_map(|(mut replies, apart)| {
        text::tell_apart(apart, replies.iter_mut().map(|reply| &mut reply.id));
        text::tell_apart(apart, replies.iter_mut().map(|reply| &mut reply.title));
        replies
    })
}

fn link_button(faults: Faults) -> impl Strategy<Value = cta_url::Action> {
    let name = faults.or(Just("cta_url"), prop::sample::select(vec!["", "open_url"]));
    (name, text::required(faults, limits::DISPLAY_TEXT_MAX), link::absolute(faults)).prop_map(|(name, label, url)| {
        let mut action = cta_url::Action::new(label, url);
        action.name = name.into();
        action
    })
}

fn header(faults: Faults) -> BoxedStrategy<Header> {
    let known = prop_oneof![
        text::required(faults, limits::HEADER_TEXT_MAX).prop_map(Header::Text),
        media::in_header(faults, limits::IMAGE_KINDS).prop_map(Header::Image),
        media::in_header(faults, limits::VIDEO_KINDS).prop_map(Header::Video),
        media::document_in_header(faults).prop_map(Header::Document),
    ];
    faults.or(known, unknown_member().prop_map(Header::Unknown))
}

fn body(faults: Faults, max: usize) -> impl Strategy<Value = Body> {
    text::required(faults, max).prop_map(Body::new)
}

fn footer(faults: Faults) -> impl Strategy<Value = Footer> {
    text::required(faults, limits::FOOTER_TEXT_MAX).prop_map(Footer::new)
}

/// An object with one member.
fn into_object(json: impl Strategy<Value = RawJson>) -> impl Strategy<Value = RawJson> {
    json.prop_map(|member| RawJson::parse(format!("{{\"odd\":{}}}", member.get())).unwrap())
}
