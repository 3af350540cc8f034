//! Nearly valid bodies.

use crate::fixtures::webhooks;
use crate::pointer::children;

/// The replacements of a value.
const VALUES: [&str; 22] = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e999",
    "18446744073709551616",
    "40002",
    "103",
    "\"\"",
    "\"x\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"1775540117\"",
    "\"dlr\"",
    "\"image\"",
    "\"unsupported\"",
    "[]",
    "[[]]",
    "{}",
    "{\"a\":{}}",
];

/// Members that are inserted.
const NAMES: [&str; 18] = [
    "event",
    "message",
    "messages",
    "statuses",
    "errors",
    "contacts",
    "metadata",
    "rcs",
    "sms",
    "type",
    "callback_type",
    "timestamp",
    "id",
    "channel_id",
    "auth_id",
    "text",
    "content",
    "\\u0065vent",
];

/// Returns a fixture with the changes of `script`: the first byte chooses the fixture, and every four bytes are one change. Any bytes
/// are a script. Most results are still JSON.
pub fn mutated(script: &[u8]) -> String {
    let (&first, changes) = script.split_first().unwrap_or((&0, &[]));
    let fixtures = webhooks();
    let mut body = fixtures[usize::from(first) % fixtures.len()].clone();
    for change in changes.chunks_exact(4).take(16) {
        let &[kind, high, low, choice] = change else { continue };
        if let Some(changed) = changed(&body, kind, usize::from(high) << 8 | usize::from(low), usize::from(choice)) {
            body = changed;
        }
    }
    body
}

fn changed(body: &str, kind: u8, place: usize, choice: usize) -> Option<String> {
    let mut values = Vec::new();
    collect(body, &mut values);
    let value = *values.get(place % values.len().max(1))?;
    let start = value.as_ptr().addr() - body.as_ptr().addr();
    let (before, after) = (&body[..start], &body[start + value.len()..]);
    let name = NAMES[choice % NAMES.len()];
    let constant = VALUES[choice % VALUES.len()];
    let other = *values.get(choice % values.len())?;
    Some(match kind % 8 {
        0 => format!("{before}{constant}{after}"),
        1 => format!("{before}{other}{after}"),
        // Valid in a list. In an object it breaks the JSON, which is tested too.
        2 => format!("{before}{value},{value}{after}"),
        3 => format!("{before}{value},{constant}{after}"),
        4 => format!("{before}{value},\"{name}\":{other}{after}"),
        5 => format!("{before}[{value}]{after}"),
        6 => format!("{before}{{\"{name}\":{value}}}{after}"),
        _ => with_byte(body, place, u8::try_from(choice).ok()?)?,
    })
}

/// Changes one byte. `None` if the result is not UTF-8.
fn with_byte(body: &str, place: usize, byte: u8) -> Option<String> {
    let mut bytes = body.as_bytes().to_vec();
    let place = place % bytes.len().max(1);
    *bytes.get_mut(place)? = byte;
    String::from_utf8(bytes).ok()
}

/// Returns every value in a text, including the whole text.
fn collect<'a>(json: &'a str, into: &mut Vec<&'a str>) {
    into.push(json.trim_ascii());
    for child in children(json) {
        collect(child, into);
    }
}
