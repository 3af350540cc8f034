//! The place of a value, known without building it.

use std::fmt;

use crate::json::escape;

/// The place of a value in its document. Made on the stack on the way down; becomes text only for a violation.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    up: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The whole document.
    pub fn root() -> Self {
        Self { up: None, step: Step::Root }
    }

    /// The member `name` of the value here.
    pub fn key(&'a self, name: &'a str) -> Self {
        Self { up: Some(self), step: Step::Key(name) }
    }

    /// The item `index` of the array here.
    pub fn index(&'a self, index: usize) -> Self {
        Self { up: Some(self), step: Step::Index(index) }
    }
}

/// The JSON pointer (RFC 6901); empty for the whole document.
impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(name) => write!(f, "/{}", escape(name)),
            Step::Index(index) => write!(f, "/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let root = At::root();
        let parameters = root.key("parameters");
        assert_eq!(parameters.key("a/b~c").to_string(), "/parameters/a~1b~0c");
        assert_eq!(parameters.index(3).to_string(), "/parameters/3");
        assert_eq!(root.to_string(), "");
    }
}
