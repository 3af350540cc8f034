//! The check of absolute URLs: links in messages, base URLs, and URLs that webhooks are posted to.

use std::net::IpAddr;

use memchr::{memchr, memchr3, memrchr};

/// An absolute http or https URL, split into its parts.
///
/// HTTP libraries disagree about URLs that are nearly valid. Some replace a port that they cannot read by the default port, and
/// would send a credential to port 80 or 443. Here a port is 1 to 65535 or absent, there is a host, and no part contains a space,
/// a control character or a backslash.
///
/// ```
/// use incs_model::{HttpUrl, ParseUrlError};
///
/// let url = HttpUrl::parse("https://media.example.com:8443/a.png?v=2").unwrap();
/// assert_eq!((url.host(), url.port(), url.path()), ("media.example.com", 8443, "/a.png"));
/// assert_eq!(HttpUrl::parse("http://127.0.0.1:70000"), Err(ParseUrlError::Port));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HttpUrl<'a> {
    is_https: bool,
    user: Option<&'a str>,
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

/// The reason why a URL is invalid. It does not show the text, which may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseUrlError {
    /// The scheme is missing, or neither http nor https.
    #[error("the URL has neither the scheme http nor https")]
    Scheme,
    /// The host is missing, or is not a host.
    #[error("the URL has no valid host")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("the port of the URL is not a number from 1 to 65535")]
    Port,
    /// The URL contains a space, a control character or a backslash.
    #[error("the URL holds a space, a control character or a backslash")]
    Character,
    /// The URL has a user or a password before the host.
    #[error("the URL holds a user or a password")]
    User,
    /// The URL has a query, which is not allowed there.
    #[error("the URL has a query")]
    Query,
    /// The URL has a fragment, which is never sent.
    #[error("the URL has a fragment")]
    Fragment,
}

impl<'a> HttpUrl<'a> {
    /// Parses a URL.
    ///
    /// # Errors
    ///
    /// Returns the first problem.
    pub fn parse(url: &'a str) -> Result<Self, ParseUrlError> {
        let (is_https, rest) = split_scheme(url).ok_or(ParseUrlError::Scheme)?;
        if !is_sound(rest) {
            return Err(ParseUrlError::Character);
        }
        let end = memchr3(b'/', b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (user, host_and_port) = match split_at_byte(authority, memrchr(b'@', authority.as_bytes())) {
            (user, Some(host)) => (Some(user), host),
            (_, None) => (None, authority),
        };
        let (host, port) = split_port(host_and_port).ok_or(ParseUrlError::Host)?;
        let port = port.map(|port| parse_port(port).ok_or(ParseUrlError::Port)).transpose()?;
        let (rest, fragment) = split_at_byte(rest, memchr(b'#', rest.as_bytes()));
        let (path, query) = split_at_byte(rest, memchr(b'?', rest.as_bytes()));
        Ok(Self { is_https, user, host, port, path, query, fragment })
    }

    /// Parses the URL of a server: a base URL, or one that webhooks are posted to. It must have no user or password,
    /// which HTTP libraries drop or send in surprising ways, and no fragment, which is never sent.
    ///
    /// # Errors
    ///
    /// Returns the first problem.
    pub fn parse_server(url: &'a str) -> Result<Self, ParseUrlError> {
        let url = Self::parse(url)?;
        if url.user.is_some() {
            return Err(ParseUrlError::User);
        }
        if url.fragment.is_some() {
            return Err(ParseUrlError::Fragment);
        }
        Ok(url)
    }

    /// Returns true when the scheme is https.
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Returns the user, with the password after a colon.
    pub fn user(&self) -> Option<&'a str> {
        self.user
    }

    /// Returns the host; an IPv6 address without its brackets.
    pub fn host(&self) -> &'a str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(self.host)
    }

    /// Returns the port: 443 for https and 80 for http, unless the URL has another.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.is_https { 443 } else { 80 })
    }

    /// Returns the path, which is empty or begins with a slash.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// Returns the query without its question mark.
    pub fn query(&self) -> Option<&'a str> {
        self.query
    }

    /// Returns true when the host is this machine: `localhost`, or a loopback address.
    pub fn is_loopback(&self) -> bool {
        match self.host().parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.host.eq_ignore_ascii_case("localhost"),
        }
    }
}

/// Masks the URL, which may hold a secret in its path or query.
impl std::fmt::Debug for HttpUrl<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpUrl(…)")
    }
}

fn split_scheme(url: &str) -> Option<(bool, &str)> {
    let any_case = |scheme: &str| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    match any_case("https://") {
        Some(rest) => Some((true, rest)),
        None => any_case("http://").map(|rest| (false, rest)),
    }
}

/// Returns true when no byte is a space, a control character or a backslash. There is no early return, since nearly every URL is
/// valid and the compiler can then check many bytes at once.
fn is_sound(rest: &str) -> bool {
    let is_broken = |byte: u8| byte <= b' ' || byte == 0x7f || byte == b'\\';
    rest.bytes().fold(0, |found, byte| found | u8::from(is_broken(byte))) == 0
}

/// Splits a host from the port after it; the host keeps the brackets of an IPv6 address.
fn split_port(host_and_port: &str) -> Option<(&str, Option<&str>)> {
    if let Some(inner) = host_and_port.strip_prefix('[') {
        let end = inner.find(']').filter(|end| is_ip_literal(inner.get(..*end).unwrap_or_default()))?;
        let (host, port) = host_and_port.split_at_checked(end + 2)?;
        return match port.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => port.is_empty().then_some((host, None)),
        };
    }
    let (host, port) = match host_and_port.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host_and_port, None),
    };
    let is_host = !host.is_empty() && !host.bytes().any(|byte| matches!(byte, b'[' | b']'));
    is_host.then_some((host, port))
}

fn is_ip_literal(address: &str) -> bool {
    !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
}

/// Parses a port of digits without leading zeros: `u16::from_str` accepts a plus sign too.
fn parse_port(port: &str) -> Option<u16> {
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    if is_number { port.parse().ok() } else { None }
}

/// Splits a text before and after the ASCII byte at `index`.
fn split_at_byte(text: &str, index: Option<usize>) -> (&str, Option<&str>) {
    match index.and_then(|index| text.split_at_checked(index)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (url, is_https, user, host, port, path, query) in [
            ("https://h", true, None, "h", 443, "", None),
            ("HTTP://H?x", false, None, "H", 80, "", Some("x")),
            ("http://u:p@h:65535/a?b?c#d", false, Some("u:p"), "h", 65535, "/a", Some("b?c")),
            ("https://a@b@h/", true, Some("a@b"), "h", 443, "/", None),
            ("https://[::1]:1/x#?y", true, None, "::1", 1, "/x", None),
            ("https://例え.jp/ファイル", true, None, "例え.jp", 443, "/ファイル", None),
        ] {
            let parsed = HttpUrl::parse(url).unwrap();
            assert_eq!((parsed.is_https(), parsed.user(), parsed.host()), (is_https, user, host), "{url}");
            assert_eq!((parsed.port(), parsed.path(), parsed.query()), (port, path, query), "{url}");
        }
    }

    #[test]
    fn invalid_urls_are_refused_with_reason() {
        use ParseUrlError::{Character, Fragment, Host, Port, Scheme, User};
        for (url, error) in [
            ("", Scheme),
            ("media.example.com/a.png", Scheme),
            ("localhost:80", Scheme),
            ("/a.png", Scheme),
            ("ftp://h/a", Scheme),
            ("http:/h", Scheme),
            ("https://", Host),
            ("https:///a", Host),
            ("https://:80/", Host),
            ("https://u@/x", Host),
            ("https://[::1/x", Host),
            ("https://[zz]/x", Host),
            ("https://[]/x", Host),
            ("https://[::1]x/", Host),
            ("https://h:0", Port),
            ("https://h:00/", Port),
            ("https://h:080/", Port),
            ("https://h:/", Port),
            ("https://h:65536/", Port),
            ("https://h:70000/", Port),
            ("https://h:99999999999999999999/", Port),
            ("https://h:-1/", Port),
            ("https://h:+80/", Port),
            ("https://h:８０/", Port),
            ("https://h:port/", Port),
            ("https://h:80:90/", Port),
            ("https://[::1]:70000/", Port),
            ("https://[::1]:/", Port),
            ("https://u:p@h:0/", Port),
            ("https://h/a b", Character),
            ("https://h\n/", Character),
            ("https://h\\x/y", Character),
            ("https://u@h/", User),
            ("https://:@h/", User),
            ("https://h/#x", Fragment),
        ] {
            assert_eq!(HttpUrl::parse_server(url), Err(error), "{url}");
            if !matches!(error, User | Fragment) {
                assert_eq!(HttpUrl::parse(url), Err(error), "{url}");
            }
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, is_loopback) in [
            ("http://127.0.0.1:9000", true),
            ("http://127.8.9.10/", true),
            ("http://[::1]", true),
            ("http://[::ffff:127.0.0.1]:9000", true),
            ("https://LocalHost/hooks?x=1", true),
            ("http://[::ffff:10.0.0.7]/", false),
            ("http://0.0.0.0/", false),
            ("http://2130706433/", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://localhost.example.com/", false),
            ("http://localhost@example.com/", false),
        ] {
            assert_eq!(HttpUrl::parse(url).unwrap().is_loopback(), is_loopback, "{url}");
        }
    }
}
