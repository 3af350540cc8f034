//! One page of HTML: what it asks for, where it leads, and what can be led to in it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// What a page points at, and what can be pointed at in it.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Where its links lead.
    pub(super) links: Vec<String>,
    /// What a browser fetches to show it.
    pub(super) asked: Vec<String>,
    pub(super) ids: BTreeSet<String>,
}

impl Page {
    pub(super) fn parse(html: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(html.into());
        let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
        // It comes back early when a script might be run; nothing runs here.
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
        tokenizer.end();
        tokenizer.sink.page.into_inner()
    }
}

#[derive(Default)]
struct Tags {
    page: RefCell<Page>,
}

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        let is_start = tag.kind == TagKind::StartTag;
        self.page.borrow_mut().take(&tag);
        // What stands in a script or a style is no markup.
        match (&*tag.name, is_start) {
            ("script", true) => TokenSinkResult::RawData(RawKind::ScriptData),
            ("style", true) => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Page {
    fn take(&mut self, tag: &Tag) {
        for attribute in &tag.attrs {
            let value = attribute.value.to_string();
            match (&*tag.name, &*attribute.name.local) {
                ("a", "href") => self.links.push(value),
                ("link", "href") | (_, "src") => self.asked.push(value),
                (_, "id") | ("a", "name") => {
                    self.ids.insert(value);
                }
                _ => {}
            }
        }
    }
}
