//! Requests, written as text so that a fuzzer and a person can read them.

/// A request: target, headers and body, which are separated as in HTTP.
#[derive(Debug)]
pub struct Request<'a> {
    /// Path and query; whatever stands in the first line.
    pub target: &'a str,
    /// Names and values, in their order.
    pub headers: Vec<(&'a str, &'a [u8])>,
    /// All after the empty line.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// Any bytes are a request. What is no text in the first line or in a name is left out.
    pub fn of(bytes: &'a [u8]) -> Self {
        let (first, mut rest) = line(bytes);
        let mut headers = Vec::new();
        while !rest.is_empty() {
            let (header, after) = line(rest);
            rest = after;
            if header.is_empty() {
                break;
            }
            let colon = header.iter().position(|&byte| byte == b':').unwrap_or(header.len());
            let (name, value) = header.split_at(colon);
            headers.push((std::str::from_utf8(name).unwrap_or_default(), value.get(1..).unwrap_or_default()));
        }
        Self { target: std::str::from_utf8(first).unwrap_or_default(), headers, body: rest }
    }
}

fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}
