//! No limiter.

use std::time::Duration;

use super::Counted;
use crate::client::Budget;

/// Lets everything through.
#[derive(Debug, Default)]
pub(crate) struct Limiter(());

impl Limiter {
    #[allow(clippy::unused_async, reason = "the limiter of the feature waits")]
    pub(crate) async fn admit(&self, _: Counted<'_>, _: &Budget<'_>) -> Result<(), Duration> {
        Ok(())
    }

    #[allow(clippy::unused_self, reason = "the limiter of the feature knows")]
    pub(crate) fn is_off(&self) -> bool {
        true
    }
}
