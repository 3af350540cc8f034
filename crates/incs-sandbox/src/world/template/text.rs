//! Filling placeholders.

use std::borrow::Cow;

/// A text with its placeholders filled: `{{1}}` where the signs are `{{` and `}}`. A name is letters, digits and underscores;
/// what has no value stays as it is.
pub(super) fn filled<'v>(
    text: &str,
    (open, close): (&str, &str),
    value: &dyn Fn(&str) -> Option<Cow<'v, str>>,
) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        filled.push_str(before);
        let length = after.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
        let (name, tail) = after.split_at_checked(length).unwrap_or((after, ""));
        match (tail.strip_prefix(close), value(name)) {
            (Some(beyond), Some(value)) if !name.is_empty() => {
                filled.push_str(&value);
                rest = beyond;
            }
            _ => {
                // The signs may begin inside themselves, as in `{{{1}}`.
                filled.extend(open.chars().next());
                rest = rest.get(before.len() + 1..).unwrap_or_default();
            }
        }
    }
    filled.push_str(rest);
    filled
}
