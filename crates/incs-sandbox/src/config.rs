//! The settings of a sandbox.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::StatusCode;
use incs_model::envelope::Code;
use incs_model::{Secret, Timestamp};
use serde::Serialize;

use crate::faults::rule::Rule;
use crate::seed::{seconds, whole_millis};

/// The path of the console and the admin API.
pub(crate) const ADMIN_ROOT: &str = "/_sandbox";

/// The HTTP status of replies with an error envelope. The platform's choice is **unknown**.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpStatus {
    /// The envelope's code if it is an HTTP status, else 400.
    #[default]
    Mirrored,
    /// Always 200.
    AlwaysOk,
}

impl HttpStatus {
    /// Returns the HTTP status for an envelope code.
    pub(crate) fn of(self, code: Code) -> StatusCode {
        match self {
            Self::AlwaysOk => StatusCode::OK,
            Self::Mirrored => u16::try_from(code.as_i64())
                .ok()
                .and_then(|code| StatusCode::from_u16(code).ok())
                .filter(|status| status.as_u16() < 600)
                .unwrap_or(StatusCode::BAD_REQUEST),
        }
    }
}

/// The rule of the 24-hour window: on WhatsApp and RCS a message without a template is delivered only within 24 hours after the
/// customer wrote. Outside the window it is accepted and then fails, as at Meta (that it is accepted first is inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Every customer counts as having written when the sandbox started, so the window is open for the first 24 hours.
    #[default]
    Presumed,
    /// Only messages that a customer really wrote open the window.
    Strict,
    /// The window is always open.
    Open,
}

/// The delay of each step of a message, and the share of messages that are read. The seed decides each delay within its range.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Pace {
    /// From accepted to sent.
    pub sent: Range<Duration>,
    /// From sent to delivered.
    pub delivered: Range<Duration>,
    /// From delivered to read.
    pub read: Range<Duration>,
    /// The share of delivered messages that are read automatically, from 0 to 1.
    pub read_share: f64,
    /// From submission of a template to its review.
    pub review: Range<Duration>,
}

impl Default for Pace {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self {
            sent: ms(40)..ms(200),
            delivered: ms(150)..ms(900),
            read: ms(800)..ms(4000),
            read_share: 0.8,
            review: ms(1500)..ms(4000),
        }
    }
}

impl Pace {
    /// Returns a pace without delays; every message is read.
    pub fn instant() -> Self {
        let none = Duration::ZERO..Duration::ZERO;
        Self { sent: none.clone(), delivered: none.clone(), read: none.clone(), read_share: 1.0, review: none }
    }

    /// Divides all delays by `times`. Numbers that are not positive and finite change nothing; a delay beyond the longest
    /// [`Duration`] never ends.
    #[must_use]
    pub fn faster(self, times: f64) -> Self {
        let times = if times.is_finite() && times > 0.0 { times } else { 1.0 };
        let slower = |span: Duration| seconds(span.as_secs_f64() / times);
        let scale = |range: Range<Duration>| slower(range.start)..slower(range.end);
        Self {
            sent: scale(self.sent),
            delivered: scale(self.delivered),
            read: scale(self.read),
            read_share: self.read_share,
            review: scale(self.review),
        }
    }
}

/// The limits of what the sandbox remembers. Beyond a limit the oldest records are dropped; counters continue.
///
/// A forgotten message or delivery has no further steps: an unsent message is never sent, and no webhook about it is posted. The
/// schedule holds at most twice the jobs of remembered records, or 1,024.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// Messages of all conversations together. A conversation is dropped with its last message.
    pub messages: usize,
    /// Requests with their replies.
    pub exchanges: usize,
    /// Webhook deliveries with their attempts.
    pub deliveries: usize,
    /// Created templates.
    pub templates: usize,
    /// Tasks.
    pub tasks: usize,
    /// Bytes of bodies, for each of messages, requests and deliveries.
    pub bytes: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self { messages: 10_000, exchanges: 2_000, deliveries: 10_000, templates: 1_000, tasks: 1_000, bytes: 32 << 20 }
    }
}

/// The retry policy of webhooks, and the time limit of a receiver. The platform's own policy is **unknown**.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// The number of tries, the first included. 0 counts as 1.
    pub attempts: u32,
    /// The wait after the first try. Each later wait is four times as long, at most an hour, plus a random part of up to a
    /// quarter.
    pub first_wait: Duration,
    /// The time limit of one attempt.
    pub timeout: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first_wait: Duration::from_secs(1), timeout: Duration::from_secs(10) }
    }
}

impl Retry {
    /// Creates a policy with a number of tries and the wait after the first; the time limit of a receiver is 10 seconds.
    pub fn new(attempts: u32, first_wait: Duration) -> Self {
        Self { attempts, first_wait, ..Self::default() }
    }

    /// Returns a policy with a single try.
    pub fn never() -> Self {
        Self::new(1, Duration::ZERO)
    }

    /// Sets the time limit of one attempt.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Returns the wait after a number of tries; `chance`, from 0 to 1, scales the random part. `None` after the last try.
    pub(crate) fn wait(self, tries: u32, chance: f64) -> Option<Duration> {
        const MAX_WAIT: Duration = Duration::from_hours(1);
        if tries >= self.attempts {
            return None;
        }
        let wait = self.first_wait.saturating_mul(4_u32.saturating_pow(tries.saturating_sub(1))).min(MAX_WAIT);
        Some(whole_millis(wait + seconds(wait.as_secs_f64() * chance.clamp(0.0, 1.0) / 4.0)))
    }
}

/// The clock of a sandbox.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The time of this machine.
    #[default]
    Real,
    /// A time that moves only with [`Sandbox::advance`](crate::Sandbox::advance).
    Virtual(VirtualClock),
}

impl Clock {
    /// Creates a virtual clock that starts at a time.
    pub fn starting_at(time: Timestamp) -> Self {
        Self::Virtual(VirtualClock(Arc::new(AtomicI64::new(time.as_millisecond()))))
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Real => {
                // Whole milliseconds, the precision of all times here.
                timestamp(Timestamp::now().as_millisecond())
            }
            Self::Virtual(clock) => timestamp(clock.0.load(Ordering::SeqCst)),
        }
    }

    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// Moves a virtual clock forward, never back. Does nothing to the real clock.
    pub(crate) fn advance_to(&self, time: Timestamp) {
        if let Self::Virtual(clock) = self {
            clock.0.fetch_max(time.as_millisecond(), Ordering::SeqCst);
        }
    }
}

/// The shared time of a virtual clock.
#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<AtomicI64>);

/// All settings of a sandbox.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The address of the listener; set when it is bound.
    pub(crate) address: SocketAddr,
    /// The certification code of all channels.
    pub(crate) code: Secret,
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) status: HttpStatus,
    pub(crate) window: Window,
    pub(crate) pace: Pace,
    pub(crate) memory: Memory,
    pub(crate) remote_webhooks: bool,
    pub(crate) retry: Retry,
    /// Rules that are active from the start, and again after a reset.
    pub(crate) faults: Vec<Rule>,
    /// The most connections at the same time; further ones wait in the system's queue.
    pub(crate) connections: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            code: Secret::from(""),
            seed: 1,
            clock: Clock::Real,
            status: HttpStatus::default(),
            window: Window::default(),
            pace: Pace::default(),
            memory: Memory::default(),
            remote_webhooks: false,
            retry: Retry::default(),
            faults: Vec::new(),
            connections: 1024,
        }
    }
}

fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;
    use crate::seed::duration;

    /// Edge cases for conversions to a [`Duration`].
    const EXTREMES: [f64; 17] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e-19,
        -1e-19,
        1e19,
        1e-308,
        1e308,
        -1e308,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];

    #[test]
    fn any_speed_gives_delays() {
        for first in EXTREMES {
            for second in EXTREMES {
                let pace = Pace::default().faster(first).faster(second);
                for range in [&pace.sent, &pace.delivered, &pace.read, &pace.review] {
                    assert!(range.start <= range.end, "{first} {second}");
                    let drawn = duration(&mut Rng::with_seed(1), range);
                    assert!(drawn <= range.end, "{first} {second}");
                }
            }
            assert_eq!(Pace::instant().faster(first), Pace::instant(), "{first}");
        }
        assert_eq!(Pace::default().faster(1e-300).sent, Duration::MAX..Duration::MAX);
        assert_eq!(Pace::default().faster(1e300).sent, Duration::ZERO..Duration::ZERO);
        assert_eq!(Pace::default().faster(4.0).sent, Duration::from_millis(10)..Duration::from_millis(50));
    }

    #[test]
    fn retry_wait_accepts_extreme_values() {
        for first in [Duration::ZERO, Duration::from_secs(1), Duration::MAX] {
            for chance in EXTREMES {
                for tries in [0, 1, 2, 40, u32::MAX - 1] {
                    let wait = Retry::new(u32::MAX, first).wait(tries, chance).unwrap();
                    assert!(wait <= Duration::from_mins(75), "{first:?} {chance} {tries}");
                }
            }
        }
    }
}
