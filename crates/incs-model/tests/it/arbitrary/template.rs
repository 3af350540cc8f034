//! Sends of WhatsApp templates.

use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::template::{
    Action, Body, Button, ButtonKind, Card, CardComponent, Carousel, Component, Currency, DateTime, Header, Language,
    LimitedTimeOffer, Location, OfferEnd, OrderState, OrderStatus, OrderUpdate, Parameter, ParameterValue, Product,
    ProductSection, TapTarget, TapTargetConfiguration, Template,
};
use incs_model::{TextOrNumber, decode};
use proptest::prelude::*;
use serde_json::json;

use super::media::{self, rarely};
use super::{Faults, link, raw_json, text, unknown_kind, unknown_member};

/// A send of a template, with values, a code, both or none.
pub(crate) fn template(faults: Faults) -> impl Strategy<Value = Template> {
    let components = || prop::collection::vec(component(faults), 0..4);
    let values = prop_oneof![
        components().prop_map(|components| (None, components)),
        text::not_empty(faults).prop_map(|code| (Some(code), Vec::new())),
    ];
    let both = (text::not_empty(faults).prop_map(Some), components());
    let language = (text::not_empty(faults), any::<bool>());
    let language = language.prop_map(|(code, has_policy)| {
        let language = Language::new(code);
        if has_policy { language.with_policy("deterministic") } else { language }
    });
    let of_meta = (rarely(language), rarely(text::possibly_empty(Faults::NONE, 20)));
    (text::not_empty(faults), faults.or(values, both), of_meta).prop_map(
        |(name, (code, components), (language, namespace))| {
            let mut template = Template::new(name).with_components(components);
            (template.language, template.namespace) = (language, namespace);
            match code {
                Some(code) => template.with_code(code),
                None => template,
            }
        },
    )
}

fn component(faults: Faults) -> BoxedStrategy<Component> {
    let card = (0u32..3, prop::collection::vec(card_component(faults), 0..3));
    let card = card.prop_map(|(index, parts)| {
        let mut card = Card::new(parts);
        card.card_index = index;
        card
    });
    let cards = prop::collection::vec(card, 0..3).prop_map(|cards| {
        let mut carousel = Carousel::new([] as [Card; 0]);
        carousel.cards = cards;
        carousel
    });
    let values = move || prop::collection::vec(parameter(faults), 0..2);
    let known = prop_oneof![
        3 => header(faults).prop_map(Component::Header),
        3 => body(faults).prop_map(Component::Body),
        3 => button(faults).prop_map(Component::Button),
        1 => cards.prop_map(Component::Carousel),
        1 => values().prop_map(|values| Component::LimitedTimeOffer(LimitedTimeOffer::new(values))),
        1 => values().prop_map(|values| Component::OrderStatus(OrderStatus::new(values))),
        1 => values().prop_map(|values| Component::TapTarget(TapTargetConfiguration::new(values))),
    ];
    faults.or(known, unknown_component())
}

fn card_component(faults: Faults) -> BoxedStrategy<CardComponent> {
    let known = prop_oneof![
        header(faults).prop_map(CardComponent::Header),
        body(faults).prop_map(CardComponent::Body),
        button(faults).prop_map(CardComponent::Button),
    ];
    faults.or(known, unknown_component())
}

fn unknown_component<T: serde::de::DeserializeOwned + std::fmt::Debug + 'static>() -> impl Strategy<Value = T> {
    unknown_kind().prop_map(|kind| {
        let body = json!({ "type": kind, "parameters": [] }).to_string();
        decode(body.as_bytes()).unwrap()
    })
}

fn header(faults: Faults) -> impl Strategy<Value = Header> {
    faults.items(parameter(faults), 1, Some(1), 1).prop_map(Header::new)
}

fn body(faults: Faults) -> impl Strategy<Value = Body> {
    prop::collection::vec(parameter(faults), 0..4).prop_map(Body::new)
}

fn button(faults: Faults) -> impl Strategy<Value = Button> {
    let in_some_case = (prop::sample::select(ButtonKind::KNOWN), 0..3).prop_map(|(kind, case)| match case {
        0 => kind.to_owned(),
        1 => kind.to_ascii_lowercase(),
        _ => kind[..1].to_owned() + &kind[1..].to_ascii_lowercase(),
    });
    let other = prop::sample::select(vec!["", "copy code", "URL\n", "HOLOGRAM"]).prop_map(str::to_owned);
    let kind = faults.or(in_some_case, other);
    let index = faults.or(
        prop_oneof![
            prop::sample::select(vec!["0", "2", "10", "007"]).prop_map(TextOrNumber::from),
            (0..10).prop_map(TextOrNumber::from)
        ],
        prop_oneof![
            prop::sample::select(vec!["", "-1", "1.0", "one", "٣", "1\n", " 1"]).prop_map(TextOrNumber::from),
            Just(TextOrNumber::from(-1)),
            Just(TextOrNumber::from(0.5)),
        ],
    );
    let index = faults.or(index.prop_map(Some), Just(None));
    (kind, index, prop::collection::vec(parameter(faults), 0..3)).prop_map(|(kind, index, values)| {
        let mut button = Button::new(kind).with_parameters(values);
        button.index = index;
        button
    })
}

fn parameter(faults: Faults) -> BoxedStrategy<Parameter> {
    let name = rarely(text::not_empty(faults));
    let value = faults.or(value(faults), unknown_member().prop_map(ParameterValue::Unknown));
    (value, name)
        .prop_map(|(value, name)| {
            let mut parameter = Parameter::new(value);
            parameter.parameter_name = name;
            parameter
        })
        .boxed()
}

fn value(faults: Faults) -> impl Strategy<Value = ParameterValue> {
    let spaced = prop::sample::select(vec!["a\nb", "a\tb", "a     b", "a\r", "a    b"]).prop_map(str::to_owned);
    let texts = faults.or(text::not_empty(faults), spaced);
    prop_oneof![
        6 => texts.prop_map(ParameterValue::Text),
        2 => media::in_header(faults, limits::IMAGE_KINDS).prop_map(ParameterValue::Image),
        1 => media::in_header(faults, limits::VIDEO_KINDS).prop_map(ParameterValue::Video),
        1 => media::in_header(faults, &["mp4"]).prop_map(ParameterValue::Gif),
        1 => media::document_in_header(faults).prop_map(ParameterValue::Document),
        2 => text::not_empty(faults).prop_map(ParameterValue::CouponCode),
        2 => text::not_empty(faults).prop_map(ParameterValue::Payload),
        3 => of_meta(faults),
    ]
}

/// A value without rules other than its form.
fn of_meta(faults: Faults) -> impl Strategy<Value = ParameterValue> {
    let word = || text::possibly_empty(Faults::NONE, 20);
    let number = || prop_oneof![any::<i64>().prop_map(TextOrNumber::from), word().prop_map(TextOrNumber::from)];
    let currency = (word(), word(), any::<i64>()).prop_map(|(text, code, amount)| Currency::new(text, code, amount));
    let time = (word(), prop::option::of(number())).prop_map(|(text, month)| {
        let mut time = DateTime::new(text);
        time.month = month;
        time
    });
    let place = (number(), number(), prop::option::of(word())).prop_map(|(latitude, longitude, name)| {
        let mut place = Location::new(latitude, longitude);
        place.name = name;
        place
    });
    let products = prop::collection::vec(word().prop_map(Product::new), 0..2);
    let sections = prop::collection::vec(products.prop_map(ProductSection::new), 0..2);
    let action = (sections, prop::option::of(raw_json())).prop_map(|(sections, data)| {
        let mut action = Action::new().with_sections(sections);
        action.flow_action_data = data.filter(|data| data.get() != "null");
        action
    });
    let target = (link::absolute(faults), word()).prop_map(|(url, title)| TapTarget::new(url, title));
    prop_oneof![
        currency.prop_map(ParameterValue::Currency),
        time.prop_map(ParameterValue::DateTime),
        place.prop_map(ParameterValue::Location),
        word().prop_map(|id| ParameterValue::Product(Product::new(id))),
        action.prop_map(ParameterValue::Action),
        any::<u64>().prop_map(|end| ParameterValue::LimitedTimeOffer(OfferEnd::new(end))),
        (word(), word())
            .prop_map(|(id, status)| ParameterValue::OrderStatus(OrderUpdate::new(id, OrderState::new(status)))),
        any::<u32>().prop_map(ParameterValue::TtlMinutes),
        prop::collection::vec(target, 0..3).prop_map(ParameterValue::TapTarget),
    ]
}
