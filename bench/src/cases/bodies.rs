//! The bodies that are read: those of the reference, and the same with the escapes of PHP.

use std::fmt::Write as _;

/// A webhook body.
#[derive(Debug, Clone)]
pub struct Body {
    /// What it is.
    pub kind: &'static str,
    /// How it is spelled: `plain`, or `php` with its escapes of `/` and of all beyond ASCII.
    pub spelling: &'static str,
    /// The JSON.
    pub text: String,
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../crates/incs-model/fixtures/incs/webhook-", $name, ".json"))
    };
}

impl Body {
    /// Every body in every spelling. White space is taken out, as on the wire.
    pub fn all() -> Vec<Self> {
        let mut bodies = Vec::new();
        for (kind, fixture) in [
            ("created-text", fixture!("message-created-101-text")),
            ("created-image", fixture!("message-created-102-image")),
            ("list-reply", fixture!("new-message-whatsapp-list-reply")),
            ("status", fixture!("message-status-update-delivered")),
        ] {
            let text = compact(fixture);
            let chinese = text.replace("Good morning", "早上好，你们今天开门吗").replace("Afternoon", "下午");
            bodies.push(Self { kind, spelling: "php", text: php(&chinese) });
            bodies.push(Self { kind, spelling: "plain", text });
        }
        bodies
    }

    pub(crate) fn case(&self, way: &str) -> String {
        format!("read/{}/{}/{way}", self.kind, self.spelling)
    }
}

/// Takes out the white space between tokens; keeps the order of members.
fn compact(json: &str) -> String {
    let (mut out, mut in_text, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        if in_text {
            in_text = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character.is_ascii_whitespace() {
            continue;
        } else {
            in_text = character == '"';
        }
        out.push(character);
    }
    out
}

/// The same JSON as PHP writes it.
fn php(json: &str) -> String {
    let mut out = String::new();
    for character in json.chars() {
        match character {
            '/' => out.push_str("\\/"),
            character if character.is_ascii() => out.push(character),
            character => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out
}
