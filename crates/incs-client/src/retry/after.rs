//! `Retry-After` (RFC 9110), in both its forms.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// How long the reply asks to wait: seconds, or until a date. A date that is past asks for no wait; text that is neither asks
/// for nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds still mean: very long.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// Wed, 21 Oct 2026 07:28:00 GMT.
    const NOW: u64 = 1_792_567_680;

    #[test]
    fn both_forms_are_read_and_anything_else_asks_for_nothing() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        assert_eq!(httpdate::fmt_http_date(now), "Wed, 21 Oct 2026 07:28:00 GMT");
        let table: [(&[u8], Option<u64>); 24] = [
            (b"0", Some(0)),
            (b"120", Some(120)),
            (b"  120 ", Some(120)),
            (b"\t7", Some(7)),
            (b"00000000000000000000000009", Some(9)),
            (b"18446744073709551615", Some(u64::MAX)),
            (b"18446744073709551616", Some(u64::MAX)),
            (b"99999999999999999999999999", Some(u64::MAX)),
            (b"", None),
            (b" ", None),
            (b"-1", None),
            (b"+1", None),
            (b"1.5", None),
            (b"1 2", None),
            (b"120s", None),
            (b"soon", None),
            ("١٢".as_bytes(), None),
            (b"Wed, 21 Oct 2026 07:28:30 GMT", Some(30)),
            (b" Wed, 21 Oct 2026 07:29:00 GMT ", Some(60)),
            (b"Wed, 21 Oct 2026 07:28:00 GMT", Some(0)),
            (b"Wed, 21 Oct 2015 07:28:00 GMT", Some(0)),
            (b"Wednesday, 21-Oct-26 07:28:30 GMT", Some(30)),
            (b"Wed Oct 21 07:28:30 2026", Some(30)),
            (b"Wed, 41 Oct 2026 07:28:30 GMT", None),
        ];
        for (text, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_bytes(text).unwrap());
            let found = retry_after(&headers, now);
            assert_eq!(found, expected.map(Duration::from_secs), "{:?}", String::from_utf8_lossy(text));
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_clock_before_all_dates_does_not_panic() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Fri, 31 Dec 9999 23:59:59 GMT"));
        let long_ago = SystemTime::UNIX_EPOCH - Duration::from_secs(1 << 32);
        assert!(retry_after(&headers, long_ago) > Some(Duration::from_secs(1 << 32)));
    }
}
