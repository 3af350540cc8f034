//! What a scheme adds to a request, as it is sent and as it is shown.

use std::time::Duration;

use incs_model::Timestamp;
use incs_webhook::scheme::Refusal;
use incs_webhook::testing::sign::Draft;

use crate::hook::signing::Signing;

/// Stands for a secret.
const MASK: &str = "***";
/// Some other body. What a scheme adds to both alike is not made of the body.
const OTHER: &[u8] = b"{\"other\":0}";

/// What a scheme adds to a request, as it is sent and as it is shown.
#[derive(Default)]
pub(super) struct Signed {
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) shown_url: String,
    pub(super) shown_headers: Vec<(String, String)>,
}

impl Signed {
    /// Signs a body. Spoiled, it has the form of a signature and is none.
    pub(super) fn new(
        signing: Option<&Signing>,
        url: &str,
        body: &[u8],
        at: Timestamp,
        id: &str,
        spoil: bool,
    ) -> Result<Self, Refusal> {
        let Some(signing) = signing else {
            return Ok(Self { url: url.to_owned(), shown_url: url.to_owned(), ..Self::default() });
        };
        let proof = signing.sign.sign(&Draft::new(body, at).with_id(id))?;
        let target = proof.to_target(url);
        let mut headers = proof.headers().to_vec();
        if spoil {
            let wrong = signing.sign.sign(&Draft::new(OTHER, at).with_id(id))?;
            if wrong.headers() == proof.headers() {
                for (_, value) in &mut headers {
                    value.push('x');
                }
            } else {
                headers = wrong.headers().to_vec();
            }
        }
        // Whatever stays the same when body, id and time are others can only be a secret.
        let later = at.checked_add(Duration::from_secs(1)).unwrap_or(Timestamp::MAX);
        let other = signing.sign.sign(&Draft::new(OTHER, later).with_id("msg_other"));
        let is_secret = |(name, value): &(String, String)| match &other {
            Ok(other) => other.headers().iter().any(|(known, same)| known == name && same == value),
            Err(_) => true,
        };
        let shown_headers = headers.iter().zip(proof.headers()).map(|(header, right)| {
            let value = if is_secret(right) { MASK.to_owned() } else { header.1.clone() };
            (header.0.clone(), value)
        });
        let shown_headers = shown_headers.collect();
        let (target, shown_url) = targets(url, &target, spoil);
        Ok(Self { url: target, headers, shown_url, shown_headers })
    }
}

/// The URL with what the scheme added to it, as it is sent and as it is shown.
fn targets(url: &str, target: &str, spoil: bool) -> (String, String) {
    let (path, query) = split(url);
    let (signed_path, signed_query) = split(target);
    let (mut sent, mut shown) = (signed_path.to_owned(), path.to_owned());
    let wrong = if spoil { "x" } else { "" };
    if signed_path != path {
        sent.push_str(wrong);
        shown = format!("{}/{MASK}", path.trim_end_matches('/'));
    }
    if let Some(signed) = signed_query {
        if signed_query == query {
            sent = format!("{sent}?{signed}");
            shown = format!("{shown}?{signed}");
        } else {
            // It is added at the end.
            let start = signed.rfind('=').map_or(signed.len(), |at| at + 1);
            sent = format!("{sent}?{signed}{wrong}");
            shown = format!("{shown}?{}{MASK}", signed.get(..start).unwrap_or_default());
        }
    }
    (sent, shown)
}

fn split(url: &str) -> (&str, Option<&str>) {
    url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_the_url_is_masked_where_it_stands() {
        for (url, target, sent, shown) in [
            ("http://h/a", "http://h/a", "http://h/a", "http://h/a"),
            ("http://h/a", "http://h/a/s3", "http://h/a/s3x", "http://h/a/***"),
            ("http://h", "http://h/s3", "http://h/s3x", "http://h/***"),
            ("http://h/a?b=1", "http://h/a/s3?b=1", "http://h/a/s3x?b=1", "http://h/a/***?b=1"),
            ("http://h/a?b=1", "http://h/a?b=1&t=s3", "http://h/a?b=1&t=s3x", "http://h/a?b=1&t=***"),
            ("http://h/a", "http://h/a?t=s3", "http://h/a?t=s3x", "http://h/a?t=***"),
        ] {
            assert_eq!(targets(url, target, true), (sent.to_owned(), shown.to_owned()));
            assert_eq!(targets(url, target, false).0, target);
        }
    }
}
