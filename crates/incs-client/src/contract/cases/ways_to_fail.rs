//! All the ways in which an exchange breaks off.

use crate::contract::fault_server::{Fault, Moment, Reply};
use crate::contract::stage::REPLY;

/// One way.
pub(super) struct Way {
    pub(super) name: String,
    pub(super) fault: Fault,
    /// The moment it breaks off.
    pub(super) at: Moment,
}

type How = (&'static str, fn(Moment) -> Fault);

const HOWS: [How; 3] = [("closed", Fault::close), ("reset", Fault::reset), ("drained", Fault::drain)];

/// Every moment, closed, reset and drained.
pub(super) fn broken_off() -> impl Iterator<Item = Way> {
    let at = |at| HOWS.map(|(how, fault)| Way { name: format!("{how} at {at:?}"), fault: fault(at), at });
    Moment::ALL.into_iter().flat_map(at)
}

/// Those, and replies that are none.
pub(super) fn all() -> Vec<Way> {
    let short = Reply::json(200, REPLY).with_stated_length(1000);
    let cut_chunk = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{REPLY}");
    let bad_chunk = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{REPLY}\r\n");
    let bad_header = format!("HTTP/1.1 200 OK\r\nx sample {REPLY}\r\n\r\n");
    let rest = [
        ("garbage", Fault::garbage()),
        ("garbage text", Fault::raw(format!("{REPLY}\r\n\r\n"))),
        ("a header that is none", Fault::raw(bad_header)),
        ("a length that is none", Fault::raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {REPLY}\r\n\r\n"))),
        ("a body shorter than its length", short.into()),
        ("a chunk that breaks off", Fault::raw(cut_chunk)),
        ("a chunk that is none", Fault::raw(bad_chunk)),
    ];
    let rest = rest.map(|(name, fault)| Way { name: name.to_owned(), fault, at: Moment::InHeaders });
    broken_off().chain(rest).collect()
}
