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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_have_a_value_are_filled() {
        let value = |name: &str| ["1", "first_name"].contains(&name).then_some(Cow::Borrowed("é"));
        for (text, wanted) in [
            ("{{1}} and {{first_name}}", "é and é"),
            ("{{{1}}} {{ 1 }} {1} {{}} {{2}}", "{é} {{ 1 }} {1} {{}} {{2}}"),
            ("{{1} {{1", "{{1} {{1"),
            ("日本{{1}}語{{日本}}", "日本é語{{日本}}"),
            ("", ""),
        ] {
            assert_eq!(filled(text, ("{{", "}}"), &value), wanted, "{text}");
        }
        assert_eq!(filled("[[1]] [open [1]", ("[", "]"), &value), "[é] [open é");
    }
}
