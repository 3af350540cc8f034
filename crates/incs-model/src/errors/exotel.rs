//! Exotel's status codes (Exotel: send RCS message, Exotel: receive messages webhook, Exotel: WhatsApp status codes, Exotel: SMS
//! status codes). Exotel's pages contradict each other about numbers, not about names: a name counts more than a number.
#![allow(clippy::unreadable_literal, reason = "a code is searched for as logs and pages write it")]

use super::NextTry::{AfterAChange, AfterAWait, Never, NotStated};
use super::{DATE, Explanation, Family, NextTry, Reference};

static SEND_RCS: Reference = Reference {
    title: "Exotel: send RCS message",
    address: "https://developer.exotel.com/docs/rcs-omnichannel/api-reference/send-message",
    read_in: "the source of the page in the repository rahulkumar-exo/exotel-docs",
    date: DATE,
};

static RECEIVE_RCS: Reference = Reference {
    title: "Exotel: receive messages webhook (RCS)",
    address: "https://developer.exotel.com/api/receive-rcs-incoming-message",
    read_in: "the page",
    date: DATE,
};

static WHATSAPP_CODES: Reference = Reference {
    title: "Exotel: WhatsApp status codes",
    address: "https://developer.exotel.com/api/error-code",
    read_in: "codes 30001 to 30020 of the page; all of them in the repository rahulkumar-exo/exotel-docs",
    date: DATE,
};

static SMS_CODES: Reference = Reference {
    title: "Exotel: SMS status codes",
    address: "https://developer.exotel.com/docs/sms-support/sms-status-codes",
    read_in: "the source of the page in the repository rahulkumar-exo/exotel-docs",
    date: DATE,
};

static DICTIONARY: Reference = Reference {
    title: "Exotel: error code dictionary",
    address: "https://developer.exotel.com/docs/references/error-codes",
    read_in: "the page, and its source in the repository rahulkumar-exo/exotel-docs",
    date: DATE,
};

/// RCS. No complete list is published.
pub(super) static RCS: &[Explanation] = &[
    rcs(
        24501,
        "EX_UNSUPPORTED_MEDIA_TYPE",
        "Unsupported media type",
        "The user sent a kind of media that Exotel does not pass on.",
        "ask the user to send another kind of file",
        Never,
    )
    .on_page(&RECEIVE_RCS)
    .inferred(),
    rcs(40001, "EX_MESSAGE_SENT", "Sent", "The message was sent towards the device.", "nothing to do", Never),
    rcs(40002, "EX_MESSAGE_DELIVERED", "Delivered", "The message reached the device.", "nothing to do", Never),
    rcs(40003, "EX_MESSAGE_SEEN", "Seen", "The user opened the message.", "nothing to do", Never),
    rcs(
        40004,
        "EX_SYSTEM_ERROR",
        "System error",
        "The message was not delivered because of a fault in a system.",
        "send again later; report it to Exotel if it keeps failing",
        AfterAWait,
    )
    .inferred(),
];

/// WhatsApp, by the page that lists names.
pub(super) static WHATSAPP: &[Explanation] = &[
    whatsapp(30001, "EX_MESSAGE_SENT", "Sent", "The message was sent.", "nothing to do", Never),
    whatsapp(30002, "EX_MESSAGE_DELIVERED", "Delivered", "The message was delivered.", "nothing to do", Never),
    whatsapp(30003, "EX_MESSAGE_SEEN", "Seen", "The user opened the message.", "nothing to do", Never),
    whatsapp(
        30004,
        "EX_SYSTEM_ERROR",
        "System error",
        "A system failed: authentication, a permission, or a service that is unavailable.",
        "send again later; report it to Exotel if it keeps failing",
        AfterAWait,
    ),
    whatsapp(
        30005,
        "EX_NUMBER_ERROR",
        "Number error",
        "There is a problem with the phone number.",
        "check the number, with its country code",
        AfterAChange,
    ),
    whatsapp(
        30006,
        "EX_SETUP_ERROR",
        "Setup error",
        "The account is not set up correctly.",
        "check the setup of the account with Exotel",
        AfterAChange,
    ),
    whatsapp(
        30007,
        "EX_RATE_LIMIT_HIT",
        "Rate limit hit",
        "A rate limit was exceeded.",
        "send again later, with fewer messages in the same time",
        AfterAWait,
    ),
    whatsapp(
        30008,
        "EX_SPAM_RATE_LIMIT_HIT",
        "Spam rate limit hit",
        "The limit for senders that were reported as spam was exceeded.",
        "send fewer messages, and only to people who expect them",
        AfterAChange,
    ),
    whatsapp(
        30009,
        "EX_TOO_MANY_REQUEST",
        "Too many requests",
        "Too many requests were made in a short time.",
        "send again later, with fewer requests in the same time",
        AfterAWait,
    ),
    whatsapp(
        30010,
        "EX_INVALID_REQUEST",
        "Invalid request",
        "The request is invalid.",
        "correct the request; the same request fails again",
        AfterAChange,
    ),
    whatsapp(
        30011,
        "EX_UNKNOWN_ERROR",
        "Unknown error",
        "The message failed for an unknown reason.",
        "report it to Exotel",
        NotStated,
    ),
    whatsapp(
        30012,
        "EX_INVALID_RECIPIENT",
        "Invalid recipient",
        "The recipient is invalid.",
        "check the number, or use another channel",
        AfterAChange,
    ),
    whatsapp(
        30013,
        "EX_INCAPABLE_RECIPIENT",
        "Incapable recipient",
        "The recipient cannot receive this message.",
        "use another channel, or send a simpler message",
        AfterAChange,
    ),
    whatsapp(
        30014,
        "EX_RECIPIENT_BLOCKED",
        "Recipient blocked",
        "The recipient is not on the list of those who may get messages.",
        "add the recipient to the list, or use another channel",
        AfterAChange,
    ),
    whatsapp(
        30015,
        "EX_UNSUPPORTED_MESSAGE",
        "Unsupported message",
        "This kind of message is not supported.",
        "send a supported kind of message",
        AfterAChange,
    ),
    whatsapp(
        30016,
        "EX_MEDIA_DOWNLOAD_ERROR",
        "Media download error",
        "The media of the message could not be fetched.",
        "check that the link opens without a login",
        AfterAChange,
    ),
    whatsapp(
        30017,
        "EX_MEDIA_UPLOAD_ERROR",
        "Media upload error",
        "The type of the media is not supported.",
        "send media of a supported type",
        AfterAChange,
    ),
    whatsapp(
        30018,
        "EX_REENGAGEMENT_ERROR",
        "Re-engagement error",
        "The 24 hours after the customer's last message are over.",
        "send a template instead, or wait until the customer writes",
        AfterAChange,
    ),
    whatsapp(
        30019,
        "EX_INVALID_PARAM",
        "Invalid parameter",
        "The request contains an invalid parameter.",
        "correct the parameter",
        AfterAChange,
    ),
    whatsapp(
        30020,
        "EX_MISSING_PARAM",
        "Missing parameter",
        "A required parameter is missing.",
        "add the parameter",
        AfterAChange,
    ),
    whatsapp(
        30021,
        "EX_INVALID_PARAM_VALUE",
        "Invalid parameter value",
        "The value of a parameter is invalid.",
        "correct the value",
        AfterAChange,
    ),
    whatsapp(
        30022,
        "EX_TEMPLATE_ERROR",
        "Template error",
        "The template breaks a rule about its characters.",
        "correct the template, and submit it again",
        AfterAChange,
    ),
    whatsapp(
        30023,
        "EX_TEMPLATE_PARAM_ERROR",
        "Template parameter error",
        "The number of values differs from the number of variables in the template.",
        "give each variable one value",
        AfterAChange,
    ),
    whatsapp(
        30024,
        "EX_TEMPLATE_NOT_FOUND",
        "Template not found",
        "The template does not exist.",
        "check the name and the status of the template",
        AfterAChange,
    ),
    whatsapp(
        30025,
        "EX_TEMPLATE_TEXT_TOO_LONG",
        "Template text too long",
        "The translated text of the template is too long.",
        "shorten the values or the text",
        AfterAChange,
    ),
    whatsapp(
        30026,
        "EX_INVALID_TEMPLATE_NAMESPACE",
        "Invalid template namespace",
        "The namespace of the template is invalid.",
        "correct the namespace",
        AfterAChange,
    ),
    whatsapp(
        30027,
        "EX_MESSAGE_PENDING_TOO_LONG",
        "Message pending too long",
        "The message waited too long for its delivery.",
        "send it again if it still matters",
        AfterAWait,
    ),
    whatsapp(
        30028,
        "EX_MESSAGE_EXPIRED",
        "Message expired",
        "The message expired before it was delivered.",
        "send it again if it still matters",
        AfterAWait,
    ),
    whatsapp(
        30029,
        "EX_MESSAGE_TOO_LONG",
        "Message too long",
        "The text has more than 4096 characters.",
        "shorten the text",
        AfterAChange,
    ),
    whatsapp(
        30030,
        "EX_WEBHOOK_ERROR",
        "Webhook error",
        "No webhook is configured.",
        "configure a webhook with Exotel",
        AfterAChange,
    ),
    whatsapp(
        30031,
        "EX_SECTION_COUNT_ERROR",
        "Section count error",
        "The list has too many or too few sections.",
        "correct the number of sections",
        AfterAChange,
    ),
    whatsapp(
        30032,
        "EX_ROWS_COUNT_ERROR",
        "Rows count error",
        "The list has too many or too few rows.",
        "correct the number of rows",
        AfterAChange,
    ),
    whatsapp(
        30033,
        "EX_PRODUCT_COUNT_ERROR",
        "Product count error",
        "The message has too many or too few products.",
        "correct the number of products",
        AfterAChange,
    ),
    whatsapp(
        30034,
        "EX_CATALOGUE_NOT_FOUND",
        "Catalogue not found",
        "The catalogue does not exist.",
        "check the id of the catalogue",
        AfterAChange,
    ),
    whatsapp(
        30035,
        "EX_CATALOGUE_NOT_LINKED",
        "Catalogue not linked",
        "The catalogue is not linked to the sending number.",
        "link the catalogue to the number",
        AfterAChange,
    ),
    whatsapp(
        30036,
        "EX_MISSING_PRODUCT",
        "Missing product",
        "A product is missing from the catalogue.",
        "add the product, or leave it out",
        AfterAChange,
    ),
    whatsapp(
        30037,
        "EX_PRODUCT_NOT_FOUND",
        "Product not found",
        "Products of the message are not in the catalogue.",
        "check the ids of the products",
        AfterAChange,
    ),
    whatsapp(
        30038,
        "EX_PRODUCT_COMPLIANCE_ERROR",
        "Product compliance error",
        "Products of the message do not comply with the rules.",
        "complete the data of the products, or leave them out",
        AfterAChange,
    ),
    whatsapp(
        30039,
        "EX_INVALID_HEADER",
        "Invalid header",
        "The header of the message has an invalid form.",
        "correct the header",
        AfterAChange,
    ),
    whatsapp(
        30040,
        "EX_MISSING_COMPLIANCE",
        "Missing compliance",
        "Information about compliance is missing.",
        "complete it with Exotel",
        AfterAChange,
    ),
    whatsapp(
        30041,
        "EX_CHAR_POLICY_VIOLATION",
        "Character policy violation",
        "The message contains characters that are not allowed.",
        "remove the characters",
        AfterAChange,
    ),
];

/// SMS, by two pages with different numbers.
pub(super) static SMS: &[Explanation] = &[
    sms(20000, "DELIVERED_TO_HANDSET", "Delivered to handset", "The SMS reached the phone.", "nothing to do", Never),
    sms(
        20001,
        "DELIVERED_TO_OPERATOR",
        "Delivered to operator",
        "The SMS reached the operator; the phone has not confirmed it.",
        "nothing to do",
        Never,
    ),
    sms(
        20002,
        "SUBMITTED_TO_CARRIER",
        "Submitted to carrier",
        "The SMS was handed over to the carrier.",
        "nothing to do",
        Never,
    ),
    sms(20005, "DELIVERED_TO_HANDSET", "Delivered to handset", "The SMS reached the phone.", "nothing to do", Never)
        .on_page(&DICTIONARY),
    sms(
        20006,
        "DELIVERED_TO_OPERATOR",
        "Delivered to operator",
        "The SMS reached the operator; the phone has not confirmed it.",
        "nothing to do",
        Never,
    )
    .on_page(&DICTIONARY),
    sms(
        23005,
        "FAILED_DND",
        "Do not disturb",
        "The recipient is on the do-not-disturb register.",
        "send transactional messages over a transactional route; do not send advertising",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23010,
        "FAILED_INVALID_NUMBER",
        "Invalid number",
        "The phone number is invalid.",
        "check the number, with its country code",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23015,
        "FAILED_SPAM",
        "Spam",
        "The SMS was taken for spam.",
        "change the text so that it does not look like spam",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23020,
        "FAILED_BLACKLISTED",
        "Blacklisted",
        "The recipient's number is on a block list.",
        "ask Exotel's support about the list",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23072,
        "FAILED_INVALID_SENDER",
        "Invalid sender",
        "The sender ID is not approved.",
        "register the sender ID",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23080,
        "FAILED_DLT_SCRUBBING",
        "DLT scrubbing",
        "The Indian register (DLT) rejected the SMS.",
        "complete the registration with DLT",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23081,
        "FAILED_DLT_ENTITY",
        "DLT entity",
        "The DLT entity ID is invalid.",
        "register or check the entity ID",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23082,
        "FAILED_DLT_TEMPLATE",
        "DLT template",
        "The text does not match its DLT template.",
        "make text and template ID match",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        23083,
        "FAILED_DLT_CONSENT",
        "DLT consent",
        "No consent of the recipient is registered with DLT.",
        "register the consent of the recipient",
        AfterAChange,
    )
    .on_page(&DICTIONARY),
    sms(
        30001,
        "FAILED_DLT_TEMPLATE",
        "DLT template",
        "The text does not match an approved DLT template.",
        "change only the variables of the template",
        AfterAChange,
    ),
    sms(
        30002,
        "FAILED_DLT_ENTITY",
        "DLT entity",
        "The DLT entity ID is invalid or not registered.",
        "check the entity ID; other portals know a new one after five to seven days",
        AfterAChange,
    ),
    sms(
        30003,
        "FAILED_INVALID_SENDER",
        "Invalid sender",
        "The sender ID is not registered or not approved.",
        "register the sender ID with DLT and with Exotel",
        AfterAChange,
    ),
    sms(
        30004,
        "FAILED_DND",
        "Do not disturb",
        "The recipient is on the do-not-disturb register.",
        "send what is essential as a transactional SMS; do not send advertising",
        AfterAChange,
    ),
    sms(
        30005,
        "FAILED_DLT_SCRUBBING",
        "DLT scrubbing",
        "The Indian register (DLT) rejected the SMS.",
        "check that template ID, entity ID and sender ID belong together",
        AfterAChange,
    ),
    sms(
        30006,
        "FAILED_DLT_CONSENT",
        "DLT consent",
        "No consent of the recipient is registered with DLT.",
        "register the consent before you send advertising",
        AfterAChange,
    ),
    sms(
        30007,
        "FAILED_DLT_PREFERENCE",
        "DLT preference",
        "The recipient does not want SMS of this category.",
        "respect the recipient's choice",
        Never,
    ),
    sms(
        30010,
        "FAILED_INVALID_NUMBER",
        "Invalid number",
        "The phone number is invalid, or not one of a mobile phone.",
        "check the number; take it off the list if it is wrong",
        AfterAChange,
    ),
    sms(
        30011,
        "FAILED_UNREACHABLE",
        "Unreachable",
        "The phone is off or out of reach.",
        "send again after 15 to 30 minutes",
        AfterAWait,
    ),
    sms(
        30012,
        "FAILED_NETWORK_ERROR",
        "Network error",
        "The carrier's network failed for a moment.",
        "send again after 15 to 30 minutes",
        AfterAWait,
    ),
    sms(
        30013,
        "FAILED_OPERATOR_REJECTED",
        "Operator rejected",
        "The carrier rejected the SMS.",
        "ask Exotel's support for the reason",
        NotStated,
    ),
    sms(
        30014,
        "FAILED_SPAM_DETECTED",
        "Spam detected",
        "The carrier took the SMS for spam.",
        "change the text so that it does not look like spam",
        AfterAChange,
    ),
    sms(
        30020,
        "EXPIRED",
        "Expired",
        "The SMS expired before it was delivered.",
        "send it again if it still matters",
        AfterAWait,
    ),
    sms(
        30021,
        "EXPIRED_HANDSET_OFF",
        "Expired, handset off",
        "The phone was off until the SMS expired.",
        "send it again when the phone is likely to be on",
        AfterAWait,
    ),
    sms(
        30022,
        "EXPIRED_MEMORY_FULL",
        "Expired, memory full",
        "The recipient's phone has no room for an SMS.",
        "send it again when the recipient has made room",
        AfterAWait,
    ),
    sms(
        30030,
        "FAILED_INSUFFICIENT_BALANCE",
        "Insufficient balance",
        "The account does not have enough credit.",
        "add credit to the account, then send again",
        AfterAChange,
    ),
    sms(
        30031,
        "FAILED_ACCOUNT_SUSPENDED",
        "Account suspended",
        "The Exotel account is suspended.",
        "ask Exotel's support",
        AfterAChange,
    ),
    sms(
        30032,
        "FAILED_RATE_LIMITED",
        "Rate limited",
        "More than 200 requests were made in a minute.",
        "send again later, with fewer requests in the same time",
        AfterAWait,
    ),
    sms(
        30033,
        "FAILED_SYSTEM_ERROR",
        "System error",
        "A system of Exotel failed.",
        "send again after a few minutes; report it to Exotel if it keeps failing",
        AfterAWait,
    ),
    sms(
        30050,
        "FAILED_ENCODING_ERROR",
        "Encoding error",
        "The text has characters that its encoding does not have.",
        "send the text as Unicode",
        AfterAChange,
    ),
    sms(
        30051,
        "FAILED_MESSAGE_TOO_LONG",
        "Message too long",
        "The text is longer than ten SMS.",
        "shorten the text",
        AfterAChange,
    ),
    sms(30052, "FAILED_EMPTY_BODY", "Empty body", "The text is empty.", "add a text", AfterAChange),
    sms(
        30099,
        "FAILED_UNKNOWN",
        "Unknown",
        "The SMS failed for an unknown reason.",
        "ask Exotel's support, with the id of the SMS",
        NotStated,
    ),
];

/// An explanation from the page about sending RCS.
const fn rcs(
    code: i64,
    name: &'static str,
    title: &'static str,
    cause: &'static str,
    action: &'static str,
    next_try: NextTry,
) -> Explanation {
    Explanation::new(Family::ExotelRcs, code, title, cause, action, next_try, &SEND_RCS).named(name)
}

/// An explanation of a WhatsApp code. The page gives names and meanings; the advice is inferred.
const fn whatsapp(
    code: i64,
    name: &'static str,
    title: &'static str,
    cause: &'static str,
    action: &'static str,
    next_try: NextTry,
) -> Explanation {
    Explanation::new(Family::ExotelWhatsApp, code, title, cause, action, next_try, &WHATSAPP_CODES)
        .named(name)
        .inferred()
}

/// An explanation of an SMS code.
const fn sms(
    code: i64,
    name: &'static str,
    title: &'static str,
    cause: &'static str,
    action: &'static str,
    next_try: NextTry,
) -> Explanation {
    Explanation::new(Family::ExotelSms, code, title, cause, action, next_try, &SMS_CODES).named(name)
}
