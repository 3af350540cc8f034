//! Rules that hold on every channel.

use super::{Limit, rules};

/// A phone number in a request: digits only, country code first. No length is documented.
pub const TO_PATTERN: &str = "^[0-9]+$";

rules! {
    TO_DIGITS = "to.digits", "the recipient: country code and number, digits only",
        Limit::Must("digits only, country code first"), SEND_WHATSAPP, Documented, Type;
    TEXT_NOT_EMPTY = "text.not_empty", "a required text",
        Limit::NotEmpty, SEND_WHATSAPP, Inferred, ValidateAndSchema;
    LINK_ABSOLUTE = "link.absolute", "a link",
        Limit::Must("an absolute http or https link with a host"), SEND_WHATSAPP, Inferred, ValidateAndSchema;
    KIND_KNOWN = "kind.known", "the `type` of a message or of a part of one",
        Limit::Must("a documented kind"), SEND_WHATSAPP, Documented, ValidateAndSchema;
}
