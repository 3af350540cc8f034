//! What a link must look like, as a check and as a pattern.
//!
//! Both are kept side by side here; a property test holds them together.

use crate::scan::zeros;

/// Whether the link is absolute, http or https, with a host, and free of spaces and control characters.
pub(crate) fn is_absolute(link: &str) -> bool {
    after_scheme(link).is_some_and(|rest| is_absolute_rest(rest, Marks::of(rest)))
}

/// What stands somewhere in a link. Most links have none of these marks, and then little else is to be looked at.
#[derive(Clone, Copy)]
struct Marks {
    /// A space, a control character, a backslash, or a sign of a user, a port or an IP address.
    unusual: bool,
    /// A query or fragment.
    query: bool,
}

impl Marks {
    fn of(text: &str) -> Self {
        let [unusual, query] = zeros(text, |byte| {
            let blank = byte.saturating_sub(b' ').min(byte ^ 0x7f);
            let bracket_or_backslash = byte.wrapping_sub(b'[').saturating_sub(b']' - b'[');
            let separator = (byte ^ b'@').min(byte ^ b':');
            [blank.min(bracket_or_backslash).min(separator), (byte ^ b'?').min(byte ^ b'#')]
        });
        Self { unusual, query }
    }
}

/// A space, a control character or a backslash: bytes that no link may hold.
fn is_broken(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f || byte == b'\\'
}

/// What follows the scheme; nearly always after `https`, in lower case.
#[inline]
fn after_scheme(link: &str) -> Option<&str> {
    link.strip_prefix("https://").or_else(|| after_unusual_scheme(link))
}

#[cold]
fn after_unusual_scheme(link: &str) -> Option<&str> {
    ["http://", "https://"].into_iter().find_map(|scheme| {
        let (head, rest) = link.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

#[inline]
fn is_absolute_rest(rest: &str, marks: Marks) -> bool {
    if marks.unusual {
        is_unusual_but_absolute(rest)
    } else {
        !matches!(rest.as_bytes().first(), None | Some(b'/' | b'?' | b'#'))
    }
}

#[cold]
fn is_unusual_but_absolute(rest: &str) -> bool {
    !rest.bytes().any(is_broken) && has_unusual_host(rest)
}

/// Whether the text begins with a host that may have a user, a port, or an IP address in brackets.
fn has_unusual_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host_and_port.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((address, port)) if is_ip_literal(address) => (address, port),
            _ => return false,
        },
        None => host_and_port.find(':').map_or((host_and_port, ""), |colon| host_and_port.split_at(colon)),
    };
    let digits = |port: &str| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    !host.is_empty() && !host.contains(['[', ']']) && (port.is_empty() || port.strip_prefix(':').is_some_and(digits))
}

fn is_ip_literal(address: &str) -> bool {
    !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
}

/// What a link to a file shows.
pub(crate) struct FileLink<'a> {
    /// Whether the link is absolute: see [`is_absolute`].
    pub(crate) is_absolute: bool,
    /// What stands before and after the last dot of the last segment, query and fragment left out.
    dotted: Option<(&'a str, &'a str)>,
}

impl<'a> FileLink<'a> {
    pub(crate) fn of(link: &'a str) -> Self {
        let Some(rest) = after_scheme(link) else { return Self { is_absolute: false, dotted: None } };
        let marks = Marks::of(rest);
        let path = if marks.query { rest.split(['?', '#']).next().unwrap_or_default() } else { rest };
        let dot = path.bytes().rposition(|byte| byte == b'.' || byte == b'/');
        let dotted = dot.and_then(|dot| path.split_at_checked(dot));
        let dotted = dotted.and_then(|(head, ending)| Some((head, ending.strip_prefix('.')?)));
        Self { is_absolute: is_absolute_rest(rest, marks), dotted }
    }

    /// The extension that the path shows: 1 to 5 letters or digits after the last dot of the last segment.
    pub(crate) fn extension(&self) -> Option<&'a str> {
        let (head, ending) = self.dotted?;
        let plausible = (1..=EXTENSION_MAX).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
            // Without a slash the dot belongs to the host.
            && head.contains('/');
        plausible.then_some(ending)
    }

    /// Whether the link shows no extension, or one of `kinds`.
    pub(crate) fn has_kind(&self, kinds: &[&str]) -> bool {
        // Nearly always one of the kinds, in lower case.
        self.dotted.is_none_or(|(_, ending)| kinds.contains(&ending))
            || self.extension().is_none_or(|found| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(found)))
    }
}

/// Longer endings are taken for a part of the name.
const EXTENSION_MAX: usize = 5;

/// Whether the link is absolute, or begins with a `[variable]` that may hold the whole of it.
pub(crate) fn is_absolute_template(link: &str) -> bool {
    if let Some((name, _)) = link.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    is_absolute(&link.replace(['[', ']'], "_"))
}

/// The patterns for JSON Schema. Plain enough for every dialect: no look-around, no named classes.
#[cfg(feature = "schema")]
pub(crate) mod pattern {
    use std::fmt::Write as _;

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

    /// The pattern of [`FileLink::has_kind`](super::FileLink::has_kind): the last segment of the path, if there is a path, has no extension
    /// or one of `kinds`.
    pub(crate) fn kinds(kinds: &[&str]) -> String {
        let mut endings = String::new();
        for kind in kinds {
            if !endings.is_empty() {
                endings.push('|');
            }
            for letter in kind.chars() {
                let (upper, lower) = (letter.to_ascii_uppercase(), letter.to_ascii_lowercase());
                let written =
                    if upper == lower { write!(endings, "{letter}") } else { write!(endings, "[{upper}{lower}]") };
                debug_assert!(written.is_ok(), "a String takes any text");
            }
        }
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
            assert_eq!(FileLink::of(link).extension(), found, "{link}");
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
