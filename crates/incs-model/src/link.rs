//! Rules for links, as checks and as patterns.
//!
//! Both are kept side by side here; a property test holds them together.

use memchr::{memchr2, memchr3};

/// Returns true when the link is absolute, http or https, with a host, and free of spaces and control characters.
pub(crate) fn is_absolute(link: &str) -> bool {
    after_scheme(link).is_some_and(|rest| has_host(rest) && is_sound(rest))
}

fn after_scheme(link: &str) -> Option<&str> {
    let any_case = |scheme: &str| {
        let (start, rest) = link.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    link.strip_prefix("https://").or_else(|| any_case("https://")).or_else(|| any_case("http://"))
}

/// Returns true when no byte is a space, a control character or a backslash. There is no early end, since nearly every link is
/// sound, so that the compiler can check many bytes at once.
fn is_sound(rest: &str) -> bool {
    let is_broken = |byte: u8| byte <= b' ' || byte == 0x7f || byte == b'\\';
    rest.bytes().fold(0, |found, byte| found | u8::from(is_broken(byte))) == 0
}

/// Returns true when the text begins with a host, which may have a user, a port, or an IP address in brackets.
fn has_host(rest: &str) -> bool {
    let end = memchr3(b'/', b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host_and_port.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((address, port)) if is_ip_literal(address) => (address, port),
            _ => return false,
        },
        None => host_and_port.find(':').map_or((host_and_port, ""), |colon| host_and_port.split_at(colon)),
    };
    let digits = |port: &str| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    !host.is_empty()
        && !host.bytes().any(|byte| matches!(byte, b'[' | b']'))
        && (port.is_empty() || port.strip_prefix(':').is_some_and(digits))
}

fn is_ip_literal(address: &str) -> bool {
    !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
}

/// Longer endings are taken for a part of the name.
const EXTENSION_MAX: usize = 5;

/// The extension that a link to a file shows: 1 to 5 letters or digits after the last dot of the path's last segment.
pub(crate) fn extension(link: &str) -> Option<&str> {
    let rest = after_scheme(link)?;
    let path = rest.get(..memchr2(b'?', b'#', rest.as_bytes()).unwrap_or(rest.len()))?;
    // Without a slash the dots belong to the host.
    let (_, segment) = path.rsplit_once('/')?;
    let (_, ending) = segment.rsplit_once('.')?;
    let is_plausible =
        (1..=EXTENSION_MAX).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plausible.then_some(ending)
}

/// Returns true when the link is absolute, or begins with a `[variable]` that may hold the whole of it.
pub(crate) fn is_absolute_template(link: &str) -> bool {
    if let Some((name, _)) = link.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    is_absolute(&link.replace(['[', ']'], "_"))
}

/// The patterns for JSON Schema. Plain enough for every dialect: no look-around, no named classes.
#[cfg(feature = "schema")]
pub(crate) mod pattern {
    const SCHEME: &str = "[Hh][Tt][Tt][Pp][Ss]?://";
    const AUTHORITY: &str =
        r"([^\x00-\x20\x7f/?#\\]*@)?(\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f/?#@:\[\]\\]+)(:[0-9]{0,5})?";
    const REST: &str = r"([/?#][^\x00-\x20\x7f\\]*)?";

    /// The pattern of [`is_absolute`](super::is_absolute).
    pub(crate) fn absolute() -> String {
        format!("^{SCHEME}{AUTHORITY}{REST}$")
    }

    /// The pattern of [`is_absolute_template`](super::is_absolute_template).
    pub(crate) fn absolute_template() -> String {
        let host = r"[^\x00-\x20\x7f/?#@:\\]+";
        let authority = format!(r"([^\x00-\x20\x7f/?#\\]*@)?{host}(:[0-9]{{0,5}})?");
        format!(r"^(\[[A-Za-z0-9_]+\]|{SCHEME}{authority}{REST}$)")
    }

    /// The pattern of a link whose [`extension`](super::extension), if it shows one, is among `kinds`.
    pub(crate) fn kinds(kinds: &[&str]) -> String {
        let letter = |letter: char| match (letter.to_ascii_uppercase(), letter.to_ascii_lowercase()) {
            (upper, lower) if upper == lower => letter.to_string(),
            (upper, lower) => format!("[{upper}{lower}]"),
        };
        let endings: Vec<String> = kinds.iter().map(|kind| kind.chars().map(letter).collect()).collect();
        let endings = endings.join("|");
        // No dot; a dot at the end; an ending with a sign in it; an ending too long; one of the kinds.
        let segment = format!(
            r"([^./?#]*|[^/?#]*\.|[^/?#]*\.[^./?#]*[^A-Za-z0-9./?#][^./?#]*|[^/?#]*\.[^./?#]{{6,}}|[^/?#]*\.({endings}))"
        );
        format!(r"^[^/]*(/[^/]*|//[^/?#]*([?#][\s\S]*)?|//[^/?#]*/([^/?#]*/)*{segment}([?#][\s\S]*)?)$")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links() {
        for good in [
            "https://media.example.com/a.png",
            "HTTP://h",
            "https://h?x",
            "https://user:pw@h:8443/p",
            "https://[::1]:80/x",
            "https://例え.jp/ファイル",
        ] {
            assert!(is_absolute(good), "{good}");
        }
        for bad in [
            "",
            "media.example.com/a.png",
            "/a.png",
            "ftp://h/a",
            "https://",
            "https:///a",
            "https://:80/",
            "https://u@/x",
            "https://h/a b",
            "https://h:port/",
            "https://h\n/",
            "https://[::1/x",
            "https://[zz]/x",
            "https://h\\x/y",
            "http:/h",
        ] {
            assert!(!is_absolute(bad), "{bad}");
        }
    }

    #[test]
    fn extensions() {
        for (link, found) in [
            ("https://h.example/a.PNG", Some("PNG")),
            ("https://h.example/a.png?sig=b.gif", Some("png")),
            ("https://h.example/a.tar.gz#x", Some("gz")),
            ("https://h.example", None),
            ("https://h.example/", None),
            ("https://h.example/v1.2/file", None),
            ("https://h.example/file.", None),
            ("https://h.example/file.v2-final", None),
            ("https://h.example/file.download", None),
            ("https://h.example?x=/a.gif", None),
        ] {
            assert_eq!(extension(link), found, "{link}");
        }
    }

    #[test]
    fn links_of_templates_may_hold_variables() {
        for good in ["[url]", "https://[host]/x", "https://shop.example.com/o/[order_no]", "[base_url]/x"] {
            assert!(is_absolute_template(good), "{good}");
        }
        for bad in ["[]/x", "order/[order_no]", "[a b]", ""] {
            assert!(!is_absolute_template(bad), "{bad}");
        }
    }
}
