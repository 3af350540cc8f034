//! Tasks and tokens.

/// Tasks, newest last.
#[derive(Debug)]
pub(crate) struct Tasks {
    _most: usize,
}

impl Tasks {
    pub(crate) fn new(most: usize) -> Self {
        Self { _most: most }
    }
}
