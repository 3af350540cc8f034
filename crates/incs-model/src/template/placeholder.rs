//! Finding the names that a send has to fill.

use std::iter;

/// The names between `open` and `close` in a text, in order, repeated ones included. A name is letters, digits and
/// underscores, at least one; anything else between the signs is plain text. Both signs are ASCII.
pub(super) fn names<'a>(
    text: &'a str,
    open: &'static str,
    close: &'static str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let mut rest = text;
    iter::from_fn(move || {
        loop {
            let start = rest.find(open)?;
            let after = rest.get(start + open.len()..)?;
            let length = after.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
            let (name, tail) = after.split_at_checked(length)?;
            match tail.strip_prefix(close) {
                Some(beyond) if !name.is_empty() => {
                    rest = beyond;
                    return Some(name);
                }
                _ => rest = rest.get(start + 1..)?,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_count() {
        for (text, found) in [
            ("Hi [customer], parcel [order_no]", &["customer", "order_no"][..]),
            ("[a][a]", &["a", "a"]),
            ("[not a var!] [] [x", &[]),
            ("[[inner]] [日本] [1]", &["inner", "1"]),
            ("[open [name]", &["name"]),
            ("", &[]),
        ] {
            assert_eq!(names(text, "[", "]").collect::<Vec<_>>(), found, "{text}");
        }
        for (text, found) in [
            ("{{1}} and {{first_name}}", &["1", "first_name"][..]),
            ("{{{2}}} {{ 3 }} {4} {{}}", &["2"]),
            ("{{5}", &[]),
        ] {
            assert_eq!(names(text, "{{", "}}").collect::<Vec<_>>(), found, "{text}");
        }
    }
}
