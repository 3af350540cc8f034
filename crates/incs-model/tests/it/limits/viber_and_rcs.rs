//! Viber and RCS messages.

use incs_model::{limits, rcs, viber};

use super::common::to;
use super::row::Row;

pub(super) fn rows() -> Vec<Row> {
    use limits::{rcs as r, viber as v};

    vec![
        Row::chars(&v::TEXT, "/text", |text| viber::Message::text(to(), text)),
        Row::kinds(&v::IMAGE_KIND, "/image/link", |link| viber::Message::new(to(), viber::Image::new(link))),
        Row::kinds(&v::VIDEO_KIND, "/video/link", |link| viber::Message::new(to(), viber::Video::new(link))),
        Row::kinds(&v::DOCUMENT_KIND, "/document/link", |link| viber::Message::new(to(), viber::Document::new(link))),
        Row::kinds(&r::DOCUMENT_KIND, "/document/link", |link| rcs::Message::new(to(), rcs::Document::new(link))),
    ]
}
