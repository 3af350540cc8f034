//! Reduces a sample to the necessary members, so that its purpose is visible.

use serde_json::Value;

use super::change::put;
use super::document::Document;
use super::escaped;
use super::judge::Root;

/// Returns the instance without unnecessary members; the value at the pointer and its parents are kept.
pub(super) fn to(pointer: &str, instance: &Value, document: &Document, root: &Root) -> Value {
    let mut pruner = Pruner { pointer, document, root, instance: instance.clone() };
    pruner.walk("");
    pruner.instance
}

struct Pruner<'a> {
    pointer: &'a str,
    document: &'a Document,
    root: &'a Root,
    instance: Value,
}

impl Pruner<'_> {
    fn walk(&mut self, at: &str) {
        for child in self.children(at) {
            let (child, can_go) = child;
            if !(can_go && self.remove(&child)) {
                self.walk(&child);
            }
        }
    }

    /// Returns the values below a place, the last first, and true for those that may be removed.
    fn children(&self, at: &str) -> Vec<(String, bool)> {
        let path = self.pointer.strip_prefix(at).and_then(|path| path.strip_prefix('/'));
        let next = path.and_then(|path| path.split('/').next());
        let below = |name: String| format!("{at}/{name}");
        match self.instance.pointer(at) {
            Some(Value::Object(members)) => {
                let names = members.keys().rev().map(|name| escaped(name));
                names.map(|name| (below(name.clone()), next != Some(name.as_str()))).collect()
            }
            Some(Value::Array(elements)) => {
                // An element before another one determines its index; and a list under test keeps an element.
                let kept = if at.starts_with(self.pointer) { Some(0) } else { next.and_then(|next| next.parse().ok()) };
                let first = kept.map_or(0, |kept: usize| kept + 1);
                (0..elements.len()).rev().map(|index| (below(index.to_string()), index >= first)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn remove(&mut self, pointer: &str) -> bool {
        let mut smaller = self.instance.clone();
        let is_removed = put(&mut smaller, pointer, None).is_some();
        let is_fine =
            is_removed && self.document.takes(&smaller) && (self.root.judge)(smaller.to_string().as_bytes()).is_empty();
        if is_fine {
            self.instance = smaller;
        }
        is_fine
    }
}
