//! What is read off a request: who may call, and the query.

use http::{HeaderMap, header};
use incs_model::envelope::Code;
use percent_encoding::percent_decode_str;

use super::reply::Reply;
use crate::state::Core;

/// The envelope's code for a bearer token that is missing, wrong or forgotten. What the platform says there is **unknown**: its
/// list of codes has neither 401 nor 403.
const UNAUTHENTICATED: i64 = 401;

/// Lets a call with the certification code pass.
pub(crate) fn certified(core: &Core, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get("certification-code").map(http::HeaderValue::as_bytes);
    if given == Some(core.records().code.as_bytes()) {
        Ok(())
    } else {
        Err(Reply::failure(Code::InvalidCertificationCode, "Certification code is invalid"))
    }
}

/// Lets a call with a token of [`token`](super::token) pass.
pub(crate) fn authorized(core: &Core, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) if core.records().tasks.knows_token(token.trim()) => Ok(()),
        _ => Err(unauthenticated()),
    }
}

/// The refusal of a token, or of an account.
pub(crate) fn unauthenticated() -> Reply {
    Reply::failure(Code::from(UNAUTHENTICATED), "Unauthenticated.")
}

/// The query of a request: names and values, decoded as HTML forms are, so `+` is a space and what is no UTF-8 is replaced.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: Option<&str>) -> Self {
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decode(n), decode(v))).collect(),
        )
    }

    /// A value that is there and not empty; of several the last, as PHP takes it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// A whole number.
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, Reply> {
        match self.get(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(Reply::wrong(&format!("/{name}"), "a whole number")),
        }
    }
}
