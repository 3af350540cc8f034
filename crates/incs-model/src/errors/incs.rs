//! Codes of INCS replies (INCS: error codes). Retries are not described on that page; the advice is inferred.

use super::{DATE, Explanation, Family, NextTry, Reference};

static ERROR_CODES: Reference = Reference {
    title: "INCS: error codes",
    address: "books/incs-messages-api",
    read_in: "the pages \"错误码\" and \"通用 API 格式说明\", and the samples of the pages about sending",
    date: DATE,
};

pub(super) static CODES: &[Explanation] = &[
    code(200, "No error", "The call succeeded.", "nothing to do", NextTry::Never),
    code(
        400,
        "General API error",
        "The call is invalid, or what it names does not exist, such as a template.",
        "read the platform's message, then correct the call; the same call fails again",
        NextTry::AfterAChange,
    ),
    code(
        404,
        "Not found",
        "The route does not exist.",
        "check the base URL of the call; the same call fails again",
        NextTry::AfterAChange,
    ),
    code(
        422,
        "Request parameter error",
        "A parameter is missing or invalid, such as the phone number.",
        "read the platform's message, then correct the parameter; the same call fails again",
        NextTry::AfterAChange,
    ),
    code(
        429,
        "Too many attempts",
        "The platform received too many calls. No limit is documented.",
        "retry later, with fewer calls at once",
        NextTry::AfterAWait,
    ),
    code(
        500,
        "Server error",
        "The platform failed. A message may have been sent nevertheless.",
        "find out whether the message was sent before sending it again; a query can be repeated later",
        NextTry::NotStated,
    ),
    code(
        10001,
        "Certification code is invalid",
        "The platform does not know the certification code. Each sending channel has its own.",
        "check the certification code of this channel, or the account behind the token",
        NextTry::AfterAChange,
    ),
    code(
        10002,
        "WhatsApp API error",
        "WhatsApp refused the call. Meta's number, if there is one, is at the start of the message, as in (#132012).",
        "read the platform's message; if it has a number like (#132012), look that number up",
        NextTry::NotStated,
    ),
    code(
        10003,
        "Viber API error",
        "Viber refused the call, usually without a reason.",
        "read the platform's message, check that the number uses Viber and the content fits Viber's limits; otherwise use another channel",
        NextTry::NotStated,
    ),
    code(
        10004,
        "RCS API error",
        "The RCS provider refused the call, often because a variable of the template has no value.",
        "read the platform's message, compare the parameters with the template (incs template check), then correct the call",
        NextTry::AfterAChange,
    ),
];

/// An explanation whose advice is inferred.
const fn code(
    code: i64,
    title: &'static str,
    cause: &'static str,
    action: &'static str,
    next_try: NextTry,
) -> Explanation {
    Explanation::new(Family::Incs, code, title, cause, action, next_try, &ERROR_CODES).inferred()
}
