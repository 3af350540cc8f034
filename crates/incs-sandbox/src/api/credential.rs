//! Who may call.

use http::{HeaderMap, header};
use incs_model::envelope::Code;

use super::reply::Reply;
use crate::core::Core;

/// The envelope's code for a bearer token that is missing, wrong or forgotten. What the platform says there is **unknown**: its
/// list of codes has neither 401 nor 403.
const UNAUTHENTICATED: i64 = 401;

/// Lets a call with the certification code pass.
pub(super) fn certified(core: &Core, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get("certification-code").map(http::HeaderValue::as_bytes);
    if given == Some(core.world().code.as_bytes()) {
        Ok(())
    } else {
        Err(Reply::failure(Code::InvalidCertificationCode, "Certification code is invalid"))
    }
}

/// Lets a call with a token of [`token`](super::token) pass.
pub(super) fn authorized(core: &Core, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) if core.world().tasks.knows_token(token.trim()) => Ok(()),
        _ => Err(unauthenticated()),
    }
}

/// The refusal of a token, or of an account.
pub(super) fn unauthenticated() -> Reply {
    Reply::failure(Code::from(UNAUTHENTICATED), "Unauthenticated.")
}
