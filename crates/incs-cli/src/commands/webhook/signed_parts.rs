//! What is signed, as it is written on the command line: `v0:{seconds:x-timestamp}:{body}`.

use std::time::Duration;

use incs_facade::webhook::scheme::{Part, TimestampHeader};

use crate::failure::Failure;

/// The parts in their order. That the body is among them is for the scheme to check.
pub(super) fn read(text: &str, tolerance: Option<Duration>) -> Result<Vec<Part>, Failure> {
    let tolerance = tolerance.unwrap_or(TimestampHeader::TOLERANCE);
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((part, after)) = after.split_once('}') else {
            return Err(unreadable("a { is not closed"));
        };
        push_text(&mut parts, before);
        parts.push(match part.split_once(':') {
            None if part == "body" => Part::Body,
            Some((_, "")) => return Err(unreadable(&format!("{{{part}}} names no header"))),
            Some(("header", name)) => Part::header(name.to_owned()),
            Some(("seconds", name)) => TimestampHeader::seconds(name.to_owned()).with_tolerance(tolerance).into(),
            Some(("millis", name)) => TimestampHeader::millis(name.to_owned()).with_tolerance(tolerance).into(),
            _ => return Err(unreadable(&format!("{{{part}}} is unknown"))),
        });
        rest = after;
    }
    push_text(&mut parts, rest);
    Ok(parts)
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::text(text.to_owned()));
    }
}

fn unreadable(why: &str) -> Failure {
    Failure::usage(format!("--signed cannot be read: {why}"))
        .with_help("write text and {body}, {header:NAME}, {seconds:NAME} or {millis:NAME}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_names_in_braces_are_parts() {
        let tolerance = Duration::from_mins(1);
        let parts = read("v0:{seconds:x-time}:{header:x-id}{body}.", Some(tolerance)).unwrap();
        let expected = [
            Part::text("v0:"),
            TimestampHeader::seconds("x-time").with_tolerance(tolerance).into(),
            Part::text(":"),
            Part::header("x-id"),
            Part::Body,
            Part::text("."),
        ];
        assert_eq!(parts, expected);
        assert_eq!(read("{millis:t}{body}", None).unwrap(), [Part::millis("t"), Part::Body]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_reason() {
        for (text, why) in [
            ("{body", "a { is not closed"),
            ("{what}", "{what} is unknown"),
            ("{what:x}", "{what:x} is unknown"),
            ("{header:}", "{header:} names no header"),
        ] {
            assert_eq!(read(text, None).unwrap_err().message, format!("--signed cannot be read: {why}"));
        }
    }
}
