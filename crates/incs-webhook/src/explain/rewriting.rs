//! The same JSON in other bytes.

mod layout;
mod text;

use self::layout::{Layout, write};
use self::text::Escapes;

/// Bodies in other bytes than `body`, that would read the same: with and without white space at the end and, when it is JSON
/// of a usual size, as other programs write it.
pub(super) fn of(body: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let bare = body.trim_ascii();
    let ended = move |end: &str| [bare, end.as_bytes()].concat();
    let ends = ["", "\n", "\r\n"].into_iter().map(ended);
    let text = std::str::from_utf8(bare).ok().filter(|text| text.len() <= MOST_BYTES);
    let json = text.filter(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    let written =
        json.into_iter().flat_map(|text| styles().filter_map(move |(layout, escapes)| write(text, layout, escapes)));
    ends.chain(written.flat_map(|text| [format!("{text}\n").into_bytes(), text.into_bytes()]))
}

/// The most bytes of a body that is written anew.
const MOST_BYTES: usize = 64 * 1024;

/// How programs write JSON: compact like JavaScript, spaced like Python, indented by two or four; with or without escapes for
/// `/` and for all but ASCII, and with those of Go.
fn styles() -> impl Iterator<Item = (Layout, Escapes)> {
    let layouts = [Layout::Compact, Layout::Spaced, Layout::Indented(2), Layout::Indented(4)];
    let escapes = [(false, false), (false, true), (true, false), (true, true)];
    let usual = layouts.into_iter().flat_map(move |layout| {
        escapes.map(|(slash, non_ascii)| (layout, Escapes { slash, non_ascii, html: false })).into_iter()
    });
    usual.chain([(Layout::Compact, Escapes { slash: false, non_ascii: false, html: true })])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritings(body: &str) -> Vec<String> {
        of(body.as_bytes()).map(|body| String::from_utf8(body).unwrap()).collect()
    }

    #[test]
    fn the_same_json_is_written_as_other_programs_do() {
        let body = r#"{ "a":[1.50,{},[ ]], "b":"é\/<\u00e9😀\n","a":null}"#;
        let all = rewritings(body);
        for expected in [
            r#"{"a":[1.50,{},[]],"b":"é/<é😀\n","a":null}"#,
            r#"{"a":[1.50,{},[]],"b":"é\/<é😀\n","a":null}"#,
            r#"{"a":[1.50,{},[]],"b":"\u00e9/<\u00e9\ud83d\ude00\n","a":null}"#,
            r#"{"a": [1.50, {}, []], "b": "\u00e9/<\u00e9\ud83d\ude00\n", "a": null}"#,
            r#"{"a":[1.50,{},[]],"b":"\u00e9\/<\u00e9\ud83d\ude00\n","a":null}"#,
            r#"{"a":[1.50,{},[]],"b":"é/\u003cé😀\n","a":null}"#,
            "{\n  \"a\": [\n    1.50,\n    {},\n    []\n  ],\n  \"b\": \"é/<é😀\\n\",\n  \"a\": null\n}",
            "{\n    \"a\": [\n        1.50,\n        {},\n        []\n    ],\n    \"b\": \"é/<é😀\\n\",\n    \"a\": null\n}",
        ] {
            assert!(all.iter().any(|text| text == expected), "{expected}\n{all:#?}");
            assert!(all.iter().any(|text| *text == format!("{expected}\n")), "{expected} and a line feed");
        }
    }

    #[test]
    fn what_is_written_is_the_same_json() {
        let body = r#"{"k\"\\\u0000\u001f":["\b\f\n\r\t\u007f\u2028","/",true,-0.0e+5,"",{"":{}}]}"#;
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        for text in rewritings(body) {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_json_gets_other_ends_only() {
        for body in ["", "{", "[1,]", "\u{feff}{}", "{\"a\":1} {}"] {
            assert_eq!(rewritings(body), [body.to_owned(), format!("{body}\n"), format!("{body}\r\n")]);
        }
    }

    #[test]
    fn a_large_body_is_left_alone() {
        let large = format!("[{}1]", "1,".repeat(MOST_BYTES));
        assert_eq!(rewritings(&large).len(), 3);
    }
}
