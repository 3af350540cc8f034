//! Keeps pages of other sites from using the sandbox through the user's browser, on every route.

use std::net::IpAddr;

use axum::response::{IntoResponse as _, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde_json::json;

/// Refuses a request that a page of another site may have caused.
///
/// Browsers send the source of a request in `Origin` and `Sec-Fetch-Site`; other clients send neither. A DNS name that was
/// rebound to this machine looks like the same site, so the host must be one that needs no DNS.
pub(crate) fn check(uri: &Uri, headers: &HeaderMap, bound: IpAddr) -> Result<(), Refusal> {
    let host = at_most_one(headers, &header::HOST).map_err(|_| Refusal::Host)?;
    let host = host.and_then(|value| value.to_str().ok());
    let Some(host) = host.filter(|host| is_this_machine(host, bound)) else { return Err(Refusal::Host) };
    // A request line may contain a host, which then takes precedence over the header.
    if uri.host().is_some_and(|host| !is_this_machine(host, bound)) {
        return Err(Refusal::Host);
    }
    // The port may differ from ours, where a container maps it; only origin and host must be equal.
    let is_ours = |origin: &HeaderValue| origin.as_bytes().strip_prefix(b"http://") == Some(host.as_bytes());
    // `none` means that the user typed the address or opened a bookmark.
    let is_allowed = |site: &HeaderValue| site == "same-origin" || site == "none";
    if at_most_one(headers, &header::ORIGIN)?.is_none_or(is_ours)
        && at_most_one(headers, "sec-fetch-site")?.is_none_or(is_allowed)
    {
        Ok(())
    } else {
        Err(Refusal::Page)
    }
}

/// Returns the value of a header that must not be repeated.
fn at_most_one(headers: &HeaderMap, name: impl header::AsHeaderName) -> Result<Option<&HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_none() { Ok(first) } else { Err(Refusal::Page) }
}

/// The reason of a refused request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The host is missing, or is another machine.
    Host,
    /// A page of another origin made the request.
    Page,
}

impl Refusal {
    pub(crate) fn into_response(self) -> Response {
        let text = match self {
            Self::Host => "the Host header must name this machine: localhost or a loopback address",
            Self::Page => {
                "pages of other origins may not use this sandbox; to open the console, type its address into the browser"
            }
        };
        (StatusCode::FORBIDDEN, axum::Json(json!({ "error": text }))).into_response()
    }
}

/// Returns whether a host, with or without a port, names this machine without DNS.
fn is_this_machine(host: &str, bound: IpAddr) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    // An authority may contain a login, and any text after a colon; a Host header contains neither.
    let port = authority.as_str().strip_prefix(name).map(|rest| rest.strip_prefix(':').unwrap_or(rest));
    if !port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit())) {
        return false;
    }
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == bound)
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn judged(uri: &str, headers: &[(&'static str, &str)]) -> Result<(), Refusal> {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(name, value);
        }
        check(&uri.parse().unwrap(), &all, "192.0.2.7".parse().unwrap())
    }

    #[test]
    fn only_local_host_names_are_accepted() {
        let taken = ["localhost", "LOCALHOST:80", "127.0.0.1:7007", "127.9.9.9", "[::1]:7007", "[::1]", "192.0.2.7:1"];
        let refused = [
            "",
            "example.com",
            "127.0.0.1.example.com",
            "localhost.example.com:80",
            "192.0.2.8",
            "a@b@c",
            "a@localhost",
            "localhost:a",
            "localhost:80;x",
            "0.0.0.0:80",
            "127.1",
            "2130706433",
        ];
        for host in taken {
            assert_eq!(judged("/", &[("host", host)]), Ok(()), "{host}");
            assert_eq!(judged(&format!("http://{host}/"), &[("host", host)]), Ok(()), "{host}");
        }
        for host in refused {
            assert_eq!(judged("/", &[("host", host)]), Err(Refusal::Host), "{host}");
        }
        assert_eq!(judged("/", &[]), Err(Refusal::Host));
        assert_eq!(judged("/", &[("host", "localhost"), ("host", "localhost")]), Err(Refusal::Host));
        assert_eq!(judged("http://rebound.example.com/", &[("host", "localhost")]), Err(Refusal::Host));
    }

    #[test]
    fn only_same_origin_is_accepted() {
        let origin = |origin: &str| judged("/", &[("host", "127.0.0.1:7007"), ("origin", origin)]);
        assert_eq!(origin("http://127.0.0.1:7007"), Ok(()));
        let others = [
            "",
            "null",
            "http://127.0.0.1:7008",
            "http://localhost:7007",
            "https://127.0.0.1:7007",
            "http://example.com",
        ];
        for other in others {
            assert_eq!(origin(other), Err(Refusal::Page), "{other}");
        }
    }

    #[test]
    fn only_same_origin_fetches_are_accepted() {
        let site = |site: &str| judged("/", &[("host", "localhost"), ("sec-fetch-site", site)]);
        for taken in ["same-origin", "none"] {
            assert_eq!(site(taken), Ok(()), "{taken}");
        }
        for refused in ["same-site", "cross-site", "", "None", "same-origin, none", "anything"] {
            assert_eq!(site(refused), Err(Refusal::Page), "{refused}");
        }
        let twice = [("host", "localhost"), ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")];
        assert_eq!(judged("/", &twice), Err(Refusal::Page));
    }
}
