//! How deep JSON is nested, before it is read.

/// Whether the JSON in `text` is nested in more than `limit` levels. Text that is not JSON gets some answer.
pub(crate) fn is_deeper(text: &str, limit: usize) -> bool {
    // What opens nothing cannot be deep; nearly every body ends here, and the compiler counts many bytes at once.
    let opened: usize = text.as_bytes().chunks(255).map(|chunk| usize::from(openers(chunk))).sum();
    opened > limit && depth(text.as_bytes()) > limit
}

/// `[` and `{`, which differ in one bit.
fn openers(chunk: &[u8]) -> u8 {
    chunk.iter().map(|byte| u8::from(byte & 0xDF == b'[')).sum()
}

/// The deepest level.
fn depth(text: &[u8]) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => {
                now += 1;
                deepest = deepest.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        for (text, levels) in [
            ("", 0),
            ("1", 0),
            ("[]", 1),
            (r#"{"a":[{}],"b":[[]]}"#, 3),
            (r#"["[[[[", "\"[[[[", "\\"]"#, 1),
            ("]]]][[", 2),
        ] {
            assert_eq!(depth(text.as_bytes()), levels, "{text}");
            assert!(!is_deeper(text, levels), "{text}");
            assert!(levels == 0 || is_deeper(text, levels - 1), "{text}");
        }
    }

    #[test]
    fn many_openers_are_counted_over_the_width_of_a_byte() {
        let flat = format!("[{}]", vec!["[]"; 1000].join(","));
        assert!(!is_deeper(&flat, 2));
        assert!(is_deeper(&flat, 1));
        assert!(is_deeper(&"[".repeat(1000), 999));
        assert!(!is_deeper(&"[".repeat(1000), 1000));
    }
}
