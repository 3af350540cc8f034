//! Messages of the three channels.

use std::collections::BTreeMap;

use incs_model::{limits, rcs, viber, whatsapp};
use proptest::prelude::*;

use super::{Faults, interactive, link, media, template, text, unknown_member};

/// A WhatsApp message of any kind.
pub(crate) fn whatsapp() -> impl Strategy<Value = whatsapp::Message> {
    use whatsapp::Content;

    Faults::any().prop_flat_map(|faults| {
        let content = prop_oneof![
            4 => template::template(faults).prop_map(Content::Template),
            1 => text::not_empty(faults).prop_map(Content::Text),
            4 => media::content(faults),
            8 => interactive::interactive(faults).prop_map(Content::Interactive),
        ];
        (text::phone(), faults.or(content, unknown_member().prop_map(Content::Unknown)))
            .prop_map(|(to, content)| whatsapp::Message::new(to, content))
    })
}

/// A Viber message of any kind.
pub(crate) fn viber() -> impl Strategy<Value = viber::Message> {
    use limits::viber as limits;
    use viber::{Content, Document, Image, OneTimePassword, Video};

    Faults::any().prop_flat_map(|faults| {
        let password = (text::not_empty(faults), text::not_empty(faults), any::<u32>())
            .prop_map(|(code, language, minutes)| OneTimePassword::new(code, language, minutes));
        let content = prop_oneof![
            password.prop_map(Content::Otp),
            text::required(faults, limits::TEXT_MAX).prop_map(Content::Text),
            link::to_file(faults, limits::IMAGE_KINDS).prop_map(|link| Content::Image(Image::new(link))),
            link::to_file(faults, limits::VIDEO_KINDS).prop_map(|link| Content::Video(Video::new(link))),
            link::to_file(faults, limits::DOCUMENT_KINDS).prop_map(|link| Content::Document(Document::new(link))),
        ];
        (text::phone(), faults.or(content, unknown_member().prop_map(Content::Unknown)))
            .prop_map(|(to, content)| viber::Message::new(to, content))
    })
}

/// An RCS message of any kind.
pub(crate) fn rcs() -> impl Strategy<Value = rcs::Message> {
    use limits::rcs as limits;
    use rcs::{Content, Document, Image, Template, Video};

    Faults::any().prop_flat_map(|faults| {
        let values = prop::collection::btree_map(text::not_empty(faults), text::not_empty(Faults(50)), 0..3);
        let template = (text::not_empty(faults), prop::option::of(values)).prop_map(
            |(name, values): (String, Option<BTreeMap<String, String>>)| match values {
                Some(values) => Template::new(name).with_parameters(values),
                None => Template::new(name),
            },
        );
        let content = prop_oneof![
            template.prop_map(Content::Template),
            text::not_empty(faults).prop_map(Content::Text),
            link::absolute(faults).prop_map(|link| Content::Image(Image::new(link))),
            link::absolute(faults).prop_map(|link| Content::Video(Video::new(link))),
            link::to_file(faults, limits::DOCUMENT_KINDS).prop_map(|link| Content::Document(Document::new(link))),
        ];
        (text::phone(), faults.or(content, unknown_member().prop_map(Content::Unknown)))
            .prop_map(|(to, content)| rcs::Message::new(to, content))
    })
}
