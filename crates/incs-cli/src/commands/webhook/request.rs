//! Requests: the headers and the target of one that was saved, and posting a body to a URL.

use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use incs_facade::client::backend::HyperTransport;
use incs_facade::client::bytes::Bytes;
use incs_facade::client::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use incs_facade::client::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use incs_facade::client::transport::Transport as _;
use incs_facade::model::Timestamp;
use serde_json::Value;

use crate::exit::{Exit, Failure};
use crate::input;

/// Headers and target of a request. It has no `Debug`: both may hold secrets.
#[derive(Default)]
pub(super) struct Head {
    pub(super) headers: Vec<(String, String)>,
    /// Path and query.
    pub(super) target: Option<String>,
}

impl Head {
    /// Reads a file: lines of `Name: value`, with or without the request line above them; or JSON, an object of headers or what
    /// `incs webhook sign --json` writes.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let bytes = input::read(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage(format!("{name} is no UTF-8 text")))?;
        if text.trim_start().starts_with('{') {
            return Self::of_json(text).ok_or_else(|| Failure::usage(format!("{name} is no JSON object of headers")));
        }
        let mut head = Self::default();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() {
                break;
            }
            if index == 0
                && let Some(target) = of_request_line(line)
            {
                head.target = Some(target.to_owned());
                continue;
            }
            head.headers.push(pair(line).map_err(|why| Failure::usage(format!("{name}:{}: {why}", index + 1)))?);
        }
        Ok(head)
    }

    fn of_json(text: &str) -> Option<Self> {
        let Value::Object(mut object) = serde_json::from_str(text).ok()? else { return None };
        let target = object.get("target").and_then(Value::as_str).map(str::to_owned);
        let headers = match object.remove("headers") {
            Some(Value::Object(headers)) => headers,
            Some(_) => return None,
            None => object,
        };
        let pair = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        Some(Self { headers: headers.into_iter().map(pair).collect::<Option<_>>()?, target })
    }
}

/// `Name: value`. The message has no value, which may be a secret.
fn pair(line: &str) -> Result<(String, String), &'static str> {
    let (name, value) = line.split_once(':').ok_or("a header is `Name: value`")?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name { Ok((name.to_owned(), value.trim().to_owned())) } else { Err("a header's name is one word") }
}

/// One `-H` of the command line.
pub(super) fn header(text: &str) -> Result<(String, String), String> {
    pair(text).map_err(str::to_owned)
}

/// An instant as RFC 3339 has it, or seconds since 1970.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    let seconds = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    seconds.or_else(|| text.parse().ok()).ok_or_else(|| "expected a time like 2026-04-07T05:35:17Z".to_owned())
}

fn of_request_line(line: &str) -> Option<&str> {
    let mut words = line.split(' ');
    let (_method, target, version) = (words.next()?, words.next()?, words.next()?);
    (version.starts_with("HTTP/") && target.starts_with('/')).then_some(target)
}

/// What came back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posted {
    pub(super) status: u16,
    pub(super) took: Duration,
}

/// Posts to one URL.
#[derive(Debug)]
pub(super) struct Post {
    transport: HyperTransport,
    timeout: Duration,
}

impl Post {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { transport: HyperTransport::new(), timeout }
    }

    /// Posts once; nothing is repeated.
    pub(super) async fn to(&self, url: &Uri, headers: HeaderMap, body: Bytes) -> Result<Posted, Failure> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url.clone();
        *request.headers_mut() = headers;
        let start = Instant::now();
        match tokio::time::timeout(self.timeout, self.transport.call(request)).await {
            Ok(Ok(reply)) => Ok(Posted { status: reply.status().as_u16(), took: start.elapsed() }),
            Ok(Err(error)) if error.kind().nothing_left() => Err(Failure::new(Exit::Network, error.to_string())),
            Ok(Err(error)) => Err(Failure::new(Exit::Unknown, error.to_string())),
            Err(_) => {
                let limit = humantime::format_duration(self.timeout);
                Err(Failure::new(Exit::Unknown, format!("no reply came in {limit}; it may have been taken")))
            }
        }
    }
}

/// A URL to post to: http or https, and of this machine unless others are allowed. The messages do not show it, since it may hold
/// a secret.
pub(super) fn checked(url: &str, flag: &str, allow_remote: bool) -> Result<Uri, Failure> {
    let unreadable = || Failure::usage(format!("{flag} is no http or https URL"));
    let uri: Uri = url.parse().map_err(|_| unreadable())?;
    let host = uri.host().ok_or_else(unreadable)?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(unreadable());
    }
    if !allow_remote && !is_loopback(host) {
        return Err(Failure::usage(format!("{flag} is not of this machine")).with_help("--allow-remote allows it"));
    }
    Ok(uri)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Headers out of names and values.
pub(super) fn headers<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let unfit = || Failure::usage(format!("the header {name} cannot be sent"));
        let value = HeaderValue::from_str(value).map_err(|_| unfit())?;
        headers.append(HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?, value);
    }
    Ok(headers)
}

/// The headers of a request, but those that are of its connection alone.
pub(super) fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let of_connection = [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
    for name in of_connection.iter().chain(&named) {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_posted_to_unless_others_are_allowed() {
        for (url, here, anywhere) in [
            ("http://127.0.0.1:8080/a", true, true),
            ("http://127.9.9.9/a", true, true),
            ("http://LOCALHOST/", true, true),
            ("https://[::1]:1/", true, true),
            ("http://example.com/", false, true),
            ("http://127.0.0.1.example.com/", false, true),
            ("http://localhost@example.com/", false, true),
            ("ftp://127.0.0.1/", false, false),
            ("/hooks", false, false),
            ("localhost:8080", false, false),
        ] {
            assert_eq!(checked(url, "--url", false).is_ok(), here, "{url}");
            assert_eq!(checked(url, "--url", true).is_ok(), anywhere, "{url}");
        }
    }

    #[test]
    fn what_is_of_the_connection_stays_behind() {
        let pairs = [("connection", "x-hop, close"), ("x-hop", "1"), ("host", "a"), ("x-signature", "b")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let kept = end_to_end(headers(&pairs).unwrap());
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["x-signature"]);
    }
}
