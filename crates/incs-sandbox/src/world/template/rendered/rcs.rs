//! RCS templates as the customer sees them.

use std::borrow::Cow;

use incs_model::rcs::Template as Send;
use incs_model::template::rcs::{Card, Content, Suggestion, Template};

use super::super::text::filled;
use super::{Button, Header, Rendered};

/// What the customer sees of an RCS template.
pub(crate) fn rcs(template: &Template, send: &Send) -> Rendered {
    let fill = |text: &str| {
        let value = |name: &str| send.parameters.as_ref()?.get(name).map(|value| Cow::Borrowed(value.as_str()));
        filled(text, ("[", "]"), &value)
    };
    let seen = content(template, &fill);
    let template_id = Some(template.template_id.to_string());
    Rendered { template_id, kind: Some(template.content.kind().to_owned()), ..seen }
}

fn content(template: &Template, fill: &dyn Fn(&str) -> String) -> Rendered {
    match &template.content {
        Content::Text(content) => Rendered {
            body: Some(fill(&content.text_message)),
            buttons: buttons(&content.suggestions, fill),
            ..Rendered::default()
        },
        Content::RichCard(rich) => Rendered { cards: vec![card(&rich.standalone_card, fill)], ..Rendered::default() },
        Content::Carousel(carousel) => {
            let cards = carousel.carousel_card.iter().map(|one| card(one, fill)).collect();
            Rendered { cards, ..Rendered::default() }
        }
        _ => Rendered::default(),
    }
}

fn card(card: &Card, fill: &dyn Fn(&str) -> String) -> Rendered {
    Rendered {
        header: card.media_url.as_deref().map(|link| Header::of_link(fill(link))),
        title: card.card_title.as_deref().map(fill),
        body: card.card_description.as_deref().map(fill),
        buttons: buttons(&card.suggestions, fill),
        ..Rendered::default()
    }
}

fn buttons(suggestions: &[Suggestion], fill: &dyn Fn(&str) -> String) -> Vec<Button> {
    let button = |suggestion: &Suggestion| match suggestion {
        Suggestion::Reply(reply) => {
            Some(Button::QuickReply { text: fill(&reply.text), payload: fill(&reply.postback_data) })
        }
        Suggestion::UrlAction(action) => Some(Button::Url {
            text: fill(&action.text),
            url: fill(&action.url),
            payload: Some(fill(&action.postback_data)),
        }),
        Suggestion::DialerAction(action) => Some(Button::Phone {
            text: fill(&action.text),
            phone: fill(&action.phone_number),
            payload: Some(fill(&action.postback_data)),
        }),
        _ => None,
    };
    suggestions.iter().filter_map(button).collect()
}
