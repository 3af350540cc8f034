//! Labels that contain text of a sender.

/// The replacement of a text that is not shown.
const UNKNOWN: &str = "unknown";

/// The largest number of characters of a piece. No name of the platforms has as many.
const MAX_CHARACTERS: usize = 32;

/// The largest number of digits of a piece. More may be a person's number; no name of the platforms has as many.
const MAX_DIGITS: usize = 5;

/// Returns the text if it looks like an identifier, otherwise `unknown`. The empty text stays empty.
///
/// An identifier starts with a letter, followed by ASCII letters, digits, `_`, `-` and `.`, with few digits. The result has a bounded
/// length and contains no control characters and no phone number, so a kind can be logged and used as a metric label.
pub(crate) fn piece(text: &str) -> &str {
    if text.is_empty() || (is_name(text, MAX_CHARACTERS) && !text.starts_with('_')) { text } else { UNKNOWN }
}

/// Returns a number of the sender for a label, or `unknown` if it has more digits than any code of the platforms, since it may be a
/// person's number.
pub(crate) fn number(code: i64) -> String {
    let digits = code.unsigned_abs().to_string().len();
    if digits <= MAX_DIGITS { code.to_string() } else { UNKNOWN.to_owned() }
}

/// Reports whether a text looks like an identifier: a letter or `_`, followed by letters, digits, `_`, `-` and `.`, with few digits.
/// Anything else may be a person's number or text.
pub(crate) fn is_name(text: &str, most_characters: usize) -> bool {
    // First, so that a long text is not read.
    text.len() <= most_characters
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && text.bytes().filter(u8::is_ascii_digit).count() <= MAX_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programmers_are_shown() {
        let long = "n".repeat(32);
        for name in ["", "text", "list_reply", "IS_TYPING", "x-trace.id", "sha256", "v2.history", &long] {
            assert_eq!(piece(name), name);
        }
    }

    #[test]
    fn long_numbers_are_unknown() {
        for (code, shown) in
            [(0, "0"), (106, "106"), (-7, "-7"), (11_999, "11999"), (100_000, UNKNOWN), (i64::MIN, UNKNOWN)]
        {
            assert_eq!(number(code), shown);
        }
    }

    #[test]
    fn any_other_text_is_unknown() {
        let (longer, huge) = ("n".repeat(33), "n".repeat(1 << 20));
        for text in [
            "7",
            "_meta",
            "12025550143",
            "+12025550143",
            "to_12025550143",
            "rina@example.com",
            "Rina W",
            "Ринa",
            "a\nb",
            "a\r\nINFO forged",
            "\u{1b}[31mred",
            "a\0",
            "a\u{202e}b",
            "a/b",
            "{\"a\"}",
            " text",
            &longer,
            &huge,
        ] {
            assert_eq!(piece(text), UNKNOWN, "{}", text.len());
        }
    }
}
