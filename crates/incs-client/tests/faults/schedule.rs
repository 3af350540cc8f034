//! Faults of the network and the server for one send.

use std::time::{Duration, SystemTime};

use fastrand::Rng;
use incs_client_contract::{Fault, Moment, Reply};
use incs_model::envelope::Code;

/// The faults of the attempts of one send, in order; after them the server accepts everything.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    pub(crate) tls: bool,
    /// True if a connection was used before, and is kept.
    pub(crate) warm: bool,
    /// True if the message is larger than the buffers of a connection.
    pub(crate) large: bool,
    pub(crate) steps: Vec<Step>,
}

/// The fault of one attempt.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// It gets no connection, before the backend is even asked.
    NoConnection,
    /// It gets as far as the server, which does this.
    Server(Act),
}

/// The server's action.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Close(Moment),
    Reset(Moment),
    Drain(Moment),
    Stall(Moment),
    Throttle { frame: bool, after: Option<After> },
    Fail { frame: bool, number: u16 },
    Refuse(Refusal),
    Redirect(u16),
    Garbage,
    Truncated,
    Page,
    Contradiction,
    Unreadable,
    Early,
    Take,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum After {
    Seconds,
    Date,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    Http(u16),
    Frame(i64),
}

pub(crate) const TAKEN: &str =
    r#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;

impl Schedule {
    pub(crate) fn random(random: &mut Rng, tls: bool) -> Self {
        let steps = match random.u8(..16) {
            0 => vec![Step::NoConnection; 4],
            _ => (0..random.usize(1..=4)).map(|_| Step::random(random)).collect(),
        };
        Self { tls, warm: random.bool(), large: random.u8(..32) == 0, steps }
    }
}

impl Step {
    fn random(random: &mut Rng) -> Self {
        if random.u8(..) < 40 { Self::NoConnection } else { Self::Server(Act::random(random)) }
    }
}

impl Act {
    fn random(random: &mut Rng) -> Self {
        let moment = Moment::ALL[random.usize(..Moment::ALL.len())];
        let frame = random.bool();
        match random.u8(..20) {
            0..=1 => Self::Close(moment),
            2 => Self::Reset(moment),
            3 => Self::Drain(moment),
            4..=5 => Self::Stall(moment),
            6..=9 => Self::Throttle {
                frame,
                after: *random.choice(&[None, Some(After::Seconds), Some(After::Date)]).unwrap(),
            },
            10..=11 => Self::Fail { frame, number: *random.choice(&[500, 502, 503, 504, 501, 599]).unwrap() },
            12 => Self::Refuse(Refusal::Http(
                *random.choice(&[400, 401, 403, 404, 408, 409, 413, 422, 425, 431, 499]).unwrap(),
            )),
            13 => {
                Self::Refuse(Refusal::Frame(*random.choice(&[400, 404, 422, 10_001, 10_002, 10_003, 10_004]).unwrap()))
            }
            14 => Self::Redirect(*random.choice(&[301, 302, 303, 307, 308]).unwrap()),
            15 => *random.choice(&[Self::Garbage, Self::Truncated]).unwrap(),
            16 => *random.choice(&[Self::Page, Self::Contradiction]).unwrap(),
            17 => Self::Unreadable,
            18 => Self::Early,
            _ => Self::Take,
        }
    }

    pub(crate) fn fault(self) -> Fault {
        match self {
            Self::Close(moment) => Fault::close(moment),
            Self::Reset(moment) => Fault::reset(moment),
            Self::Drain(moment) => Fault::drain(moment),
            Self::Stall(moment) => Fault::stall(moment),
            Self::Throttle { frame, after } => {
                let reply =
                    if frame { Reply::failure(Code::TooManyAttempts, "Too many attempts") } else { Reply::new(429) };
                match after {
                    None => reply,
                    Some(After::Seconds) => reply.with_header("retry-after", "0"),
                    Some(After::Date) => reply.with_retry_after(SystemTime::now() - Duration::from_mins(1)),
                }
                .into()
            }
            Self::Fail { frame: true, number } => Reply::failure(Code::from(i64::from(number)), "Server error").into(),
            Self::Fail { frame: false, number } => Reply::new(number).with_body("<h1>sorry</h1>").into(),
            Self::Refuse(Refusal::Http(status)) => Reply::new(status).with_body("{}").into(),
            Self::Refuse(Refusal::Frame(code)) => Reply::failure(Code::from(code), "no").into(),
            Self::Redirect(status) => Reply::redirect(status, "/external/messages/viber").into(),
            Self::Garbage => Fault::garbage(),
            Self::Truncated => Reply::json(200, TAKEN).with_stated_length(4000).into(),
            Self::Page => Reply::new(200).with_body("<html>maintenance</html>").into(),
            Self::Contradiction => Reply::json(200, r#"{"status":"success","code":429,"message":"","data":{}}"#).into(),
            Self::Unreadable => {
                Reply::json(200, r#"{"status":"success","code":200,"message":"","data":{"msg_id":7}}"#).into()
            }
            Self::Early => Reply::new(413).early().into(),
            Self::Take => Reply::json(200, TAKEN).into(),
        }
    }
}
