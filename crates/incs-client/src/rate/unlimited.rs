//! No limiter.

use std::time::Duration;

use super::Counted;
use crate::clock::Clock;

/// Lets everything through.
#[derive(Debug, Default)]
pub(crate) struct Limiter(());

impl Limiter {
    #[allow(clippy::unused_async, reason = "the limiter of the feature waits")]
    pub(crate) async fn admit(&self, _: &dyn Clock, _: Counted<'_>, _: Duration) -> Result<(), Duration> {
        Ok(())
    }
}
