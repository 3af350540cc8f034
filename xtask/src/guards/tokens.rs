//! Tokens: what must not be committed in code, found as the compiler reads it.

use proc_macro2::{Group, Spacing, TokenStream, TokenTree};

/// Macros that must not be committed.
const MACROS: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// What must not stand in code, with its line, in the order of the lines.
pub(crate) fn offences(tokens: TokenStream) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    search(tokens, &mut found);
    found.sort();
    found
}

/// Strings and comments are no tokens of code, but doc comments are attributes: they are searched for
/// examples that nobody compiles.
fn search(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    // Whether a group that comes now is an attribute: after `#`, or after `#` and `!`.
    let mut opens_attribute = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(word) => {
                let line = word.span().start().line;
                let word = word.to_string();
                if MACROS.contains(&word.as_str()) && is_call(tokens.peek()) {
                    found.push((line, format!("`{word}!`")));
                }
                if word == "unsafe" {
                    found.push((line, "`unsafe`".to_owned()));
                }
            }
            TokenTree::Group(group) => {
                if opens_attribute {
                    found.extend(attribute_offence(group));
                }
                search(group.stream(), found);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        opens_attribute = match &token {
            TokenTree::Punct(punct) => punct.as_char() == '#' || (opens_attribute && punct.as_char() == '!'),
            _ => false,
        };
    }
}

fn attribute_offence(attribute: &Group) -> Option<(usize, String)> {
    let line = attribute.span_open().start().line;
    let mut tokens = attribute.stream().into_iter();
    let first = tokens.next();
    if is_word(first.as_ref(), "ignore") {
        return Some((line, "`#[ignore]`".to_owned()));
    }
    if is_word(first.as_ref(), "cfg_attr")
        && let Some(TokenTree::Group(arguments)) = tokens.next()
        && arguments.stream().into_iter().any(|token| is_word(Some(&token), "ignore"))
    {
        return Some((line, "`#[cfg_attr(…, ignore)]`".to_owned()));
    }
    if is_word(first.as_ref(), "doc")
        && let Some(TokenTree::Literal(text)) = tokens.nth(1)
        && let text = text.to_string()
        && let fence = text.trim_start_matches(['r', '#', '"', ' '])
        && fence.starts_with("```")
        && fence.contains("ignore")
    {
        return Some((line, "an example marked `ignore`".to_owned()));
    }
    None
}

/// Whether a token is this very word.
pub(crate) fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(found)) if *found == word)
}

/// Whether the token after a name is the `!` of a macro call, not the start of `!=`.
fn is_call(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Punct(bang)) = token else {
        return false;
    };
    bang.as_char() == '!' && bang.spacing() == Spacing::Alone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        offences(text.parse().unwrap()).into_iter().map(|(line, what)| format!("{line}: {what}")).collect()
    }

    #[test]
    fn what_must_not_be_committed_is_found_with_its_line() {
        let text = "//! Bad.\n\
            #[test]\n#[ignore = \"slow\"]\nfn a() { todo!() }\n\
            #[cfg_attr(windows, ignore)]\nfn b() { dbg!(1); unimplemented!(\"x\") }\n\
            unsafe fn c() {}\n\
            /// ```rust,ignore\n/// c()\n/// ```\nfn d() {}\n";
        assert_eq!(
            found(text),
            [
                "3: `#[ignore]`",
                "4: `todo!`",
                "5: `#[cfg_attr(…, ignore)]`",
                "6: `dbg!`",
                "6: `unimplemented!`",
                "7: `unsafe`",
                "8: an example marked `ignore`",
            ]
        );
    }

    #[test]
    fn words_in_strings_comments_and_names_pass() {
        let text = "//! Never `todo!()` or `unsafe`.\n// dbg!(1)\n\
            fn ignore(todo: &str) -> bool { todo != \"unimplemented!() #[ignore] unsafe\" }\n\
            /// ```no_run\n/// ignore(\"\")\n/// ```\nfn d() {}\n";
        assert_eq!(found(text), [""; 0]);
    }
}
