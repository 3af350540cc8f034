//! Requests as text, which a fuzzer and a person can read.

/// A request: target, headers and body, separated as in HTTP.
#[derive(Debug)]
pub struct Request<'a> {
    /// The path and query, which are any text of the first line.
    pub target: &'a str,
    /// The names and values, in order.
    pub headers: Vec<(&'a str, &'a [u8])>,
    /// The bytes after the empty line.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads any bytes as a request. Bytes in the first line or in a name that are not UTF-8 are left out.
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
