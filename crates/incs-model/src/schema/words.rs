//! Descriptions for readers who have no Rust at hand.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;

use crate::limits::{status, task, template, viber, whatsapp};

/// The value of each constant that a doc comment may name, by the end of its path.
macro_rules! constants {
    ($( $module:ident :: { $($name:ident),+ $(,)? } )+) => {
        &[$( $( (concat!(stringify!($module), "::", stringify!($name)), $module::$name as usize) ),+ ),+]
    };
}

const CONSTANTS: &[(&str, usize)] = constants! {
    whatsapp::{
        HEADER_TEXT_MAX, BODY_TEXT_MAX, FOOTER_TEXT_MAX, DISPLAY_TEXT_MAX, LIST_BODY_TEXT_MAX, LIST_BUTTON_MAX,
        LIST_SECTIONS_MAX, SECTION_TITLE_MAX, LIST_ROWS_MAX, ROW_ID_MAX, ROW_TITLE_MAX, ROW_DESCRIPTION_MAX, CARDS_MIN,
        CARDS_MAX, CARD_BODY_TEXT_MAX, CARD_BODY_LINES_MAX, REPLY_TITLE_MAX, REPLY_ID_MAX, REPLY_BUTTONS_MAX,
    }
    viber::{TEXT_MAX}
    status::{IDS_MAX}
    task::{NAME_MAX, DESCRIPTION_MAX, PAGE_SIZE_MAX, PAGE_SIZE_DEFAULT}
    template::{
        RCS_NAME_MAX, RCS_TEXT_MAX, RCS_TEXT_SUGGESTIONS_MAX, RCS_CARD_SUGGESTIONS_MAX, RCS_CARDS_MIN, RCS_CARDS_MAX,
        RCS_SUGGESTION_TEXT_MAX, RCS_POSTBACK_MAX, WHATSAPP_NAME_MAX, LIST_COUNT_MAX, LIST_COUNT_DEFAULT,
    }
};

/// What only a Rust program has: a sentence that names one of them is left out.
const OF_RUST: [&str; 3] = ["`Debug`", "check_send`", "same_party`"];

/// Turns doc comments into plain descriptions: numbers for constants, names for links, nothing that speaks of Rust only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words;

impl Transform for Words {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = plain(text);
            if text.is_empty() {
                schema.remove("description");
            }
        }
        transform_subschemas(self, schema);
    }
}

fn plain(doc: &str) -> String {
    let text = doc.split("```").next().unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = without_links(&words.join(" ")).replace("**", "").replace("::", ".");
    let sentences = text.split_inclusive(". ").filter(|sentence| !OF_RUST.iter().any(|name| sentence.contains(name)));
    sentences.collect::<String>().trim_end().to_owned()
}

/// Replaces `` [`NAME`](path) `` and `` [`NAME`] ``.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        plain.push_str(before);
        let Some((name, after)) = after.split_once("`]") else {
            plain.push_str("[`");
            rest = after;
            continue;
        };
        let target = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        let (path, after) = target.unwrap_or((name, after));
        if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| path.ends_with(constant)) {
            plain.push_str(&value.to_string());
        } else {
            plain.extend(["`", name, "`"]);
        }
        rest = after;
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_numbers_and_names() {
        for (doc, text) in [
            (
                "At most [`BODY_TEXT_MAX`](crate::limits::whatsapp::BODY_TEXT_MAX) characters.",
                "At most 1024 characters.",
            ),
            ("Like [`Reply`],\nor [`ButtonKind::CopyCode`](x).", "Like `Reply`, or `ButtonKind.CopyCode`."),
            ("First.\n\n```\nlet x = 1;\n```", "First."),
            ("A [variable] and [`open", "A [variable] and [`open"),
            ("**unknown**", "unknown"),
            ("A name. `Debug` masks it. Never empty.", "A name. Never empty."),
        ] {
            assert_eq!(plain(doc), text);
        }
    }
}
