//! Whether what the client says is what the server saw.

use http::StatusCode;
use incs_client::{Error, RequestState};
use incs_client_contract::SeenRequest;
use incs_model::Sent;

use crate::attempts::{Came, NUMBER};

/// The first lie, if there is one. `complete` are the whole requests that the server got; those without a
/// number are not looked at.
pub(crate) fn lie(result: &Result<Sent, Error>, came: &[Came], complete: &[SeenRequest]) -> Option<String> {
    let mut seen = vec![0_usize; came.len()];
    for number in complete.iter().filter_map(|request| request.headers.get(NUMBER)) {
        let number: usize = number.to_str().unwrap().parse().unwrap();
        seen[number - 1] += 1;
    }
    if seen.iter().any(|times| *times > 1) {
        return Some(format!("an attempt reached the server more than once: {seen:?}"));
    }
    // After the first attempt that may have done something there must be no other.
    for (index, came) in came.iter().enumerate().rev().skip(1) {
        let throttled = is_throttled(*came);
        if seen[index] > 0 && !throttled {
            return Some(format!("attempt {} was whole, and another followed", index + 1));
        }
        if !throttled && !came.nothing_left() {
            return Some(format!("attempt {} may have left ({came:?}), and another followed", index + 1));
        }
    }
    let any = seen.iter().any(|times| *times > 0);
    let last = came.last().copied();
    match result {
        Ok(_) if !is_success(last) => Some("success, but the server said none".to_owned()),
        Ok(_) => None,
        Err(error) if error.attempts() as usize != came.len() => Some("a wrong number of attempts".to_owned()),
        Err(error) => match error.request_state() {
            RequestState::NotSent if any => Some("not sent, but the server got it".to_owned()),
            RequestState::Accepted if !is_success(last) => Some("accepted, but the server said none".to_owned()),
            RequestState::Rejected if !came.iter().any(|came| is_refused(*came)) => {
                Some("rejected, but the server refused nothing".to_owned())
            }
            // Unknown is for those of which nothing is known.
            RequestState::Unknown if last.is_some_and(|came| is_refused(came) || is_success(Some(came))) => {
                Some("unknown, but the server said what it did".to_owned())
            }
            _ => None,
        },
    }
}

fn is_throttled(came: Came) -> bool {
    matches!(came, Came::Reply(_, Some(429)) | Came::Reply(StatusCode::TOO_MANY_REQUESTS, None))
}

/// Whether the server said that it did nothing.
fn is_refused(came: Came) -> bool {
    match came {
        Came::Reply(_, Some(code)) => matches!(code, 400..=499 | 10_001..=10_004),
        Came::Reply(status, None) => status.is_client_error(),
        _ => false,
    }
}

fn is_success(came: Option<Came>) -> bool {
    matches!(came, Some(Came::Reply(_, Some(200))))
}
