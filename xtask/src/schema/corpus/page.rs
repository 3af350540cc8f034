//! What the page of the schemas says of the corpus.

use super::sample::Sample;

/// How many samples of each verdict a document has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) struct Count {
    /// Taken by the schema.
    pub(in super::super) taken: usize,
    /// Refused by the schema.
    pub(in super::super) refused: usize,
    /// Taken by the schema, refused by a rule or a form that it cannot say.
    pub(in super::super) beyond: usize,
}

impl Count {
    pub(super) fn of(samples: &[Sample]) -> Self {
        let count = |fits: &dyn Fn(&Sample) -> bool| samples.iter().filter(|sample| fits(sample)).count();
        Self {
            taken: count(&Sample::fits),
            refused: count(&|sample| !sample.fits()),
            beyond: count(&|sample| sample.fits() && !sample.is_valid()),
        }
    }
}

/// The section of the page.
pub(in super::super) fn section() -> String {
    String::new()
}
