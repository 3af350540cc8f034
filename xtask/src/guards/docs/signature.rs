//! What comes after the name of an item: what a function returns, what an alias stands for, what a type gives when awaited.

use proc_macro2::{Delimiter, TokenTree};

use crate::guards::tokens::is_word;

/// The names in the type that a function returns, from what stands after its name.
pub(super) fn returned(after_name: &[TokenTree]) -> Vec<String> {
    match after_arguments(after_name) {
        Some([dash, head, rest @ ..]) if is_punct(dash, '-') && is_punct(head, '>') => {
            let ends = |token: &TokenTree| {
                opens(token, Delimiter::Brace) || is_punct(token, ';') || is_word(Some(token), "where")
            };
            names(rest.split(ends).next().unwrap_or_default())
        }
        _ => Vec::new(),
    }
}

/// Whether the type before the next `;` holds a `Result`.
pub(super) fn holds_result(tokens: &[TokenTree]) -> bool {
    let before = tokens.split(|token| is_punct(token, ';')).next().unwrap_or_default();
    names(before).iter().any(|name| name == "Result")
}

/// The name of a type with `impl Future for` or `impl IntoFuture for` whose output is a `Result`, from what stands after `impl`.
pub(super) fn awaited(after_impl: &[TokenTree]) -> Option<String> {
    let TokenTree::Group(body) = body(after_impl)?.first()? else { return None };
    let head = after_impl.split(|token| opens(token, Delimiter::Brace)).next()?;
    let mut sides = head.splitn(2, |token| is_word(Some(token), "for"));
    let (of, given) = (sides.next()?, sides.next()?);
    let awaits = of.iter().any(|token| is_word(Some(token), "Future") || is_word(Some(token), "IntoFuture"));
    let members: Vec<_> = body.stream().into_iter().collect();
    let mut outputs = members.split(|token| is_punct(token, ';')).filter(
        |member| matches!(member, [kind, name, ..] if is_word(Some(kind), "type") && is_word(Some(name), "Output")),
    );
    let name = names(given).into_iter().next()?;
    (awaits && outputs.any(holds_result)).then_some(name)
}

/// The body in braces and what stands after it.
pub(super) fn body(after: &[TokenTree]) -> Option<&[TokenTree]> {
    let at = after.iter().position(|token| opens(token, Delimiter::Brace))?;
    after.get(at..)
}

/// What stands after the parentheses of the arguments: the first that are not within the angle brackets of generics.
fn after_arguments(after_name: &[TokenTree]) -> Option<&[TokenTree]> {
    let (mut depth, mut arrow) = (0_usize, false);
    for (at, token) in after_name.iter().enumerate() {
        if is_punct(token, '<') {
            depth += 1;
        } else if is_punct(token, '>') && !arrow {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && opens(token, Delimiter::Parenthesis) {
            return after_name.get(at + 1..);
        }
        arrow = is_punct(token, '-');
    }
    None
}

fn names(tokens: &[TokenTree]) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(word) => found.push(word.to_string()),
            TokenTree::Group(group) => found.extend(names(&group.stream().into_iter().collect::<Vec<_>>())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

pub(super) fn opens(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

pub(super) fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}
