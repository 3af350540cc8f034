//! Every limit of the platform, defined once.
//!
//! The numbers are constants (`limits::whatsapp::BODY_TEXT_MAX`), used by the validator and by the JSON Schemas.
//! Each rule has a stable id, the source of the fact, and the component that checks it; [`all`] lists them, and the page
//! `docs/limits.md` is generated from that list.
//!
//! Lengths count Unicode scalar values (`char`s). The platform says "characters" and does not define them.

mod rule;
pub mod template;
pub mod whatsapp;

pub use self::rule::{Checked, Confidence, Limit, Rule, Source};

/// Returns every rule, grouped by subject.
///
/// ```
/// let rule = incs_model::limits::all().find(|rule| rule.id() == "whatsapp.interactive.body.max_length").unwrap();
/// assert_eq!(rule.limit().to_string(), "at most 1024 characters");
/// ```
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [common::ALL, whatsapp::ALL, viber::ALL, rcs::ALL, status::ALL, template::ALL, task::ALL]
        .into_iter()
        .flatten()
        .copied()
}

/// Rules that hold on every channel.
pub mod common {
    use super::rule::{Limit, rules};

    /// Minimum number of digits of a phone number in a request: no country has shorter ones.
    pub const TO_DIGITS_MIN: usize = 7;
    /// Maximum number of digits of a phone number in a request, including the country code (ITU-T E.164).
    pub const TO_DIGITS_MAX: usize = 15;
    /// A phone number in a request: digits only, country code first. No country code begins with 0.
    pub const TO_PATTERN: &str = "^[1-9][0-9]{6,14}$";

    rules! {
        TO_DIGITS = "to.digits", "the recipient: country code and number, digits only",
            Limit::Must("7 to 15 digits, country code first, no 0 before it"), SEND_WHATSAPP, Documented, Type;
        TEXT_NOT_EMPTY = "text.not_empty", "a required text; an empty one counts as missing",
            Limit::NotEmpty, SEND_WHATSAPP, Implied, ValidateAndSchema;
        LINK_ABSOLUTE = "link.absolute", "a link, which must be public",
            Limit::Must("an absolute http or https link with a host"), SEND_WHATSAPP, Implied, ValidateAndSchema;
        KIND_KNOWN = "kind.known", "the `type` of a message or of a part of one",
            Limit::Must("a documented kind"), SEND_WHATSAPP, Documented, ValidateAndSchema;
        SHAPE = "decode", "the type of each member, and the members that must be there",
            Limit::Must("the documented shape"), SEND_WHATSAPP, Documented, Document;
        MEMBER_UNKNOWN = "member.unknown", "a member that no page documents, such as a misspelt one",
            Limit::Must("a documented member"), SEND_WHATSAPP, Implied, Document;
        MEMBER_META = "member.meta", "a member or kind that Meta documents and INCS does not mention",
            Limit::Must("a member or kind that INCS documents"), SEND_WHATSAPP, Inferred, Document;
    }
}

/// Limits of RCS messages (INCS: send RCS message).
pub mod rcs {
    use super::rule::{Limit, rules};

    /// File kinds of a document.
    pub const DOCUMENT_KINDS: &[&str] = &["pdf"];

    rules! {
        SESSION_WINDOW = "rcs.session_window", "messages other than templates",
            Limit::Must("within 24 hours after the customer wrote"), SEND_RCS, Documented, Platform;
        DOCUMENT_KIND = "rcs.document.file_kind", "the file behind a document link",
            Limit::FileKinds(DOCUMENT_KINDS), SEND_RCS, Documented, ValidateAndSchema;
    }
}

/// Limits of the status query (INCS: message status).
pub mod status {
    use super::rule::{Limit, rules};

    /// Maximum number of ids in one status query.
    pub const IDS_MAX: usize = 100;

    rules! {
        IDS = "status.message_ids.count", "message ids of one status query",
            Limit::Items { min: 1, max: Some(IDS_MAX) }, MESSAGE_STATUS, Documented, ValidateAndSchema;
    }
}

/// Limits of tasks (INCS: tasks).
pub mod task {
    use super::rule::{Limit, rules};

    /// Maximum number of characters in a task's name.
    pub const NAME_MAX: usize = 256;
    /// Maximum number of characters in a task's description.
    pub const DESCRIPTION_MAX: usize = 256;
    /// Maximum number of rows on one page of a task list.
    pub const PAGE_SIZE_MAX: u32 = 100;
    /// Number of rows on one page of a task list when the request sets none.
    pub const PAGE_SIZE_DEFAULT: u32 = 20;

    rules! {
        NAME = "task.name.max_length", "the name of a task", Limit::MaxChars(NAME_MAX), TASKS, Documented, ValidateAndSchema;
        DESCRIPTION = "task.description.max_length", "the description of a task",
            Limit::MaxChars(DESCRIPTION_MAX), TASKS, Documented, ValidateAndSchema;
        KIND = "task.type.known", "the `type` of a new task", Limit::Range { min: 3, max: 3 }, TASKS, Documented, ValidateAndSchema;
        LIST_STATUS = "task.list.status.known", "the `status` asked for in a task list",
            Limit::Range { min: 0, max: 3 }, TASKS, Documented, ValidateAndSchema;
        LIST_PAGE = "task.list.page", "the `page` of a task list; that it counts from 1 is inferred",
            Limit::AtLeast(1), TASKS, Inferred, Validate;
        LIST_PAGE_SIZE = "task.list.page_size", "rows of one page of a task list",
            Limit::Range { min: 1, max: PAGE_SIZE_MAX as i64 }, TASKS, Documented, ValidateAndSchema;
    }
}

/// Limits of Viber messages (INCS: send Viber message).
pub mod viber {
    use super::rule::{Limit, rules};

    /// Maximum number of characters in a text.
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
}
