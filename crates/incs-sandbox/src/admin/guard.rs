//! Stops pages of other sites from calling the admin API through the user's browser.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, header};

use super::route::ApiError;
use crate::state::Core;

/// Refuses calls for a host that is not this machine, which is how a rebound name of DNS looks, and calls of pages that the sandbox
/// did not serve.
pub(crate) async fn check(State(core): State<Arc<Core>>, request: Request, next: Next) -> Response {
    match judge(request.headers(), core.config.address.ip()) {
        Ok(()) => {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
            response
        }
        Err(failure) => failure.into_response(),
    }
}

fn judge(headers: &HeaderMap, bound: IpAddr) -> Result<(), ApiError> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let Some(host) = host.filter(|host| is_ours(host, bound)) else {
        return Err(ApiError::forbidden("the Host header must name this machine: localhost or a loopback address"));
    };
    match headers.get(header::ORIGIN) {
        // The port may be another than ours, where a container maps it; that the page came from there is what counts.
        Some(origin) if origin.as_bytes().strip_prefix(b"http://") != Some(host.as_bytes()) => {
            Err(ApiError::forbidden("pages of other origins may not use this API"))
        }
        _ => Ok(()),
    }
}

/// Returns whether a host, with or without a port, names this machine without the help of DNS.
fn is_ours(host: &str, bound: IpAddr) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        judge(&headers, "192.0.2.7".parse().unwrap()).is_ok()
    }

    #[test]
    fn only_names_of_this_machine_are_taken() {
        let taken = ["localhost", "LOCALHOST:80", "127.0.0.1:7007", "127.9.9.9", "[::1]:7007", "[::1]", "192.0.2.7:1"];
        let refused = ["", "example.com", "127.0.0.1.example.com", "localhost.example.com:80", "192.0.2.8", "a@b@c"];
        for host in taken {
            assert!(judged(host, None), "{host}");
        }
        for host in refused {
            assert!(!judged(host, None), "{host}");
        }
        assert!(judge(&HeaderMap::new(), "127.0.0.1".parse().unwrap()).is_err());
    }

    #[test]
    fn only_pages_of_the_same_origin_are_taken() {
        assert!(judged("127.0.0.1:7007", Some("http://127.0.0.1:7007")));
        let others =
            ["null", "http://127.0.0.1:7008", "http://localhost:7007", "https://127.0.0.1:7007", "http://example.com"];
        for origin in others {
            assert!(!judged("127.0.0.1:7007", Some(origin)), "{origin}");
        }
    }
}
