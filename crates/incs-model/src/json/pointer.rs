//! JSON pointers.

use std::borrow::Cow;

use incs_model_derive::DisplayText;
use serde_json::Value;

/// A JSON pointer (RFC 6901): the place of one value in a JSON document.
///
/// A pointer is a list of tokens, each a member name or the index of an array element. The empty list is the whole
/// document. In the text form every token has a `/` in front, and `~` and `/` in a member name are written `~0` and `~1`.
///
/// ```
/// use incs_model::Pointer;
///
/// let mut pointer = Pointer::new(["template", "parameters"]);
/// pointer.push("order/id");
/// pointer.push_index(0);
/// assert_eq!(pointer.as_str(), "/template/parameters/order~1id/0");
/// assert!(pointer.tokens().eq(["template", "parameters", "order/id", "0"]));
///
/// let document = serde_json::json!({ "template": { "parameters": { "order/id": ["A-17"] } } });
/// assert_eq!(pointer.get(&document).unwrap(), "A-17");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, DisplayText)]
pub struct Pointer(String);

/// The text is not a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a JSON pointer begins with /")]
pub struct ParsePointerError(());

impl Pointer {
    /// Points at the whole document.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Points at the value that these tokens lead to. Tokens are unescaped member names and indices.
    pub fn new<T: AsRef<str>>(tokens: impl IntoIterator<Item = T>) -> Self {
        let mut pointer = Self::root();
        for token in tokens {
            pointer.push(token.as_ref());
        }
        pointer
    }

    /// Parses the text form of a pointer. As in `serde_json`, a `~` that escapes nothing stays a `~`.
    ///
    /// # Errors
    ///
    /// Fails when the text is neither empty nor begins with `/`.
    ///
    /// ```
    /// use incs_model::Pointer;
    ///
    /// assert_eq!(Pointer::parse("/a~1b")?, Pointer::new(["a/b"]));
    /// assert!(Pointer::parse("a").is_err());
    /// # Ok::<(), incs_model::ParsePointerError>(())
    /// ```
    pub fn parse(text: impl Into<String>) -> Result<Self, ParsePointerError> {
        let text = text.into();
        if text.is_empty() || text.starts_with('/') { Ok(Self(text)) } else { Err(ParsePointerError(())) }
    }

    /// Returns true for the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Moves to a member of the value here.
    pub fn push(&mut self, token: &str) {
        self.0.push('/');
        self.0.push_str(&escape(token));
    }

    /// Moves to an element of the array here.
    pub fn push_index(&mut self, index: usize) {
        self.push(&index.to_string());
    }

    /// Moves to the object or array that holds the value here, and returns the token that led from there; `None` for the
    /// whole document.
    ///
    /// ```
    /// use incs_model::Pointer;
    ///
    /// let mut pointer = Pointer::new(["a", "b/c"]);
    /// assert_eq!(pointer.pop().as_deref(), Some("b/c"));
    /// assert_eq!(pointer.as_str(), "/a");
    /// ```
    pub fn pop(&mut self) -> Option<String> {
        let (parent, token) = self.0.rsplit_once('/')?;
        let (parent, token) = (parent.len(), unescape(token).into_owned());
        self.0.truncate(parent);
        Some(token)
    }

    /// Returns the pointer to a member of the value here.
    pub fn join(&self, token: &str) -> Self {
        let mut pointer = self.clone();
        pointer.push(token);
        pointer
    }

    /// Returns the pointer to an element of the array here.
    pub fn join_index(&self, index: usize) -> Self {
        self.join(&index.to_string())
    }

    /// Returns the unescaped tokens, starting from the whole document.
    pub fn tokens(&self) -> impl Iterator<Item = Cow<'_, str>> {
        tokens(&self.0)
    }

    /// Returns the text form; it is empty for the whole document.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the value that this pointer leads to in a document.
    pub fn get<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        document.pointer(&self.0)
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

/// Returns the unescaped tokens of a pointer's text form.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescape)
}

/// Returns a token as written in a pointer's text form.
pub(crate) fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) { token.replace('~', "~0").replace('/', "~1").into() } else { token.into() }
}

fn unescape(token: &str) -> Cow<'_, str> {
    // In this order: `~01` is an escaped `~` before a 1.
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_rfc_resolve() {
        let document = serde_json::json!({
            "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
        });
        for (tokens, text, value) in [
            (&[][..], "", document.clone()),
            (&["foo"], "/foo", serde_json::json!(["bar", "baz"])),
            (&["foo", "0"], "/foo/0", "bar".into()),
            (&[""], "/", 0.into()),
            (&["a/b"], "/a~1b", 1.into()),
            (&["c%d"], "/c%d", 2.into()),
            (&["i\\j"], "/i\\j", 5.into()),
            (&["k\"l"], "/k\"l", 6.into()),
            (&[" "], "/ ", 7.into()),
            (&["m~n"], "/m~0n", 8.into()),
        ] {
            let pointer = Pointer::parse(text).unwrap();
            assert_eq!(pointer, Pointer::new(tokens));
            assert!(pointer.tokens().eq(tokens.iter().copied()), "{text}");
            assert_eq!(pointer.get(&document), Some(&value), "{text}");
        }
    }

    #[test]
    fn every_token_comes_back_unescaped() {
        for token in ["~01", "~1", "~", "/", "~/~", "", "0"] {
            let mut pointer = Pointer::root().join("above").join(token);
            assert!(pointer.tokens().eq(["above", token]));
            assert_eq!(pointer.pop().as_deref(), Some(token));
            assert_eq!(pointer.as_str(), "/above");
        }
        assert_eq!(Pointer::root().pop(), None);
    }
}
