//! Public items of a Rust file with their doc comments, as far as tokens tell. Macros are seen by what they are given and by
//! what they write, so an item that a macro makes counts too.

use std::mem;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::signature::{self, is_punct, opens};
use crate::guards::tokens::is_word;

/// What may stand between `pub` and the keyword of an item.
const QUALIFIERS: [&str; 5] = ["const", "async", "unsafe", "extern", "default"];

/// What a file says to users of its crate.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Items {
    /// The text of its `//!` comment.
    pub(super) docs: String,
    pub(super) functions: Vec<Function>,
    /// Structs and enums.
    pub(super) types: Vec<Item>,
    /// The names of public modules that stand in files of their own.
    pub(super) modules: Vec<String>,
    /// The names of public aliases of a `Result`.
    pub(super) aliases: Vec<String>,
    /// The names of types that give a `Result` when they are awaited.
    pub(super) awaited: Vec<String>,
}

/// A public item.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) docs: String,
}

/// A public function, or one of a public trait.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) item: Item,
    /// The names in the type that it returns.
    pub(super) returns: Vec<String>,
}

/// What stands before the keyword of an item.
#[derive(Default)]
struct Before {
    docs: String,
    public: bool,
}

impl Items {
    pub(super) fn read(tokens: TokenStream) -> Self {
        let mut items = Self::default();
        items.walk(tokens, false);
        items
    }

    /// `in_trait` for the body of a public trait, where nothing says `pub` and all is public.
    fn walk(&mut self, tokens: TokenStream, in_trait: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        let mut before = Before::default();
        while let [token, after @ ..] = rest {
            rest = after;
            match (token, after) {
                (TokenTree::Punct(hash), [TokenTree::Group(attribute), after @ ..]) if hash.as_char() == '#' => {
                    before.docs.push_str(&doc_text(attribute));
                    rest = after;
                }
                (TokenTree::Punct(hash), [bang, TokenTree::Group(attribute), after @ ..])
                    if hash.as_char() == '#' && is_punct(bang, '!') =>
                {
                    self.docs.push_str(&doc_text(attribute));
                    rest = after;
                }
                (TokenTree::Ident(word), _) if *word == "pub" => match after {
                    [scope, after @ ..] if opens(scope, Delimiter::Parenthesis) => rest = after,
                    _ => before.public = true,
                },
                (TokenTree::Ident(word), _) if QUALIFIERS.iter().any(|qualifier| word == qualifier) => {}
                (TokenTree::Ident(word), _) => {
                    rest = self.keyword(&word.to_string(), mem::take(&mut before), after, in_trait);
                }
                (TokenTree::Group(group), _) => {
                    before = Before::default();
                    self.walk(group.stream(), false);
                }
                (TokenTree::Punct(_) | TokenTree::Literal(_), _) => before = Before::default(),
            }
        }
    }

    /// Records what a keyword begins, and returns what is still to be walked.
    fn keyword<'a>(&mut self, word: &str, before: Before, after: &'a [TokenTree], in_trait: bool) -> &'a [TokenTree] {
        if word == "impl" {
            self.awaited.extend(signature::awaited(after));
        }
        let [TokenTree::Ident(name), rest @ ..] = after else { return after };
        let item = Item { name: name.to_string(), line: name.span().start().line, docs: before.docs };
        match word {
            "fn" if before.public || in_trait => {
                self.functions.push(Function { item, returns: signature::returned(rest) });
            }
            "struct" | "enum" if before.public => self.types.push(item),
            "mod" if before.public && rest.first().is_some_and(|token| is_punct(token, ';')) => {
                self.modules.push(item.name);
            }
            "type" if before.public && signature::holds_result(rest) => self.aliases.push(item.name),
            "trait" if before.public => {
                if let Some([TokenTree::Group(body), rest @ ..]) = signature::body(rest) {
                    self.walk(body.stream(), true);
                    return rest;
                }
            }
            _ => {}
        }
        after
    }
}

/// The text of `doc = "…"`, one line.
fn doc_text(attribute: &Group) -> String {
    let mut tokens = attribute.stream().into_iter();
    if !is_word(tokens.next().as_ref(), "doc") {
        return String::new();
    }
    match tokens.nth(1) {
        Some(TokenTree::Literal(text)) => {
            let text = text.to_string();
            format!("{}\n", text.trim_start_matches('r').trim_matches('#').trim_matches('"'))
        }
        _ => String::new(),
    }
}
