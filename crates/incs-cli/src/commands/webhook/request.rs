//! Requests: the headers and the target of a saved one, and posting a body to a URL.

use std::path::Path;
use std::time::{Duration, Instant};

use incs_facade::client::backend::HyperTransport;
use incs_facade::client::bytes::Bytes;
use incs_facade::client::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use incs_facade::client::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use incs_facade::client::transport::{Transport as _, TransportError, TransportErrorKind};
use incs_facade::model::{HttpUrl, ParseUrlError, Timestamp};
use serde_json::Value;

use crate::connect::host_of;
use crate::exit::{Exit, Failure, cause};
use crate::input;

/// Headers and target of a request. It has no `Debug`: both may hold secrets.
#[derive(Default)]
pub(super) struct RequestHead {
    pub(super) headers: Vec<(String, String)>,
    /// Path and query.
    pub(super) target: Option<String>,
}

impl RequestHead {
    /// Reads a file: lines of `Name: value`, with or without the request line above them; or JSON, an object of headers or what
    /// `incs webhook sign --json` writes.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let bytes = input::read(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage(format!("{name} is not UTF-8")))?;
        if text.trim_start().starts_with('{') {
            return Self::of_json(text)
                .ok_or_else(|| Failure::usage(format!("{name} is not a JSON object of headers")));
        }
        let mut head = Self::default();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() {
                break;
            }
            if index == 0
                && let Some(target) = target_of_request_line(line)
            {
                head.target = Some(target.to_owned());
                continue;
            }
            head.headers
                .push(parse_header(line).map_err(|why| Failure::usage(format!("{name}:{}: {why}", index + 1)))?);
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

/// Splits `Name: value`. The error does not contain the value, which may be a secret.
fn parse_header(line: &str) -> Result<(String, String), &'static str> {
    let (name, value) = line.split_once(':').ok_or("a header is `Name: value`")?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name { Ok((name.to_owned(), value.trim().to_owned())) } else { Err("a header's name is one word") }
}

/// Parses one `-H` of the command line.
pub(super) fn header(text: &str) -> Result<(String, String), String> {
    parse_header(text).map_err(str::to_owned)
}

/// Parses a time in RFC 3339 or in Unix seconds.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    let seconds = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    seconds.or_else(|| text.parse().ok()).ok_or_else(|| "expected a time like 2026-04-07T05:35:17Z".to_owned())
}

fn target_of_request_line(line: &str) -> Option<&str> {
    let mut words = line.split(' ');
    let (_method, target, version) = (words.next()?, words.next()?, words.next()?);
    (version.starts_with("HTTP/") && target.starts_with('/')).then_some(target)
}

/// The reply to a post.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PostReply {
    pub(crate) status: u16,
    pub(crate) took: Duration,
}

/// Posts bodies to URLs.
#[derive(Debug)]
pub(crate) struct PostClient {
    transport: HyperTransport,
    timeout: Duration,
}

impl PostClient {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { transport: HyperTransport::new(), timeout }
    }

    /// Posts once, without retries.
    pub(crate) async fn post(&self, url: &Uri, headers: HeaderMap, body: Bytes) -> Result<PostReply, Failure> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url.clone();
        *request.headers_mut() = headers;
        let start = Instant::now();
        match tokio::time::timeout(self.timeout, self.transport.call(request)).await {
            Ok(Ok(reply)) => Ok(PostReply { status: reply.status().as_u16(), took: start.elapsed() }),
            Ok(Err(error)) => Err(failed(url, &error)),
            Err(_) => {
                let limit = humantime::format_duration(self.timeout);
                let message = format!("no reply from {} in {limit}; the request may have been received", host_of(url));
                Err(Failure::new(Exit::Unknown, message)
                    .with_help("check the receiver before you retry, or increase --timeout"))
            }
        }
    }
}

/// Returns the failure of a post without a reply. It does not show the path, which may hold a secret.
fn failed(url: &Uri, error: &TransportError) -> Failure {
    let (host, cause) = (host_of(url), cause(error));
    match error.kind() {
        TransportErrorKind::Tls => {
            let message = format!("cannot make a secure connection to {host} ({cause}); nothing was sent");
            Failure::new(Exit::Network, message).with_help("check the URL and the certificate of the server")
        }
        kind if kind.proves_not_sent() => {
            let message = format!("cannot connect to {host} ({cause}); nothing was sent, it is safe to retry");
            Failure::new(Exit::Network, message).with_help("check that the server runs and that the URL is right")
        }
        _ => {
            let message = format!("lost the connection to {host} ({cause}); the request may have been received");
            Failure::new(Exit::Unknown, message).with_help("check the receiver before you retry")
        }
    }
}

/// Checks a URL to post to: it must be on this machine unless `allow_remote` is true. The errors do not show it, since it may
/// hold a secret.
pub(crate) fn checked(url: &str, flag: &str, allow_remote: bool) -> Result<Uri, Failure> {
    let invalid = |error: ParseUrlError| Failure::usage(format!("{flag}: {error}"));
    let parts = HttpUrl::parse_server(url).map_err(invalid)?;
    if !allow_remote && !parts.is_loopback() {
        return Err(
            Failure::usage(format!("{flag} is not a URL on this machine")).with_help("allow it with --allow-remote")
        );
    }
    // `Uri` accepts fewer characters than the check above.
    url.parse().map_err(|_| invalid(ParseUrlError::Character))
}

/// Builds headers from names and values.
pub(crate) fn headers<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let unfit = || Failure::usage(format!("the header {name} cannot be sent"));
        let value = HeaderValue::from_str(value).map_err(|_| unfit())?;
        headers.append(HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?, value);
    }
    Ok(headers)
}

/// Removes the headers that belong to the connection (hop-by-hop).
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
    fn remote_url_needs_permission() {
        for (url, here, anywhere) in [
            ("http://127.0.0.1:8080/a", true, true),
            ("http://127.9.9.9/a", true, true),
            ("http://LOCALHOST/", true, true),
            ("https://[::1]:1/", true, true),
            ("http://example.com/", false, true),
            ("http://127.0.0.1.example.com/", false, true),
            ("http://localhost@example.com/", false, false),
            ("http://127.0.0.1:65535/a", true, true),
            ("http://127.0.0.1:70000/a", false, false),
            ("http://127.0.0.1:0/a", false, false),
            ("http://127.0.0.1:/a", false, false),
            ("http://127.0.0.1/a#b", false, false),
            ("ftp://127.0.0.1/", false, false),
            ("/hooks", false, false),
            ("localhost:8080", false, false),
        ] {
            assert_eq!(checked(url, "--url", false).is_ok(), here, "{url}");
            assert_eq!(checked(url, "--url", true).is_ok(), anywhere, "{url}");
        }
    }

    #[test]
    fn connection_headers_are_removed() {
        let pairs = [("connection", "x-hop, close"), ("x-hop", "1"), ("host", "a"), ("x-signature", "b")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let kept = end_to_end(headers(&pairs).unwrap());
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["x-signature"]);
    }
}
