//! Whether a time is near enough to the clock.

use std::time::Duration;

use incs_model::Timestamp;

use super::Refusal;
use super::part::TimestampHeader;

/// What a number of a header counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    Seconds,
    Millis,
}

impl TimeUnit {
    fn instant(self, count: i64) -> Option<Timestamp> {
        match self {
            Self::Seconds => Timestamp::from_second(count).ok(),
            Self::Millis => Timestamp::from_millisecond(count).ok(),
        }
    }

    /// The whole number of an instant.
    pub(crate) fn count(self, instant: Timestamp) -> i64 {
        match self {
            Self::Seconds => instant.as_second(),
            Self::Millis => instant.as_millisecond(),
        }
    }

    fn span(self, count: u64) -> Duration {
        match self {
            Self::Seconds => Duration::from_secs(count),
            Self::Millis => Duration::from_millis(count),
        }
    }
}

/// How far a time is from the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    pub(crate) by: Duration,
    /// Whether the time is later than the clock says.
    pub(crate) ahead: bool,
}

impl Offset {
    /// How far a number of a header is from the clock. Exact for instants of the years -9999 to 9999, to the unit beyond.
    pub(crate) fn of(count: i64, unit: TimeUnit, now: Timestamp) -> Self {
        match unit.instant(count) {
            Some(time) => Self { by: time.duration_since(now).unsigned_abs(), ahead: time > now },
            None => Self { by: unit.span(count.abs_diff(unit.count(now))), ahead: count > 0 },
        }
    }

    pub(crate) fn check(self, tolerance: Duration) -> Result<(), Refusal> {
        match self {
            Self { by, .. } if by <= tolerance => Ok(()),
            Self { ahead: true, .. } => Err(Refusal::TooNew),
            Self { ahead: false, .. } => Err(Refusal::TooOld),
        }
    }
}

impl TimestampHeader {
    /// The number in a header's value.
    pub(crate) fn read(&self, value: &[u8]) -> Result<i64, Refusal> {
        let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        number.ok_or_else(|| Refusal::UnreadableHeader(self.name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units() -> impl Strategy<Value = TimeUnit> {
        prop_oneof![Just(TimeUnit::Seconds), Just(TimeUnit::Millis)]
    }

    fn numbers() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -400_000_000_000..400_000_000_000_i64]
    }

    fn instants() -> impl Strategy<Value = Timestamp> {
        let usual =
            (-377_705_023_200..253_402_207_200_i64).prop_map(|seconds| Timestamp::from_second(seconds).unwrap());
        prop_oneof![Just(Timestamp::MIN), Just(Timestamp::MAX), usual]
    }

    proptest! {
        #[test]
        fn no_number_and_no_clock_panics(count in numbers(), unit in units(), now in instants(), tolerance: u64) {
            let offset = Offset::of(count, unit, now);
            let _ = offset.check(Duration::from_secs(tolerance));
            prop_assert!(offset.check(offset.by).is_ok());
            if let Some(less) = offset.by.checked_sub(Duration::from_nanos(1)) {
                prop_assert!(offset.check(less).is_err());
            }
        }

        #[test]
        fn the_window_is_as_wide_before_as_after(now in -1_000_000_000_000..1_000_000_000_000_i64, by in 0..10_000_i64, unit in units()) {
            prop_assume!(unit.instant(now).is_some());
            let clock = unit.instant(now).unwrap();
            let (before, after) = (Offset::of(now - by, unit, clock), Offset::of(now + by, unit, clock));
            prop_assert_eq!(before.by, after.by);
            prop_assert_eq!(after.ahead, by > 0);
            prop_assert!(!before.ahead);
            prop_assert_eq!(before.by, unit.span(by.unsigned_abs()));
        }
    }

    #[test]
    fn the_extremes_lie_on_their_sides() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for unit in [TimeUnit::Seconds, TimeUnit::Millis] {
            let year = Duration::from_hours(365 * 24);
            assert_eq!(Offset::of(i64::MIN, unit, now).check(year), Err(Refusal::TooOld));
            assert_eq!(Offset::of(i64::MAX, unit, now).check(year), Err(Refusal::TooNew));
        }
    }
}
