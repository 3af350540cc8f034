//! Media of WhatsApp messages and of headers, sometimes with the members of Meta's API.

use std::fmt::Debug;

use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::{Audio, Content, Document, HeaderDocument, HeaderMedia, Image, Video};
use proptest::prelude::*;

use super::{Faults, link, text};

/// `None`, most of the time.
pub(crate) fn rarely<T: Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.2, value)
}

/// Any text, sometimes.
pub(crate) fn words() -> impl Strategy<Value = Option<String>> {
    rarely(text::possibly_empty(Faults::NONE, 20))
}

/// A message with a medium.
pub(crate) fn content(faults: Faults) -> impl Strategy<Value = Content> {
    let image = (link::to_file(faults, limits::IMAGE_KINDS), words(), words()).prop_map(|(link, id, caption)| {
        let mut image = Image::new(link);
        (image.id, image.caption) = (id.map(Into::into), caption);
        Content::Image(image)
    });
    let video = (link::to_file(faults, limits::VIDEO_KINDS), words(), words()).prop_map(|(link, id, caption)| {
        let mut video = Video::new(link);
        (video.id, video.caption) = (id.map(Into::into), caption);
        Content::Video(video)
    });
    let audio = (link::to_file(faults, limits::AUDIO_KINDS), words(), rarely(any::<bool>()));
    let audio = audio.prop_map(|(link, id, voice)| {
        let mut audio = Audio::new(link);
        (audio.id, audio.voice) = (id.map(Into::into), voice);
        Content::Audio(audio)
    });
    let document = (link::to_file(faults, limits::DOCUMENT_KINDS), words(), words(), words());
    let document = document.prop_map(|(link, id, caption, filename)| {
        let mut document = Document::new(link);
        (document.id, document.caption, document.filename) = (id.map(Into::into), caption, filename);
        Content::Document(document)
    });
    prop_oneof![image, video, audio, document]
}

/// A medium in a header.
pub(crate) fn in_header(faults: Faults, kinds: &'static [&'static str]) -> impl Strategy<Value = HeaderMedia> {
    let link = || link::to_file(faults, kinds);
    let id = || text::not_empty(faults);
    let one = prop_oneof![
        link().prop_map(|link| (Some(link), None)), //
        id().prop_map(|id| (None, Some(id))),
    ];
    let both = (link(), id()).prop_map(|(link, id)| (Some(link), Some(id)));
    (faults.or(one, prop_oneof![both, Just((None, None))]), words()).prop_map(|((link, id), caption)| {
        let mut medium = HeaderMedia::by_link("");
        (medium.link, medium.id, medium.caption) = (link, id.map(Into::into), caption);
        medium
    })
}

/// A document in a header.
pub(crate) fn document_in_header(faults: Faults) -> impl Strategy<Value = HeaderDocument> {
    let document = (in_header(faults, limits::DOCUMENT_KINDS), words());
    document.prop_map(|(HeaderMedia { link, id, caption, .. }, filename)| {
        let mut document = HeaderDocument::by_link("");
        (document.link, document.id, document.caption, document.filename) = (link, id, caption, filename);
        document
    })
}
