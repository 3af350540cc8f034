//! Links, and texts that are nearly links.

use proptest::prelude::*;

use super::Faults;

/// A link to a file of one of `kinds`, or without an extension; if faulty, not a link or one of another kind.
pub(crate) fn to_file(faults: Faults, kinds: &'static [&'static str]) -> BoxedStrategy<String> {
    let extension = prop_oneof![
        4 => prop::sample::select(kinds).prop_map(|kind| format!(".{kind}")),
        2 => prop::sample::select(kinds).prop_map(|kind| format!(".{}", kind.to_uppercase())),
        1 => Just(String::new()),
        2 => prop::sample::select(vec![".v2-final", ".0", ".doe", ".php", ".html", "."]).prop_map(str::to_owned),
    ];
    // Each is a known extension that no rule lists.
    let wrong = prop::sample::select(vec![".avif", ".HEIC", ".7z", ".html.rar", ".mp4.webm"]).prop_map(str::to_owned);
    let wrong = with_path(wrong, &["", "#top.exe", "#?a.png"]);
    faults.or(with_path(extension, ENDS), prop_oneof![broken(), wrong])
}

/// An absolute http or https link.
pub(crate) fn absolute(faults: Faults) -> BoxedStrategy<String> {
    faults.or(with_path(Just(".html".to_owned()), ENDS), broken())
}

/// A link that may hold variables.
pub(crate) fn with_variables(faults: Faults) -> BoxedStrategy<String> {
    let templates = vec!["[url]", "[base]/x?y=[z]", "https://[host]/o/[order_no]", "https://shop.example.com/[a]"];
    let templates = prop::sample::select(templates).prop_map(str::to_owned);
    let unclear = vec!["[]/x", "[two words]", "o/[order_no]", "[é]", "[a-b]", "ftp://[host]/"];
    let unclear = prop::sample::select(unclear).prop_map(str::to_owned);
    faults.or(prop_oneof![absolute(Faults::NONE), templates], prop_oneof![broken(), unclear])
}

const ENDS: &[&str] = &["", "?sig=b.exe", "#top.exe", "?a/b.exe#c", "?"];

fn with_path(extension: impl Strategy<Value = String>, ends: &'static [&'static str]) -> impl Strategy<Value = String> {
    let host = prop::sample::select(vec![
        "media.example.com",
        "例え.jp",
        "u:p@h.example:8443",
        "[2001:db8::1]",
        "10.0.0.1:80",
    ]);
    let scheme = prop::sample::select(vec!["https", "http", "HTTPS"]);
    let folder = prop::sample::select(vec!["", "a/", "v1.2/b/", "//", "%20/"]);
    let end = prop::sample::select(ends);
    (scheme, host, folder, extension, end)
        .prop_map(|(scheme, host, folder, extension, end)| format!("{scheme}://{host}/{folder}file{extension}{end}"))
}

fn broken() -> impl Strategy<Value = String> {
    let links = vec![
        "",
        "media.example.com/a.png",
        "/a.png",
        "ftp://h/a",
        "https://",
        "https:///a",
        "https://h/a b",
        "https://h:port/x",
        "https://h:70000/x",
        "https://h:0/x",
        "https://h\\x",
    ];
    prop::sample::select(links).prop_map(str::to_owned)
}

/// Any text made of parts of links: in their usual order with odd ones among them, or in any order.
pub(crate) fn near() -> impl Strategy<Value = String> {
    prop_oneof![2 => parts(), 1 => pieces()]
}

fn parts() -> impl Strategy<Value = String> {
    let part = |usual: &[&'static str], odd: &[&'static str]| {
        let (usual, odd) = (prop::sample::select(usual.to_vec()), prop::sample::select(odd.to_vec()));
        prop_oneof![6 => usual, 1 => odd]
    };
    let scheme = part(
        &["https://", "http://"],
        &["", "HTTPS://", "[a]", "[a-b]", "https:/", "https:", "ftp://", "https:///", "//"],
    );
    let user = part(&["", "", "u@"], &["@", "u:p@", "u@v@", "u[@", "u\\@", "u @", "u/@"]);
    let host = part(
        &["h.example", "a", "é.jp", "10.0.0.1", "[::1]"],
        &["", "[]", "[::1", "::1]", "[zz]", "[1.2:f]", "a[b", "a]", "[a]b", "-", ".", "a b", "😀", "\u{2028}"],
    );
    let digits =
        part(&["", "", ":80", ":65535"], &[":", ":1", ":8a", ":-1", ":+1", ":é", "::", ":80:80", ":0", ":080"]);
    let number = (0u32..100_000).prop_map(|port| format!(":{port}"));
    let digits = prop_oneof![4 => digits.prop_map(str::to_owned), 1 => number];
    let folder = part(&["", "/", "/a/", "/v1.2/"], &["//", "/a.png/", "/?/", "/#/", "\\", "/ /", "/é/"]);
    let file = part(
        &["", "a.png", "a.MP4", "a.gif", "a", "a.php", "a.webp"],
        &[".png", "a.", "a.b.png", "a.png.x", "a.12345", "a.123456", "a.pn-g", "a.é", "a.png ", "a.png\n", ".", ".."],
    );
    let end = part(&["", "?x=1"], &["?", "#", "?a.gif", "#/a.gif", "?a#b.gif", "?\u{7f}", "#\u{2028}", "? "]);
    (scheme, user, host, digits, folder, file, end).prop_map(|(scheme, user, host, digits, folder, file, end)| {
        [scheme, user, host, &digits, folder, file, end].concat()
    })
}

fn pieces() -> impl Strategy<Value = String> {
    let pieces = vec![
        "h",
        "example.com",
        "é",
        "\u{2028}",
        "😀",
        "png",
        "PnG",
        "gif",
        "mp4",
        "jpegs",
        "longer",
        ".",
        ".",
        "/",
        "/",
        "//",
        ":",
        "80",
        "123456",
        "65535",
        "65536",
        "@",
        "[",
        "]",
        "::1",
        "?",
        "#",
        "%20",
        " ",
        "\n",
        "\t",
        "\u{7f}",
        "\u{85}",
        "\\",
        "-",
        "_",
        "http",
        "0",
    ];
    let start = prop::sample::select(vec![
        "https://",
        "http://",
        "hTTpS://",
        "https:/",
        "",
        "ftp://",
        "[url]",
        "[a_1]",
        "[",
        "https://h/",
    ]);
    (start, prop::collection::vec(prop::sample::select(pieces), 0..12))
        .prop_map(|(start, pieces)| start.to_owned() + &pieces.concat())
}
