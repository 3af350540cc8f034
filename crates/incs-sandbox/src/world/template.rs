//! Templates: some that are there from the start, and those that were created.

/// Templates of both kinds.
#[derive(Debug)]
pub(crate) struct Templates {
    _most: usize,
}

impl Templates {
    /// The templates that the reference's sample sends name.
    pub(crate) fn stock(most: usize) -> Self {
        Self { _most: most }
    }
}
