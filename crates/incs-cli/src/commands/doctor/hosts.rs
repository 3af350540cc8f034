//! The checks of a host: connection, TLS, reply and clock, all by one `GET /` without a credential.

use std::time::{Duration, SystemTime};

use incs_facade::client::bytes::Bytes;
use incs_facade::client::http::header::{DATE, USER_AGENT};
use incs_facade::client::http::{HeaderMap, Request, Uri};
use incs_facade::client::transport::{CallInfo, Idempotency, Response, Transport, TransportError, TransportErrorKind};
use incs_facade::model::{HttpUrl, Secret};
use incs_facade::webhook::scheme::TimestampHeader;

use super::report::{Check, CheckKind};
use crate::connect::{self, host_of};
use crate::exit::{Failure, cause};
use crate::settings::unused_proxy_variables;

/// The difference of two clocks that is normal: the header has whole seconds, and a server may cache it.
const NORMAL_SKEW: u64 = 30;

/// A host to check.
#[derive(Debug)]
pub(super) struct Target {
    /// Role of the host: `chat`, `api`, or a channel.
    pub(super) role: &'static str,
    /// Name and port.
    pub(super) host: String,
    /// The root of the base URL.
    uri: Uri,
    /// Name and port of the proxy.
    proxy: Option<String>,
}

impl Target {
    /// The base URL was accepted by the builder of a client before.
    pub(super) fn new(role: &'static str, base_url: &str, proxy: Option<&Secret>) -> Result<Self, Failure> {
        let uri: Uri = format!("{}/", base_url.trim_end_matches('/'))
            .parse()
            .map_err(|_| Failure::usage(format!("the base URL of {role} is invalid")))?;
        let proxy = proxy.and_then(|url| Some(host_of(&url.expose().parse().ok()?)));
        Ok(Self { role, host: host_of(&uri), uri, proxy })
    }

    /// Adds the host to a check.
    fn on(&self, check: Check) -> Check {
        check.at(self.role, &self.host)
    }
}

/// The checks of one host.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) checks: [Check; 4],
    pub(super) has_replied: bool,
}

/// Makes all checks of one host.
pub(super) async fn probe(transport: &impl Transport, target: &Target, limit: Duration) -> Probe {
    let request = Request::get(target.uri.clone())
        .header(USER_AGENT, connect::USER_AGENT)
        .extension(CallInfo::new("doctor", Idempotency::Idempotent))
        .body(Bytes::new());
    let Ok(request) = request else {
        let failed = Check::failed(CheckKind::Connection, "the base URL is invalid", "correct the base URL");
        return Probe { checks: rest_skipped(target, failed), has_replied: false };
    };
    let start = SystemTime::now();
    // The transport limits the time of the connection itself.
    let result = tokio::time::timeout(limit.saturating_mul(2), transport.call(request)).await;
    let took = start.elapsed().unwrap_or_default();
    match result {
        Ok(Ok(response)) => replied(target, &response, start, took),
        Ok(Err(error)) => failed(target, &error, limit).await,
        Err(_) => failed(target, &TransportErrorKind::Timeout.into(), limit).await,
    }
}

/// Returns the checks of a host that replied.
fn replied(target: &Target, response: &Response, start: SystemTime, took: Duration) -> Probe {
    let status = response.status();
    let message = format!("HTTP {} in {} ms", status.as_u16(), took.as_millis());
    let reply = if status.is_server_error() {
        Check::warning(CheckKind::Reply, message, "the host or a gateway before it fails; try again later")
    } else {
        Check::ok(CheckKind::Reply, message)
    };
    // The server wrote its time at some moment in between.
    let clock = clock(response.headers(), start + took / 2);
    let checks = [connected(target), secured(target), reply, clock].map(|check| target.on(check));
    Probe { checks, has_replied: true }
}

fn connected(target: &Target) -> Check {
    let by = target.proxy.as_ref().map_or_else(String::new, |proxy| format!(" through the proxy {proxy}"));
    Check::ok(CheckKind::Connection, format!("connected to {}{by}", target.host))
}

fn secured(target: &Target) -> Check {
    if is_https(target) {
        Check::ok(CheckKind::Tls, "the certificate is trusted")
    } else {
        Check::skipped(CheckKind::Tls, "plain http, on this machine")
    }
}

fn is_https(target: &Target) -> bool {
    target.uri.scheme_str() == Some("https")
}

/// Returns the checks of a host without a reply.
async fn failed(target: &Target, error: &TransportError, limit: Duration) -> Probe {
    let why = cause(error);
    let within = humantime::format_duration(limit);
    let no_clock = || Check::skipped(CheckKind::Clock, "there is no reply with a time");
    let checks = match error.kind() {
        TransportErrorKind::Connect | TransportErrorKind::NotSent => {
            return Probe { checks: rest_skipped(target, unreached(target, &why, limit).await), has_replied: false };
        }
        TransportErrorKind::Tls => {
            let message = format!("cannot make a secure connection ({why})");
            let help = "only certificates of public authorities are trusted: check the base URL, the clock, and whether a \
                        proxy inspects TLS";
            let tls = Check::failed(CheckKind::Tls, message, help);
            [connected(target), tls, Check::skipped(CheckKind::Reply, "there is no secure connection"), no_clock()]
        }
        kind => {
            let (message, help) = match kind {
                TransportErrorKind::Timeout => (
                    format!("connected, but no reply within {within}"),
                    "check the base URL, try again later, or increase --timeout",
                ),
                TransportErrorKind::ReplyTooLarge => {
                    ("the reply is longer than allowed".to_owned(), "check the base URL: this is not the platform")
                }
                _ => (
                    format!("connected, but there was no HTTP reply ({why})"),
                    "check scheme and port of the base URL: the server closed the connection, or speaks no HTTP",
                ),
            };
            [connected(target), secured(target), Check::failed(CheckKind::Reply, message, help), no_clock()]
        }
    };
    Probe { checks: checks.map(|check| target.on(check)), has_replied: false }
}

/// Returns the check of a connection that could not be made.
async fn unreached(target: &Target, why: &str, limit: Duration) -> Check {
    let unused = match unused_proxy_variables().first() {
        Some(variable) if target.proxy.is_none() => {
            format!("; {variable} is set but not used, set INCS_PROXY_URL to use a proxy")
        }
        _ => String::new(),
    };
    if let Some(proxy) = &target.proxy {
        let message = format!("cannot connect to {} through the proxy {proxy} ({why})", target.host);
        let help = "check the proxy (INCS_PROXY_URL, or `proxy_url` of the profile): its address, its credentials, and \
                    whether it allows tunnels to this port";
        return Check::failed(CheckKind::Connection, message, help);
    }
    if !is_resolved(target, limit).await {
        let message = format!("cannot resolve the host name of {}", target.host);
        let help = format!("check the base URL, and the name server of this machine{unused}");
        return Check::failed(CheckKind::Connection, message, help);
    }
    let message = format!("cannot connect to {} ({why})", target.host);
    let help =
        format!("check scheme, host and port of the base URL, whether the server runs, and the firewall{unused}");
    Check::failed(CheckKind::Connection, message, help)
}

/// Reports whether the name of the host has an address. The transport's error does not tell it in a type.
async fn is_resolved(target: &Target, limit: Duration) -> bool {
    let url = target.uri.to_string();
    let Ok(url) = HttpUrl::parse_server(&url) else { return false };
    let found = tokio::time::timeout(limit, tokio::net::lookup_host((url.host(), url.port()))).await;
    found.is_ok_and(|found| found.is_ok_and(|mut addresses| addresses.next().is_some()))
}

fn rest_skipped(target: &Target, connection: Check) -> [Check; 4] {
    let skipped = |kind| Check::skipped(kind, "there is no connection");
    [connection, skipped(CheckKind::Tls), skipped(CheckKind::Reply), skipped(CheckKind::Clock)]
        .map(|check| target.on(check))
}

/// Compares the clock of this machine with the header `date`.
fn clock(headers: &HeaderMap, now: SystemTime) -> Check {
    let Some(date) = headers.get(DATE) else {
        return Check::skipped(CheckKind::Clock, "the reply has no date header");
    };
    let Some(date) = date.to_str().ok().and_then(|date| httpdate::parse_http_date(date.trim()).ok()) else {
        let help = "a gateway may have written it; compare the clock with a time server";
        return Check::warning(CheckKind::Clock, "the date header of the reply is not a date", help);
    };
    let (size, is_ahead) = match now.duration_since(date) {
        Ok(ahead) => (ahead.as_secs(), true),
        Err(behind) => (behind.duration().as_secs(), false),
    };
    let way = if is_ahead { "ahead of" } else { "behind" };
    let message = format!("this clock is {size} s {way} the host's");
    let help = "set the clock, for example by NTP: signed webhooks and certificates depend on it";
    let check = if size <= NORMAL_SKEW {
        Check::ok(CheckKind::Clock, format!("this clock agrees with the host's within {NORMAL_SKEW} s"))
    } else if size <= TimestampHeader::DEFAULT_TOLERANCE.as_secs() {
        Check::warning(CheckKind::Clock, message, help)
    } else {
        Check::failed(CheckKind::Clock, message, help)
    };
    let signed = i64::try_from(size).unwrap_or(i64::MAX);
    check.with_clock(if is_ahead { signed } else { -signed })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use incs_facade::client::backend::HyperTransport;
    use incs_facade::contract::{FaultServer, Reply, Security};
    use serde_json::{Value, json};

    use super::*;

    /// The program trusts Mozilla's roots only, so a trusted certificate needs a transport of its own.
    #[tokio::test]
    async fn trusted_certificate_passes_tls() {
        let server = FaultServer::start(Security::Tls).await.unwrap();
        server.set_default(Reply::new(200));
        let root = server.root_certificate().unwrap();
        let transport = HyperTransport::builder().root_certificate_der(root).unwrap().build();
        let target = Target::new("chat", &server.uri(), None).unwrap();
        let found = probe(&transport, &target, Duration::from_secs(10)).await;
        let checks: Vec<_> = found.checks.iter().map(|check| serde_json::to_value(check).unwrap()).collect();
        let results: Vec<&Value> = checks.iter().map(|check| &check["result"]).collect();
        assert!(found.has_replied);
        assert_eq!(json!(results), json!(["ok", "ok", "ok", "skipped"]), "{checks:?}");
    }
}
