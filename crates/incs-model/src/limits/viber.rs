//! Limits of Viber messages (INCS: send Viber message).

use super::{Limit, rules};

/// Characters in a text.
pub const TEXT_MAX: usize = 1000;
/// File kinds of an image.
pub const IMAGE_KINDS: &[&str] = &["png", "jpeg", "jpg", "gif"];
/// File kinds of a video.
pub const VIDEO_KINDS: &[&str] = &["mp4"];
/// File kinds of a document.
pub const DOCUMENT_KINDS: &[&str] = &["doc", "docx", "xls", "xlsx", "csv", "pdf"];

rules! {
    TEXT = "viber.text.max_length", "a text", Limit::MaxChars(TEXT_MAX), SEND_VIBER, Documented, ValidateAndSchema;
    IMAGE_KIND = "viber.image.file_kind", "the file behind an image link",
        Limit::FileKinds(IMAGE_KINDS), SEND_VIBER, Documented, ValidateAndSchema;
    IMAGE_SIZE = "viber.image.max_size", "an image", Limit::Megabytes(200), SEND_VIBER, Documented, Platform;
    VIDEO_KIND = "viber.video.file_kind", "the file behind a video link",
        Limit::FileKinds(VIDEO_KINDS), SEND_VIBER, Documented, ValidateAndSchema;
    VIDEO_SIZE = "viber.video.max_size", "a video", Limit::Megabytes(200), SEND_VIBER, Documented, Platform;
    VIDEO_DURATION = "viber.video.max_duration", "a video", Limit::Must("at most 10 minutes"), SEND_VIBER, Documented, Platform;
    VIDEO_LENGTH_HEADER = "viber.video.content_length", "the server behind a video link",
        Limit::Must("sends `Content-Length`"), SEND_VIBER, Documented, Platform;
    DOCUMENT_KIND = "viber.document.file_kind", "the file behind a document link",
        Limit::FileKinds(DOCUMENT_KINDS), SEND_VIBER, Documented, ValidateAndSchema;
    DOCUMENT_SIZE = "viber.document.max_size", "a document", Limit::Megabytes(200), SEND_VIBER, Documented, Platform;
}
