//! Limits of WhatsApp messages (INCS: send WhatsApp message).

use super::rule::{Limit, rules};

/// File kinds of an image. The page lists `.jpeg` and `.png`; `.jpg` is in a sample.
pub const IMAGE_KINDS: &[&str] = &["jpeg", "jpg", "png"];
/// File kinds of a video.
pub const VIDEO_KINDS: &[&str] = &["3gp", "mp4"];
/// File kinds of an audio.
pub const AUDIO_KINDS: &[&str] = &["aac", "amr", "mp3", "m4a", "ogg"];
/// File kinds of a document.
pub const DOCUMENT_KINDS: &[&str] = &["txt", "xls", "xlsx", "doc", "docx", "ppt", "pptx", "pdf"];
/// Maximum number of characters in the header text of an interactive message.
pub const HEADER_TEXT_MAX: usize = 60;
/// Maximum number of characters in the body of an interactive message other than a list.
pub const BODY_TEXT_MAX: usize = 1024;
/// Maximum number of characters in the footer of an interactive message.
pub const FOOTER_TEXT_MAX: usize = 60;
/// Maximum number of characters on a link button.
pub const DISPLAY_TEXT_MAX: usize = 20;
/// Maximum number of characters in the body of a list.
pub const LIST_BODY_TEXT_MAX: usize = 4096;
/// Maximum number of characters on the button that opens a list.
pub const LIST_BUTTON_MAX: usize = 20;
/// Maximum number of sections in a list.
pub const LIST_SECTIONS_MAX: usize = 10;
/// Maximum number of characters in a section's title.
pub const SECTION_TITLE_MAX: usize = 24;
/// Maximum number of rows in a list, over all its sections.
pub const LIST_ROWS_MAX: usize = 10;
/// Maximum number of characters in a row's id.
pub const ROW_ID_MAX: usize = 200;
/// Maximum number of characters in a row's title.
pub const ROW_TITLE_MAX: usize = 24;
/// Maximum number of characters in a row's description.
pub const ROW_DESCRIPTION_MAX: usize = 72;
/// Minimum number of cards in a carousel.
pub const CARDS_MIN: usize = 2;
/// Maximum number of cards in a carousel.
pub const CARDS_MAX: usize = 10;
/// Maximum number of characters in a card's body.
pub const CARD_BODY_TEXT_MAX: usize = 160;
/// Maximum number of line breaks in a card's body, which allows three lines. Line breaks at the very end do not count (inferred).
pub const CARD_BODY_LINE_BREAKS_MAX: usize = 2;
/// Maximum number of characters in the title of a reply button, on a card or below a message.
pub const REPLY_TITLE_MAX: usize = 20;
/// Maximum number of characters in the id of a reply button, on a card or below a message.
pub const REPLY_ID_MAX: usize = 256;
/// Maximum number of reply buttons below a message.
pub const REPLY_BUTTONS_MAX: usize = 3;

rules! {
    SESSION_WINDOW = "whatsapp.session_window", "messages other than templates",
        Limit::Must("within 24 hours after the customer wrote"), SEND_WHATSAPP, Documented, Platform;
    IMAGE_KIND = "whatsapp.image.file_kind", "the file behind an image link",
        Limit::FileKinds(IMAGE_KINDS), SEND_WHATSAPP, Documented, ValidateAndSchema;
    IMAGE_SIZE = "whatsapp.image.max_size", "an image", Limit::Megabytes(5), SEND_WHATSAPP, Documented, Platform;
    VIDEO_KIND = "whatsapp.video.file_kind", "the file behind a video link",
        Limit::FileKinds(VIDEO_KINDS), SEND_WHATSAPP, Documented, ValidateAndSchema;
    VIDEO_SIZE = "whatsapp.video.max_size", "a video", Limit::Megabytes(16), SEND_WHATSAPP, Documented, Platform;
    VIDEO_CODEC = "whatsapp.video.codec", "the streams of a video",
        Limit::Must("H.264 video; one AAC audio stream or none"), SEND_WHATSAPP, Documented, Platform;
    AUDIO_KIND = "whatsapp.audio.file_kind", "the file behind an audio link",
        Limit::FileKinds(AUDIO_KINDS), SEND_WHATSAPP, Documented, ValidateAndSchema;
    AUDIO_SIZE = "whatsapp.audio.max_size", "an audio", Limit::Megabytes(16), SEND_WHATSAPP, Documented, Platform;
    DOCUMENT_KIND = "whatsapp.document.file_kind", "the file behind a document link",
        Limit::FileKinds(DOCUMENT_KINDS), SEND_WHATSAPP, Documented, ValidateAndSchema;
    DOCUMENT_SIZE = "whatsapp.document.max_size", "a document", Limit::Megabytes(100), SEND_WHATSAPP, Documented, Platform;
    TEMPLATE_CODE = "whatsapp.template.code.exclusive", "the one-time code of an authentication template",
        Limit::Must("a code instead of components, not both"), SEND_WHATSAPP, Documented, ValidateAndSchema;
    TEMPLATE_BUTTON_INDEX = "whatsapp.template.button.index.digits", "the position of a template button",
        Limit::Must("digits in a string, like \"0\", or a whole number"), SEND_WHATSAPP, Sampled, Validate;
    TEMPLATE_HEADER_COUNT = "whatsapp.template.header.parameters.count", "parameters of a template header",
        Limit::Items { min: 1, max: Some(1) }, SEND_WHATSAPP, Inferred, Validate;
    TEMPLATE_HEADER_SOURCE = "whatsapp.template.header.media.source", "the medium of a template header",
        Limit::Must("either a link or the id of an uploaded medium"), SEND_WHATSAPP, Implied, ValidateAndSchema;
    HEADER_TEXT = "whatsapp.interactive.header.text.max_length", "the header text of an interactive message",
        Limit::MaxChars(HEADER_TEXT_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    HEADER_SOURCE = "whatsapp.interactive.header.media.source", "the medium of a header",
        Limit::Must("either a link or the id of an uploaded medium"), SEND_WHATSAPP, Documented, ValidateAndSchema;
    BODY_TEXT = "whatsapp.interactive.body.max_length", "the body of a cta_url, carousel or button message",
        Limit::MaxChars(BODY_TEXT_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    FOOTER_TEXT = "whatsapp.interactive.footer.max_length", "the footer of an interactive message",
        Limit::MaxChars(FOOTER_TEXT_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    DISPLAY_TEXT = "whatsapp.interactive.cta_url.display_text.max_length", "the label of a link button",
        Limit::MaxChars(DISPLAY_TEXT_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    ACTION_NAME = "whatsapp.interactive.cta_url.action.name", "the name of a link button's action",
        Limit::OneOf(&["cta_url"]), SEND_WHATSAPP, Documented, ValidateAndSchema;
    LIST_HEADER = "whatsapp.interactive.list.header.kind", "the header of a list",
        Limit::OneOf(&["text"]), SEND_WHATSAPP, Documented, ValidateAndSchema;
    LIST_BODY_TEXT = "whatsapp.interactive.list.body.max_length", "the body of a list",
        Limit::MaxChars(LIST_BODY_TEXT_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    LIST_BUTTON = "whatsapp.interactive.list.button.max_length", "the label of the button that opens a list",
        Limit::MaxChars(LIST_BUTTON_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    LIST_SECTIONS = "whatsapp.interactive.list.sections.count", "sections of a list",
        Limit::Items { min: 1, max: Some(LIST_SECTIONS_MAX) }, SEND_WHATSAPP, Documented, ValidateAndSchema;
    SECTION_TITLE = "whatsapp.interactive.list.section.title.max_length", "the title of a section",
        Limit::MaxChars(SECTION_TITLE_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    SECTION_ROWS = "whatsapp.interactive.list.section.rows.count", "rows of one section",
        Limit::Items { min: 1, max: None }, SEND_WHATSAPP, Documented, ValidateAndSchema;
    LIST_ROWS = "whatsapp.interactive.list.rows.count", "rows over all sections of a list together",
        Limit::Items { min: 1, max: Some(LIST_ROWS_MAX) }, SEND_WHATSAPP, Documented, Validate;
    ROW_ID = "whatsapp.interactive.list.row.id.max_length", "the id of a row",
        Limit::MaxChars(ROW_ID_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    ROW_TITLE = "whatsapp.interactive.list.row.title.max_length", "the title of a row",
        Limit::MaxChars(ROW_TITLE_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    ROW_DESCRIPTION = "whatsapp.interactive.list.row.description.max_length", "the description of a row",
        Limit::MaxChars(ROW_DESCRIPTION_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    ROW_ID_UNIQUE = "whatsapp.interactive.list.row.id.unique", "ids of the rows of a list",
        Limit::Must("ids that differ from each other"), SEND_WHATSAPP, Inferred, Validate;
    CAROUSEL_MAIN = "whatsapp.interactive.carousel.main.forbidden", "header, footer and buttons of a carousel's main message",
        Limit::Must("nothing: a carousel has only a body and cards"), SEND_WHATSAPP, Documented, ValidateAndSchema;
    CARDS = "whatsapp.interactive.carousel.cards.count", "cards of a carousel",
        Limit::Items { min: CARDS_MIN, max: Some(CARDS_MAX) }, SEND_WHATSAPP, Documented, ValidateAndSchema;
    CARD_TYPE = "whatsapp.interactive.carousel.card.type", "the `type` of a card, also of one with quick replies",
        Limit::OneOf(&["cta_url"]), SEND_WHATSAPP, Sampled, Validate;
    CARD_INDEX = "whatsapp.interactive.carousel.card_index.order", "`card_index` of the cards",
        Limit::Must("0, 1, 2 … from left to right"), SEND_WHATSAPP, Documented, Validate;
    CARD_HEADER = "whatsapp.interactive.carousel.card.header.kind", "the header of a card",
        Limit::OneOf(&["image", "video"]), SEND_WHATSAPP, Documented, ValidateAndSchema;
    CARD_HEADER_LINK = "whatsapp.interactive.carousel.card.header.link", "the medium of a card's header",
        Limit::Must("a link"), SEND_WHATSAPP, Documented, ValidateAndSchema;
    CARD_BODY_TEXT = "whatsapp.interactive.carousel.card.body.max_length", "the body of a card",
        Limit::MaxChars(CARD_BODY_TEXT_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    CARD_BODY_LINE_BREAKS = "whatsapp.interactive.carousel.card.body.max_line_breaks", "the body of a card",
        Limit::MaxLineBreaks(CARD_BODY_LINE_BREAKS_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    CARD_BUTTONS = "whatsapp.interactive.carousel.card.buttons.count", "quick replies of a card; no upper bound is documented",
        Limit::Items { min: 1, max: None }, SEND_WHATSAPP, Documented, ValidateAndSchema;
    CARDS_UNIFORM = "whatsapp.interactive.carousel.cards.uniform", "the buttons of all cards",
        Limit::Must("buttons of the same kind and number on every card"), SEND_WHATSAPP, Documented, Validate;
    REPLY_TITLE = "whatsapp.interactive.reply.title.max_length", "the title of a reply button or quick reply",
        Limit::MaxChars(REPLY_TITLE_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    REPLY_ID = "whatsapp.interactive.reply.id.max_length", "the id of a reply button or quick reply",
        Limit::MaxChars(REPLY_ID_MAX), SEND_WHATSAPP, Documented, ValidateAndSchema;
    REPLY_TITLE_UNIQUE = "whatsapp.interactive.reply.title.unique", "titles of the reply buttons of a message or card",
        Limit::Must("titles that differ from each other"), SEND_WHATSAPP, Documented, Validate;
    REPLY_ID_UNIQUE = "whatsapp.interactive.reply.id.unique", "ids of the reply buttons of a message or card",
        Limit::Must("ids that differ from each other"), SEND_WHATSAPP, Documented, Validate;
    REPLY_BUTTONS = "whatsapp.interactive.button.buttons.count", "reply buttons below a message",
        Limit::Items { min: 1, max: Some(REPLY_BUTTONS_MAX) }, SEND_WHATSAPP, Documented, ValidateAndSchema;
}
