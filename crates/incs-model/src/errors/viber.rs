//! Viber's status codes (Viber: business messages, and Viber: REST bot API). INCS passes on a text without a code (sampled only),
//! so these are of use to those who read Viber's own reports.
#![allow(clippy::unreadable_literal, reason = "a code is searched for as logs and pages write it")]

use super::NextTry::{AfterAChange, AfterAWait, Never, NotStated};
use super::{DATE, Explanation, Family, NextTry, Reference};

static TYNTEC: Reference = Reference {
    title: "Viber: status codes of business messages, as tyntec lists them",
    address: "https://www.tyntec.com/docs/faq-viber-business-message-types-how-do-i-know-if-my-messages-have-been-delivered-user",
    read_in: "the page of tyntec, a partner of Viber",
    date: DATE,
};

static ALIBABA: Reference = Reference {
    title: "Viber: error codes, as Alibaba Cloud lists them",
    address: "https://www.alibabacloud.com/help/en/chatapp/developer-reference/viber-api-error-codes",
    read_in: "the page of Alibaba Cloud as of 2026-06-17, for the meaning; the number in two public programs that send to Viber",
    date: DATE,
};

static CLIENTS: Reference = Reference {
    title: "Viber: business messages API, as a public program lists its codes",
    address: "https://github.com/andrey0001/n8n-nodes-viber-bm",
    read_in: "nodes/ViberBusinessMessage/types.ts, and a like table in oneclickdoo/OneClickEcho; Viber's own document is not public",
    date: DATE,
};

static BOT_API: Reference = Reference {
    title: "Viber: REST bot API, error codes",
    address: "https://developers.viber.com/docs/api/rest-bot-api/",
    read_in: "the beginning of the page and of https://creators.viber.com/docs/bots-api/errors; the table in five public programs",
    date: DATE,
};

/// Business messages.
pub(super) static BUSINESS: &[Explanation] = &[
    business(0, "SRVC_SUCCESS", "Success", "Viber accepted the message.", "nothing to do", Never),
    business(
        1,
        "SRVC_INTERNAL_FAILURE",
        "Internal failure",
        "A server of Viber failed.",
        "send again later; it is unknown whether the message was delivered",
        NotStated,
    ),
    business(
        2,
        "SRVC_BAD_SERVICE_ID",
        "Bad service ID",
        "The sender's ID was not used for over a year, or is so new that Viber does not know it yet.",
        "check the sender's ID with INCS",
        AfterAChange,
    ),
    business(
        3,
        "SRVC_BAD_DATA",
        "Bad data",
        "The request is malformed, or its text has more than 1000 characters.",
        "correct the message; incs validate checks the length of the text",
        AfterAChange,
    ),
    business(
        4,
        "SRVC_BLOCKED_MESSAGE_TYPE",
        "Blocked message type",
        "The sender may not send this type of message (inferred from the name).",
        "send another type, or ask INCS which types the sender may use",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        5,
        "SRVC_BAD_MESSAGE_TYPE",
        "Bad message type",
        "Viber does not support this type of message.",
        "send another type of message",
        AfterAChange,
    ),
    business(
        6,
        "SRVC_BAD_PARAMETERS",
        "Bad parameters",
        "A required parameter is missing.",
        "add the missing parameter",
        AfterAChange,
    ),
    business(
        7,
        "SRVC_TIMEOUT",
        "Timeout",
        "Viber's server did not reply in time.",
        "send again later; it is unknown whether the message was delivered",
        NotStated,
    ),
    business(
        8,
        "SRVC_USER_BLOCKED",
        "Blocked by the user",
        "The recipient blocked this sender, or all business messages.",
        "stop sending to this recipient on Viber; use another channel",
        Never,
    ),
    business(
        9,
        "SRVC_NOT_VIBER_USER",
        "Not a Viber user",
        "The number is not registered with Viber.",
        "check the number, or use another channel",
        AfterAChange,
    ),
    business(
        10,
        "SRVC_NO_SUITABLE_DEVICE",
        "No suitable device",
        "The recipient's version of Viber does not support this message.",
        "use another channel, or send a simpler message",
        AfterAChange,
    ),
    business(
        11,
        "SRVC_UNAUTHORIZED_IP",
        "Unauthorized IP address",
        "The request came from an address that Viber does not admit, or with the ID of another partner.",
        "report it to INCS",
        AfterAChange,
    ),
    business(
        12,
        "SRVC_ALREADY_SENT",
        "Already sent",
        "The message was sent before (inferred from the name).",
        "do not send it again",
        Never,
    )
    .on_page(&CLIENTS),
    business(
        13,
        "SRVC_NOT_PERMITTED",
        "Not permitted",
        "There is a problem with the billing of the sender.",
        "report it to INCS",
        AfterAChange,
    ),
    business(
        14,
        "SRVC_BILLING_FAILURE",
        "Billing failure",
        "There is a problem with the billing of the sender (inferred from the name).",
        "report it to INCS",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        17,
        "SRVC_NO_MORE_MESSAGES",
        "No more messages",
        "The quota of the sender is used up (inferred from the name).",
        "ask INCS for the quota of the sender",
        NotStated,
    )
    .on_page(&CLIENTS),
    business(
        18,
        "SRVC_BAD_LABEL",
        "Bad label",
        "The category of the message is missing or wrong.",
        "report it to INCS, which sets the category",
        AfterAChange,
    ),
    business(
        20,
        "SRVC_INVALID_TTL",
        "Invalid time to live",
        "The time to live is not between 30 seconds and 14 days.",
        "correct the time to live, or report it to INCS",
        AfterAChange,
    ),
    business(
        21,
        "SRVC_WAIT_FOR_USER_RESPONSE",
        "Wait for the user's response",
        "The sender wrote as often as it may before the recipient answers: ten times, on one page five.",
        "wait until the recipient writes",
        AfterAChange,
    ),
    business(
        27,
        "SRVC_INVALID_PHONE_NUMBER",
        "Invalid phone number",
        "The recipient's number is invalid.",
        "check the number, with its country code",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        28,
        "SRVC_FILE_NOT_PERMITTED",
        "File not permitted",
        "Viber does not support this kind of file.",
        "send a file of a supported kind; incs validate checks the end of the link",
        AfterAChange,
    ),
    business(
        29,
        "SRVC_BAD_FILE_NAME_LENGTH",
        "Bad file name length",
        "The name of the file has more than 25 characters.",
        "shorten the name of the file",
        AfterAChange,
    )
    .on_page(&ALIBABA),
    business(
        30,
        "SRVC_BAD_THUMBNAIL",
        "Bad thumbnail",
        "The link to the thumbnail has more than 1000 characters.",
        "shorten the link",
        AfterAChange,
    )
    .on_page(&ALIBABA),
    business(
        31,
        "SRVC_BAD_FILE_SIZE",
        "Bad file size",
        "The video has more than 200 MB.",
        "send a smaller video",
        AfterAChange,
    )
    .on_page(&ALIBABA),
    business(
        32,
        "SRVC_BAD_DURATION",
        "Bad duration",
        "The video is longer than ten minutes.",
        "send a shorter video",
        AfterAChange,
    )
    .on_page(&ALIBABA),
    business(
        38,
        "TEMPLATE_NOT_FOUND",
        "Template not found",
        "Viber does not know the template.",
        "report it to INCS, which registers templates with Viber",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        39,
        "TEMPLATE_VALIDATION_ERROR",
        "Template validation error",
        "The values do not fit the template.",
        "correct the values, such as the code or the language of an OTP",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        40,
        "SRVC_SURVEY_VALIDATION_ERROR",
        "Survey validation error",
        "A parameter of a list of quick replies is invalid.",
        "correct the list",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        41,
        "SRVC_CAROUSEL_VALIDATION_ERROR",
        "Carousel validation error",
        "A parameter of a carousel is invalid.",
        "correct the carousel",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        43,
        "SRVC_SERVICE_BLOCKED",
        "Service blocked",
        "The sender's ID is blocked at Viber.",
        "report it to INCS",
        AfterAChange,
    )
    .on_page(&CLIENTS),
    business(
        401,
        "SRVC_UNAUTHORIZED_IP",
        "Unauthorized IP address",
        "The request came from an address that Viber does not admit, or with the ID of another partner.",
        "report it to INCS",
        AfterAChange,
    )
    .on_page(&CLIENTS),
];

/// Bot messages.
pub(super) static BOT: &[Explanation] = &[
    bot(0, "ok", "Success", "Viber accepted the call.", "nothing to do", Never),
    bot(1, "invalidUrl", "Invalid URL", "The URL of the webhook is invalid.", "correct the URL", AfterAChange),
    bot(
        2,
        "invalidAuthToken",
        "Invalid auth token",
        "The token of the account is invalid.",
        "check the token",
        AfterAChange,
    ),
    bot(3, "badData", "Bad data", "The request is malformed.", "correct the request", AfterAChange),
    bot(
        4,
        "missingData",
        "Missing data",
        "A required member of the request is missing.",
        "add the member",
        AfterAChange,
    ),
    bot(
        5,
        "receiverNotRegistered",
        "Receiver not registered",
        "The recipient is not registered with Viber.",
        "use another channel",
        AfterAChange,
    ),
    bot(
        6,
        "receiverNotSubscribed",
        "Receiver not subscribed",
        "The recipient has not subscribed to the bot.",
        "wait until the recipient subscribes",
        AfterAChange,
    ),
    bot(
        7,
        "publicAccountBlocked",
        "Account blocked",
        "The account of the bot is blocked.",
        "ask Viber's support",
        AfterAChange,
    ),
    bot(
        8,
        "publicAccountNotFound",
        "Account not found",
        "The token belongs to no account of a bot.",
        "check the token",
        AfterAChange,
    ),
    bot(
        9,
        "publicAccountSuspended",
        "Account suspended",
        "The account of the bot is suspended.",
        "ask Viber's support",
        AfterAChange,
    ),
    bot(10, "webhookNotSet", "Webhook not set", "The bot has no webhook.", "set a webhook", AfterAChange),
    bot(
        11,
        "receiverNoSuitableDevice",
        "No suitable device",
        "The recipient's device or version of Viber does not support bots.",
        "use another channel",
        AfterAChange,
    ),
    bot(
        12,
        "tooManyRequests",
        "Too many requests",
        "The bot sent too many requests.",
        "send again later, with fewer requests in the same time",
        AfterAWait,
    ),
    bot(
        13,
        "apiVersionNotSupported",
        "API version not supported",
        "No device of the recipient supports the version that the message asks for.",
        "ask for a lower version in the message",
        AfterAChange,
    ),
    bot(
        14,
        "incompatibleWithVersion",
        "Incompatible with version",
        "The message has members that its stated version does not support.",
        "state a higher version, or leave the members out",
        AfterAChange,
    ),
    bot(
        15,
        "publicAccountNotAuthorized",
        "Account not authorized",
        "The account of the bot may not make this call.",
        "ask Viber's support",
        AfterAChange,
    ),
    bot(
        16,
        "inchatReplyMessageNotAllowed",
        "Inline message not allowed",
        "The bot may not send inline messages.",
        "send an ordinary message",
        AfterAChange,
    ),
    bot(
        17,
        "publicAccountIsNotInline",
        "Account is not inline",
        "The account is not one of an inline bot.",
        "send an ordinary message",
        AfterAChange,
    ),
    bot(
        18,
        "noPublicChat",
        "No public chat",
        "The bot has no public chat to post to.",
        "create a public chat, or send to single recipients",
        AfterAChange,
    ),
    bot(
        19,
        "cannotSendBroadcast",
        "Cannot send broadcast",
        "The broadcast could not be sent.",
        "send to single recipients",
        NotStated,
    ),
    bot(
        20,
        "broadcastNotAllowed",
        "Broadcast not allowed",
        "The bot may not send broadcasts.",
        "send to single recipients",
        AfterAChange,
    ),
];

/// An explanation of a business message. The pages give meanings; the advice is inferred.
const fn business(
    code: i64,
    name: &'static str,
    title: &'static str,
    cause: &'static str,
    action: &'static str,
    next_try: NextTry,
) -> Explanation {
    Explanation::new(Family::Viber, code, title, cause, action, next_try, &TYNTEC).named(name).inferred()
}

/// An explanation of a bot message. The advice is inferred where the page was not read.
const fn bot(
    code: i64,
    name: &'static str,
    title: &'static str,
    cause: &'static str,
    action: &'static str,
    next_try: NextTry,
) -> Explanation {
    Explanation::new(Family::ViberBot, code, title, cause, action, next_try, &BOT_API).named(name).inferred()
}
