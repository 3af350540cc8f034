//! Limits of templates (INCS: RCS templates, WhatsApp templates).

use super::rule::{Limit, rules};

/// Maximum number of characters in the name of an RCS template. An early version of the page said 100.
pub const RCS_NAME_MAX: usize = 25;
/// The pattern of the name of an RCS template.
pub const RCS_NAME_PATTERN: &str = "^[A-Za-z0-9_]+$";
/// Maximum number of characters in the text of an RCS text template.
pub const RCS_TEXT_MAX: usize = 2500;
/// Maximum number of suggestions below an RCS text template.
pub const RCS_TEXT_SUGGESTIONS_MAX: usize = 11;
/// Maximum number of suggestions on an RCS card, alone or in a carousel.
pub const RCS_CARD_SUGGESTIONS_MAX: usize = 4;
/// Minimum number of cards in an RCS carousel.
pub const RCS_CARDS_MIN: usize = 2;
/// Maximum number of cards in an RCS carousel.
pub const RCS_CARDS_MAX: usize = 10;
/// Maximum number of characters in a suggestion's text, including variables.
pub const RCS_SUGGESTION_TEXT_MAX: usize = 25;
/// Maximum number of characters in a suggestion's postback data, including variables.
pub const RCS_POSTBACK_MAX: usize = 120;
/// A phone number to dial: `+`, then digits.
pub const RCS_PHONE_PATTERN: &str = "^\\+[0-9]+$";
/// Maximum number of characters in the name of a WhatsApp template.
pub const WHATSAPP_NAME_MAX: usize = 100;
/// Maximum number of rows on one page of a template list.
pub const LIST_COUNT_MAX: u32 = 100;
/// Number of rows on one page of a template list when the request sets none.
pub const LIST_COUNT_DEFAULT: u32 = 10;

rules! {
    RCS_NAME = "template.rcs.name.max_length", "the name of an RCS template",
        Limit::MaxChars(RCS_NAME_MAX), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_NAME_CHARS = "template.rcs.name.characters", "the name of an RCS template",
        Limit::Must("letters, digits and underscores only"), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_CATEGORY = "template.rcs.category.known", "the category of an RCS template",
        Limit::OneOf(&["PROMOTION", "TRANSACTION", "AUTHENTICATION"]), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_TEXT = "template.rcs.text.max_length", "the text of an RCS text template",
        Limit::MaxChars(RCS_TEXT_MAX), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_TEXT_SUGGESTIONS = "template.rcs.text.suggestions.count", "suggestions below an RCS text template",
        Limit::Items { min: 0, max: Some(RCS_TEXT_SUGGESTIONS_MAX) }, RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_CARD_SUGGESTIONS = "template.rcs.card.suggestions.count", "suggestions on an RCS card, alone or in a carousel",
        Limit::Items { min: 0, max: Some(RCS_CARD_SUGGESTIONS_MAX) }, RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_CARDS = "template.rcs.carousel.cards.count", "cards of an RCS carousel",
        Limit::Items { min: RCS_CARDS_MIN, max: Some(RCS_CARDS_MAX) }, RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_SUGGESTION_TEXT = "template.rcs.suggestion.text.max_length", "the text of a suggestion, variables included",
        Limit::MaxChars(RCS_SUGGESTION_TEXT_MAX), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_POSTBACK = "template.rcs.suggestion.postback.max_length", "the postback data of a suggestion, variables included",
        Limit::MaxChars(RCS_POSTBACK_MAX), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_DIAL_NUMBER = "template.rcs.suggestion.phone_number", "the number behind a `dialer_action`",
        Limit::Must("a `+` and digits"), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_LINK = "template.rcs.suggestion.url", "the link behind a `url_action`",
        Limit::Must("an absolute http or https link, or one that begins with a variable"), RCS_TEMPLATES, Documented, ValidateAndSchema;
    RCS_PARAMETERS_MISSING = "template.rcs.parameters.missing", "the parameters of a send of an RCS template",
        Limit::Must("a value for every variable of every part"), SEND_RCS, Documented, TemplateCheck;
    RCS_PARAMETERS_SURPLUS = "template.rcs.parameters.surplus", "the parameters of a send of an RCS template",
        Limit::Must("no value that the template has no variable for"), SEND_RCS, Inferred, TemplateCheck;
    RCS_PARAMETERS_EMPTY = "template.rcs.parameters.empty", "the parameters of a send of an RCS template",
        Limit::NotEmpty, SEND_RCS, Inferred, TemplateCheck;
    WHATSAPP_NAME = "template.whatsapp.name.max_length", "the name of a WhatsApp template",
        Limit::MaxChars(WHATSAPP_NAME_MAX), WHATSAPP_TEMPLATES, Documented, ValidateAndSchema;
    WHATSAPP_CATEGORY = "template.whatsapp.category.known", "the category of a new WhatsApp template",
        Limit::OneOf(&["MARKETING", "UTILITY"]), WHATSAPP_TEMPLATES, Documented, ValidateAndSchema;
    WHATSAPP_PARAMETERS_MISSING = "template.whatsapp.parameters.missing", "the parameters of a send of a WhatsApp template",
        Limit::Must("a value for every placeholder of every part"), SEND_WHATSAPP, Implied, TemplateCheck;
    WHATSAPP_PARAMETERS_SURPLUS = "template.whatsapp.parameters.surplus", "the parameters of a send of a WhatsApp template",
        Limit::Must("no value that the template has no placeholder for"), SEND_WHATSAPP, Implied, TemplateCheck;
    WHATSAPP_PARAMETERS_EMPTY = "template.whatsapp.parameters.empty", "the parameters of a send of a WhatsApp template",
        Limit::NotEmpty, SEND_WHATSAPP, Implied, TemplateCheck;
    WHATSAPP_PARAMETERS_KIND = "template.whatsapp.parameters.kind", "the parameters of a send of a WhatsApp template",
        Limit::Must("a value of the kind that the template holds: text, or the medium of its header"), SEND_WHATSAPP, Implied, TemplateCheck;
    WHATSAPP_PARAMETERS_NAME = "template.whatsapp.parameters.name", "the `parameter_name` of a value",
        Limit::Must("the name of its placeholder, or none where placeholders have numbers"), SEND_WHATSAPP, Implied, TemplateCheck;
    WHATSAPP_PARAMETERS_WHITESPACE = "template.whatsapp.parameters.whitespace", "a text that fills a placeholder (Meta 132018)",
        Limit::Must("no line break, no tab and no more than four spaces in a row"), SEND_WHATSAPP, Inferred, Validate;
    WHATSAPP_COMPONENT_SURPLUS = "template.whatsapp.components.surplus", "the components of a send of a WhatsApp template",
        Limit::Must("only parts that the template has, each once"), SEND_WHATSAPP, Implied, TemplateCheck;
    NAME_MISMATCH = "template.name.mismatch", "the template that a send names",
        Limit::Must("the name of the definition it is checked against"), SEND_WHATSAPP, Documented, TemplateCheck;
    LIST_COUNT = "template.list.count", "rows of one page of a template list",
        Limit::Range { min: 1, max: LIST_COUNT_MAX as i64 }, RCS_TEMPLATES, Documented, ValidateAndSchema;
}
