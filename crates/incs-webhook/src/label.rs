//! Pieces of labels that are made of text of a sender.

/// Stands for a text that is not shown.
const UNKNOWN: &str = "unknown";

/// The most characters of a piece. No name of the platforms has as many.
const MOST_CHARACTERS: usize = 32;

/// The most digits of a piece. More may be the number of a person; no name of the platforms has as many.
const MOST_DIGITS: usize = 5;

/// Returns the text if it looks like a name that a programmer gave, otherwise `unknown`.
///
/// So a kind can be written to a log and used as the label of a metric: it has no control characters, a bounded length, and no
/// phone number. Such a name has a letter first, then letters, digits, `_`, `-` and `.` of ASCII, few of them digits. The empty
/// text stays empty.
pub(crate) fn piece(text: &str) -> &str {
    if text.is_empty() || is_name(text) { text } else { UNKNOWN }
}

/// Returns a number of the sender as it stands in a label: `unknown` if it has more digits than any code of the platforms, since
/// it may be the number of a person.
pub(crate) fn number(code: i64) -> String {
    let digits = code.unsigned_abs().to_string().len();
    if digits <= MOST_DIGITS { code.to_string() } else { UNKNOWN.to_owned() }
}

fn is_name(text: &str) -> bool {
    // First, so that a long text is not read.
    text.len() <= MOST_CHARACTERS
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && text.bytes().filter(u8::is_ascii_digit).count() <= MOST_DIGITS
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
