//! A request that was saved: its headers and its target, next to the body.

use std::path::Path;

use incs_facade::model::Timestamp;
use serde_json::Value;

use crate::failure::Failure;
use crate::input;

/// Headers and target of a request. It has no `Debug`: both may hold secrets.
#[derive(Default)]
pub(super) struct Head {
    pub(super) headers: Vec<(String, String)>,
    /// Path and query.
    pub(super) target: Option<String>,
}

impl Head {
    /// Reads a file: lines of `Name: value`, with or without the request line above them; or JSON, an object of headers or what
    /// `incs webhook sign --json` writes.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let bytes = input::read(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage(format!("{name} is no UTF-8 text")))?;
        if text.trim_start().starts_with('{') {
            return Self::of_json(text).ok_or_else(|| Failure::usage(format!("{name} is no JSON object of headers")));
        }
        let mut head = Self::default();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() {
                break;
            }
            if index == 0
                && let Some(target) = of_request_line(line)
            {
                head.target = Some(target.to_owned());
                continue;
            }
            head.headers.push(pair(line).map_err(|why| Failure::usage(format!("{name}:{}: {why}", index + 1)))?);
        }
        Ok(head)
    }

    fn of_json(text: &str) -> Option<Self> {
        let Value::Object(mut object) = serde_json::from_str(text).ok()? else { return None };
        let target = object.get("target").and_then(Value::as_str).map(str::to_owned);
        let headers = match object.remove("headers") {
            Some(Value::Object(headers)) => headers,
            Some(_) => return None,
            None => object,
        };
        let pair = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        Some(Self { headers: headers.into_iter().map(pair).collect::<Option<_>>()?, target })
    }
}

/// `Name: value`. The message has no value, which may be a secret.
pub(super) fn pair(line: &str) -> Result<(String, String), &'static str> {
    let (name, value) = line.split_once(':').ok_or("a header is `Name: value`")?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name { Ok((name.to_owned(), value.trim().to_owned())) } else { Err("a header's name is one word") }
}

/// One `-H` of the command line.
pub(super) fn header(text: &str) -> Result<(String, String), String> {
    pair(text).map_err(str::to_owned)
}

/// An instant as RFC 3339 has it, or seconds since 1970.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    let seconds = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    seconds.or_else(|| text.parse().ok()).ok_or_else(|| "expected a time like 2026-04-07T05:35:17Z".to_owned())
}

fn of_request_line(line: &str) -> Option<&str> {
    let mut words = line.split(' ');
    let (_method, target, version) = (words.next()?, words.next()?, words.next()?);
    (version.starts_with("HTTP/") && target.starts_with('/')).then_some(target)
}
