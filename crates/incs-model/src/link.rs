//! Rules for links, as checks and as patterns.
//!
//! Each rule is defined twice here; a property test compares both forms.

use crate::url::HttpUrl;

/// Returns true when the link is an absolute http or https URL, see [`HttpUrl`].
pub(crate) fn is_absolute(link: &str) -> bool {
    HttpUrl::parse(link).is_ok()
}

/// The extensions of images, videos, audio files and documents. Any other extension does not determine the file behind a link: it
/// may belong to a program on the server (`image.php`), a version (`/v1.0`) or a name (`/john.doe`).
#[rustfmt::skip]
const MEDIA_EXTENSIONS: &[&str] = &[
    "avif", "bmp", "gif", "heic", "heif", "ico", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp",
    "3gp", "avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "webm", "wmv",
    "aac", "amr", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav", "wma",
    "csv", "doc", "docx", "odp", "ods", "odt", "pdf", "ppt", "pptx", "rtf", "txt", "xls", "xlsx",
];

/// The extensions of archives and programs, which no server converts to media.
const OTHER_EXTENSIONS: &[&str] = &["7z", "exe", "gz", "rar", "zip"];

/// Returns the known extension at the end of a URL's path, unless it is one of these kinds. With a query the extension of a medium
/// says nothing: the server may make another file of it, as of `a.mp4?x-oss-process=video/snapshot,f_jpg`.
pub(crate) fn other_kind<'a>(url: &HttpUrl<'a>, kinds: &[&str]) -> Option<&'a str> {
    let path = url.path();
    let ending = path.get(memchr::memrchr2(b'/', b'.', path.as_bytes())?..)?.strip_prefix('.')?;
    let is_in = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(ending));
    let is_other = !is_in(kinds) && (is_in(OTHER_EXTENSIONS) || url.query().is_none() && is_in(MEDIA_EXTENSIONS));
    is_other.then_some(ending)
}

/// Returns true when the link is absolute, or begins with a `[variable]` that may hold all of it.
pub(crate) fn is_absolute_template(link: &str) -> bool {
    if let Some((name, _)) = link.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    is_absolute(&link.replace(['[', ']'], "_"))
}

/// The patterns for JSON Schema. They work in every dialect: no look-around, no named classes.
#[cfg(feature = "schema")]
pub(crate) mod pattern {
    const SCHEME: &str = "[Hh][Tt][Tt][Pp][Ss]?://";
    const USER: &str = r"([^\x00-\x20\x7f/?#\\]*@)?";
    /// 1 to 65535.
    const PORT: &str = "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";
    const REST: &str = r"([/?#][^\x00-\x20\x7f\\]*)?";

    /// Returns the pattern of [`is_absolute`](super::is_absolute).
    pub(crate) fn absolute() -> String {
        let host = r"(\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f/?#@:\[\]\\]+)";
        format!("^{SCHEME}{USER}{host}{PORT}{REST}$")
    }

    /// Returns the pattern of [`is_absolute_template`](super::is_absolute_template).
    pub(crate) fn absolute_template() -> String {
        let host = r"[^\x00-\x20\x7f/?#@:\\]+";
        format!(r"^(\[[A-Za-z0-9_]+\]|{SCHEME}{USER}{host}{PORT}{REST}$)")
    }

    /// Returns a pattern for a word of letters, digits and underscores that ignores case.
    pub(crate) fn in_any_case(word: &str) -> String {
        let letter = |letter: char| match (letter.to_ascii_uppercase(), letter.to_ascii_lowercase()) {
            (upper, lower) if upper == lower => letter.to_string(),
            (upper, lower) => format!("[{upper}{lower}]"),
        };
        word.chars().map(letter).collect()
    }

    /// Returns the pattern of an absolute link whose [`extension`](super::extension) is not among `kinds`.
    pub(crate) fn other_kind(kinds: &[&str]) -> String {
        let endings = |list: &[&str]| {
            let list = list.iter().filter(|known| !kinds.contains(known));
            list.map(|kind| in_any_case(kind)).collect::<Vec<String>>().join("|")
        };
        let (media, others) = (endings(super::MEDIA_EXTENSIONS), endings(super::OTHER_EXTENSIONS));
        format!(r"^[^/]*//[^/?#]*/[^?#]*\.(({media})(#[\s\S]*)?|({others})([?#][\s\S]*)?)$")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions() {
        for (link, found) in [
            ("https://h.example/a.PNG", Some("PNG")),
            ("https://h.example/a.gif#x", Some("gif")),
            ("https://h.example/a.tar.zip", Some("zip")),
            ("https://h.example/a.png/.mp4", Some("mp4")),
            ("https://h.example/a.mp4?x-oss-process=video/snapshot,f_jpg", None),
            ("https://h.example/a.png?", None),
            ("https://h.example/a.EXE?x=.png", Some("EXE")),
            ("https://h.example/image.php", None),
            ("https://h.example/image.php?id=3", None),
            ("https://h.example/v1.0", None),
            ("https://h.example/john.doe", None),
            ("https://h.example/a.pdf;v=2", None),
            ("https://h.example/a.pdf/", None),
            ("https://h.example/a.pdf/raw", None),
            ("https://h.example/pdf", None),
            ("https://h.example/file.", None),
            ("https://files.pdf", None),
            ("https://h.pdf/", None),
            ("https://h.example#/a.gif", None),
        ] {
            let url = HttpUrl::parse(link).unwrap();
            assert_eq!(other_kind(&url, &[]), found, "{link}");
            let own = found.map(str::to_ascii_lowercase).unwrap_or_default();
            assert_eq!(other_kind(&url, &[&own]), None, "{link}");
        }
    }

    #[test]
    fn rule_file_kinds_are_media_extensions() {
        let rules = crate::limits::all().filter_map(|rule| match rule.limit() {
            crate::limits::Limit::FileKinds(kinds) => Some(kinds),
            _ => None,
        });
        for kind in rules.flatten() {
            assert!(MEDIA_EXTENSIONS.contains(kind), "{kind}");
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
