//! Templates to create.

use incs_model::decode;
use incs_model::limits::template as limits;
use incs_model::template::{rcs, whatsapp};
use proptest::prelude::*;
use serde_json::json;

use super::{Faults, link, raw_json, text, unknown_kind};

/// An RCS template of any kind.
pub(crate) fn rcs() -> impl Strategy<Value = rcs::NewTemplate> {
    Faults::any().prop_flat_map(|faults| {
        let category = faults
            .or(prop::sample::select(rcs::Category::KNOWN), prop::sample::select(vec!["", "MARKETING", "promotion"]));
        let known = prop_oneof![
            text_content(faults).prop_map(rcs::Content::Text),
            rich_card(faults).prop_map(rcs::Content::RichCard),
            carousel(faults).prop_map(rcs::Content::Carousel),
        ];
        let unknown = (unknown_kind(), prop::option::of(raw_json())).prop_map(|(kind, content)| {
            let content = content.map_or_else(String::new, |content| format!(",\"content\":{}", content.get()));
            let body = format!("{{\"name\":\"x\",\"category\":\"x\",\"type\":{}{content}}}", json!(kind));
            decode::<rcs::NewTemplate>(body.as_bytes()).unwrap().content
        });
        (text::word(faults, limits::RCS_NAME_MAX), category, faults.or(known, unknown))
            .prop_map(|(name, category, content)| rcs::NewTemplate::new(name, category, content))
    })
}

fn text_content(faults: Faults) -> impl Strategy<Value = rcs::TextContent> {
    let suggestions = faults.items(suggestion(faults), 0, Some(limits::RCS_TEXT_SUGGESTIONS_MAX), 3);
    (text::required(faults, limits::RCS_TEXT_MAX), suggestions)
        .prop_map(|(text, suggestions)| rcs::TextContent::new(text).with_suggestions(suggestions))
}

fn rich_card(faults: Faults) -> impl Strategy<Value = rcs::RichCard> {
    let words = prop::sample::select(vec!["VERTICAL", "TALL", "", "diagonal"]);
    (card(faults), prop::option::of(words.clone()), prop::option::of(words)).prop_map(|(card, orientation, height)| {
        let mut rich = rcs::RichCard::new(card);
        rich.orientation = orientation.map(rcs::Orientation::from);
        rich.height = height.map(rcs::Height::from);
        rich
    })
}

fn carousel(faults: Faults) -> impl Strategy<Value = rcs::Carousel> {
    let words = prop::sample::select(vec!["SHORT", "MEDIUM", "", "wide"]);
    let cards = faults.items(card(faults), limits::RCS_CARDS_MIN, Some(limits::RCS_CARDS_MAX), 3);
    (cards, prop::option::of(words.clone()), prop::option::of(words)).prop_map(|(cards, height, width)| {
        let mut carousel = rcs::Carousel::new(cards);
        carousel.height = height.map(rcs::Height::from);
        carousel.width = width.map(rcs::Width::from);
        carousel
    })
}

fn card(faults: Faults) -> BoxedStrategy<rcs::Card> {
    let texts = (prop::option::of(text::not_empty(faults)), prop::option::of(text::not_empty(faults)));
    let thumbnail = prop_oneof![link::with_variables(faults), Just(String::new())];
    let links = (prop::option::of(link::with_variables(faults)), prop::option::of(thumbnail));
    let suggestions = faults.items(suggestion(faults), 0, Some(limits::RCS_CARD_SUGGESTIONS_MAX), 2);
    (texts, links, suggestions)
        .prop_map(|((title, description), (media, thumbnail), suggestions)| {
            let mut card = rcs::Card::new().with_suggestions(suggestions);
            (card.card_title, card.card_description) = (title, description);
            (card.media_url, card.thumbnail_url) = (media, thumbnail);
            card
        })
        .boxed()
}

fn suggestion(faults: Faults) -> BoxedStrategy<rcs::Suggestion> {
    let words = move || {
        (text::required(faults, limits::RCS_SUGGESTION_TEXT_MAX), text::required(faults, limits::RCS_POSTBACK_MAX))
    };
    let number = faults.or(
        prop::sample::select(vec!["+1", "+85251230088", "+00"]),
        prop::sample::select(vec!["", "+", "85251230088", "+852 5123", "+[phone]", "+1\n", "++1", "+٣"]),
    );
    let known = prop_oneof![
        words().prop_map(|(text, postback)| rcs::Suggestion::reply(text, postback)),
        (words(), link::with_variables(faults))
            .prop_map(|((text, postback), url)| rcs::Suggestion::open(text, postback, url)),
        (words(), number).prop_map(|((text, postback), number)| rcs::Suggestion::dial(text, postback, number)),
    ];
    let unknown = prop::option::of(unknown_kind()).prop_map(|kind| {
        let body = match kind {
            Some(kind) => json!({ "suggestionType": kind, "text": "x" }),
            None => json!({ "text": "x" }),
        };
        decode(body.to_string().as_bytes()).unwrap()
    });
    faults.or(known, unknown)
}

/// A WhatsApp template.
pub(crate) fn whatsapp() -> impl Strategy<Value = whatsapp::NewTemplate> {
    Faults::any().prop_flat_map(|faults| {
        let category = faults.or(
            prop::sample::select(vec!["MARKETING", "UTILITY"]),
            prop::sample::select(vec!["", "AUTHENTICATION", "marketing", "OTHER"]),
        );
        let format = faults.or(
            prop::sample::select(whatsapp::ParameterFormat::KNOWN),
            prop::sample::select(vec!["", "named", "MIXED"]),
        );
        let components = prop::collection::vec(component(faults), 0..5);
        let name = text::required(faults, limits::WHATSAPP_NAME_MAX);
        (name, text::not_empty(faults), category, prop::option::of(format), components).prop_map(
            |(name, language, category, format, components)| {
                let mut template = whatsapp::NewTemplate::new(name, language, category).with_components(components);
                template.parameter_format = format.map(whatsapp::ParameterFormat::from);
                template
            },
        )
    })
}

fn component(faults: Faults) -> BoxedStrategy<whatsapp::Component> {
    let cards = prop::collection::vec(prop::collection::vec(card_component(faults), 0..3), 0..3);
    let offer = (prop::option::of(text::possibly_empty(Faults::NONE, 20)), any::<Option<bool>>());
    let offer = offer.prop_map(|(text, has_expiration)| {
        let mut offer = whatsapp::Offer::new();
        (offer.text, offer.has_expiration) = (text, has_expiration);
        whatsapp::Component::LimitedTimeOffer(whatsapp::LimitedTimeOffer::new(offer))
    });
    let known = prop_oneof![
        header(faults).prop_map(whatsapp::Component::Header),
        body(faults).prop_map(whatsapp::Component::Body),
        text::not_empty(faults).prop_map(whatsapp::Component::footer),
        prop::collection::vec(button(faults), 0..4).prop_map(whatsapp::Component::buttons),
        cards.prop_map(whatsapp::Component::carousel),
        offer,
    ];
    faults.or(known, unknown_kind().prop_map(|kind| decode(json!({ "type": kind }).to_string().as_bytes()).unwrap()))
}

fn card_component(faults: Faults) -> BoxedStrategy<whatsapp::CardComponent> {
    let buttons = prop::collection::vec(button(faults), 0..3).prop_map(whatsapp::Buttons::new);
    let known = prop_oneof![
        header(faults).prop_map(whatsapp::CardComponent::Header),
        body(faults).prop_map(whatsapp::CardComponent::Body),
        buttons.prop_map(whatsapp::CardComponent::Buttons),
    ];
    faults.or(known, unknown_kind().prop_map(|kind| decode(json!({ "type": kind }).to_string().as_bytes()).unwrap()))
}

fn header(faults: Faults) -> impl Strategy<Value = whatsapp::Header> {
    let format = faults
        .or(prop::sample::select(whatsapp::HeaderFormat::KNOWN), prop::sample::select(vec!["", "text", "CAROUSEL"]));
    let links = || prop::collection::vec(text::possibly_empty(Faults::NONE, 20), 0..2);
    let example = (prop::collection::vec(example_value(), 0..2), named_examples(faults), links(), links());
    let example = example.prop_map(|(texts, named, handles, links)| {
        whatsapp::HeaderExample::new()
            .with_header_text(texts)
            .with_header_text_named_params(named)
            .with_header_handle(handles)
            .with_header_url(links)
    });
    let header = (format, prop::option::of(text::not_empty(faults)), prop::option::of(example));
    header.prop_map(|(format, text, example)| {
        let mut header = whatsapp::Header::new(format);
        (header.text, header.example) = (text, example);
        header
    })
}

fn body(faults: Faults) -> impl Strategy<Value = whatsapp::Body> {
    let values = prop::collection::vec(prop::collection::vec(example_value(), 0..3), 0..2);
    let example = (values, named_examples(faults)).prop_map(|(values, named)| {
        whatsapp::BodyExample::new().with_body_text(values).with_body_text_named_params(named)
    });
    (text::not_empty(faults), prop::option::of(example)).prop_map(|(text, example)| {
        let mut body = whatsapp::Body::new(text);
        body.example = example;
        body
    })
}

fn example_value() -> impl Strategy<Value = incs_model::TextOrNumber> {
    prop_oneof![
        any::<i64>().prop_map(incs_model::TextOrNumber::from),
        text::not_empty(Faults::NONE).prop_map(incs_model::TextOrNumber::from),
    ]
}

fn named_examples(faults: Faults) -> impl Strategy<Value = Vec<whatsapp::NamedExample>> {
    let named =
        (text::not_empty(faults), example_value()).prop_map(|(name, value)| whatsapp::NamedExample::new(name, value));
    prop::collection::vec(named, 0..3)
}

fn button(faults: Faults) -> BoxedStrategy<whatsapp::Button> {
    let words = move || text::not_empty(faults);
    let free = || prop::option::of(text::possibly_empty(Faults::NONE, 20));
    let kind =
        faults.or(prop::sample::select(whatsapp::OtpKind::KNOWN), prop::sample::select(vec!["", "one_tap", "SMS"]));
    let otp =
        (prop::option::of(kind), free(), free(), free(), free()).prop_map(|(kind, text, autofill, package, hash)| {
            let mut otp = whatsapp::Otp::new();
            otp.otp_type = kind.map(whatsapp::OtpKind::from);
            (otp.text, otp.autofill_text, otp.package_name, otp.signature_hash) = (text, autofill, package, hash);
            whatsapp::Button::Otp(otp)
        });
    let url = (words(), link::absolute(faults), prop::option::of(sample())).prop_map(|(text, url, example)| {
        let mut button = whatsapp::UrlButton::new(text, url);
        button.example = example;
        whatsapp::Button::Url(button)
    });
    let copy = (free(), prop::option::of(sample())).prop_map(|(text, example)| {
        let mut button = whatsapp::CopyCode::new();
        (button.text, button.example) = (text, example);
        whatsapp::Button::CopyCode(button)
    });
    let known = prop_oneof![
        words().prop_map(whatsapp::Button::quick_reply),
        url,
        (words(), words()).prop_map(|(text, number)| whatsapp::Button::dial(text, number)),
        copy,
        otp,
        further_button(),
    ];
    faults.or(known, unknown_kind().prop_map(|kind| decode(json!({ "type": kind }).to_string().as_bytes()).unwrap()))
}

/// Any JSON except `null`, which means absent.
/// A button of a kind whose members are all optional and free.
fn further_button() -> impl Strategy<Value = whatsapp::Button> {
    const KINDS: &[(&str, &[&str])] = &[
        ("FLOW", &["flow_name", "flow_json", "flow_action", "navigate_screen", "icon"]),
        ("CATALOG", &[]),
        ("MPM", &[]),
        ("SPM", &[]),
        ("VOICE_CALL", &["ttl_minutes"]),
        ("APP", &["app_deep_link"]),
        ("REQUEST_CONTACT_INFO", &[]),
    ];
    let text = prop::option::of(text::possibly_empty(Faults::NONE, 20));
    (prop::sample::select(KINDS), text, any::<u32>()).prop_map(|((kind, members), text, number)| {
        let mut button = json!({ "type": kind });
        if let Some(text) = text {
            for member in members.iter().chain(&["text"]) {
                button[member] = match *member {
                    "ttl_minutes" => number.into(),
                    "app_deep_link" => json!({ "meta_app_id": number }),
                    _ => text.clone().into(),
                };
            }
        }
        decode(button.to_string().as_bytes()).unwrap()
    })
}

fn sample() -> impl Strategy<Value = incs_model::RawJson> {
    raw_json().prop_filter("null", |json| json.get() != "null")
}
