//! The settings of a sandbox.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::StatusCode;
use incs_model::Timestamp;
use incs_model::envelope::Code;
use serde::Serialize;

use crate::faults::rule::Rule;
use crate::seed::whole_millis;

/// The path that the console and the admin API are below.
pub(crate) const ADMIN_ROOT: &str = "/_sandbox";

/// The HTTP status of a reply whose envelope says error. Which of the two the platform uses is **unknown**.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpStatus {
    /// The envelope's code where it is an HTTP status, else 400.
    #[default]
    Mirrored,
    /// Always 200.
    AlwaysOk,
}

impl HttpStatus {
    /// The HTTP status that goes with a code of the envelope.
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

/// When a message without a template may be delivered, on WhatsApp and RCS: the 24 hours after the customer wrote. To one who has
/// not written it is accepted and fails, as with Meta (that it is accepted first is inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Every customer is taken to have written when the sandbox started, so 24 hours are open from then on.
    #[default]
    Presumed,
    /// Only what a customer wrote counts.
    Strict,
    /// It is always open.
    Open,
}

/// The delay of each step of a message, and the share of messages that are read. Delays are drawn from the seed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Pace {
    /// From accepted to sent.
    pub sent: Range<Duration>,
    /// From sent to delivered.
    pub delivered: Range<Duration>,
    /// From delivered to read.
    pub read: Range<Duration>,
    /// The share of delivered messages that are read by themselves, from 0 to 1.
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
    /// No delay at all; every message is read.
    pub fn instant() -> Self {
        let none = Duration::ZERO..Duration::ZERO;
        Self { sent: none.clone(), delivered: none.clone(), read: none.clone(), read_share: 1.0, review: none }
    }

    /// The same, so many times as fast.
    #[must_use]
    pub fn faster(self, times: f64) -> Self {
        let times = if times.is_finite() && times > 0.0 { times } else { 1.0 };
        let scale = |range: Range<Duration>| range.start.div_f64(times)..range.end.div_f64(times);
        Self {
            sent: scale(self.sent),
            delivered: scale(self.delivered),
            read: scale(self.read),
            read_share: self.read_share,
            review: scale(self.review),
        }
    }
}

/// How much the sandbox remembers. What is past a limit goes oldest first; counters go on.
///
/// A message or delivery that is forgotten has no future either: a message that was not sent yet then never is, and no webhook tells
/// of it. What is yet to happen stays within twice what is remembered, and 1,024.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// Messages, of all conversations together. A conversation goes with its last message.
    pub messages: usize,
    /// Requests with their replies.
    pub exchanges: usize,
    /// Webhook deliveries with their attempts.
    pub deliveries: usize,
    /// Templates that were created.
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
    /// Tries in all, the first included. 0 counts as 1.
    pub attempts: u32,
    /// The wait after the first try. Each later one is four times as long, an hour at most, and up to a quarter is drawn on top.
    pub first_wait: Duration,
    /// The time limit of one attempt.
    pub patience: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first_wait: Duration::from_secs(1), patience: Duration::from_secs(10) }
    }
}

impl Retry {
    /// So many tries in all, and the wait after the first; a receiver has 10 seconds.
    pub fn new(attempts: u32, first_wait: Duration) -> Self {
        Self { attempts, first_wait, ..Self::default() }
    }

    /// One try.
    pub fn never() -> Self {
        Self::new(1, Duration::ZERO)
    }

    /// Sets how long a receiver may take to answer.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The wait after so many tries, with a chance from 0 to 1 for what is drawn on top; `None` if there is no further one.
    pub(crate) fn wait(self, tries: u32, chance: f64) -> Option<Duration> {
        const LONGEST: Duration = Duration::from_hours(1);
        if tries >= self.attempts {
            return None;
        }
        let wait = self.first_wait.saturating_mul(4_u32.saturating_pow(tries.saturating_sub(1))).min(LONGEST);
        Some(whole_millis(wait + wait.mul_f64(chance.clamp(0.0, 1.0) / 4.0)))
    }
}

/// The clock of a sandbox.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The time of this machine.
    #[default]
    Real,
    /// A time that stands still until it is told to go on: [`Sandbox::advance`](crate::Sandbox::advance).
    Virtual(VirtualClock),
}

impl Clock {
    /// A virtual clock that begins at a time.
    pub fn starting_at(time: Timestamp) -> Self {
        Self::Virtual(VirtualClock(Arc::new(AtomicI64::new(time.as_millisecond()))))
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Real => {
                // Whole milliseconds, which is all that anything here shows.
                timestamp(Timestamp::now().as_millisecond())
            }
            Self::Virtual(clock) => timestamp(clock.0.load(Ordering::SeqCst)),
        }
    }

    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// Moves a virtual clock on, never back. A real one goes by itself.
    pub(crate) fn reach(&self, time: Timestamp) {
        if let Self::Virtual(clock) = self {
            clock.0.fetch_max(time.as_millisecond(), Ordering::SeqCst);
        }
    }
}

/// A time that stands still until it is told to go on.
#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<AtomicI64>);

/// All of it.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The address of the listener; set when it is bound.
    pub(crate) address: SocketAddr,
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) status: HttpStatus,
    pub(crate) window: Window,
    pub(crate) pace: Pace,
    pub(crate) memory: Memory,
    pub(crate) remote_webhooks: bool,
    pub(crate) retry: Retry,
    /// Rules that are switched on from the start, and again after a reset.
    pub(crate) faults: Vec<Rule>,
    /// Most connections at the same time; those beyond wait in the machine's queue.
    pub(crate) connections: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
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
