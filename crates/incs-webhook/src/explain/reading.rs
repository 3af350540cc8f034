//! The keys that the text of a secret may hold.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

/// How a scheme reads the text of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The text is the key.
    Text,
    /// The text is base64 of the key, with or without `whsec_` before it.
    Base64,
}

impl Reading {
    /// The key.
    pub(crate) fn own(self, secret: &str) -> Option<Vec<u8>> {
        match self {
            Self::Text => Some(secret.as_bytes().to_vec()),
            Self::Base64 => decode(secret.strip_prefix(PREFIX).unwrap_or(secret)),
        }
    }

    /// The keys in other ways of reading, each with the words that complete "if it is taken …".
    pub(crate) fn others(self, secret: &str) -> Vec<(&'static str, Vec<u8>)> {
        let trimmed = secret.trim();
        let bare = trimmed.strip_prefix(PREFIX).unwrap_or(trimmed);
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let readings = [
            ("as text", text(secret)),
            ("without the white space around it", text(trimmed)),
            ("with a line feed after it", text(&format!("{secret}\n"))),
            ("as text without `whsec_`", text(bare)),
            ("as base64", decode(bare)),
            ("as base64 for URLs", decode_with(&BASE64URL, &BASE64URL_NOPAD, bare)),
            ("as hex", HEXLOWER_PERMISSIVE.decode(bare.as_bytes()).ok()),
        ];
        let own = self.own(secret);
        let mut others: Vec<(&'static str, Vec<u8>)> = Vec::new();
        for (kind, key) in readings {
            let Some(key) = key.filter(|key| Some(key) != own.as_ref() && !key.is_empty()) else { continue };
            if !others.iter().any(|(_, known)| *known == key) {
                others.push((kind, key));
            }
        }
        others
    }
}

const PREFIX: &str = "whsec_";

fn decode(text: &str) -> Option<Vec<u8>> {
    decode_with(&BASE64, &BASE64_NOPAD, text)
}

fn decode_with(padded: &data_encoding::Encoding, bare: &data_encoding::Encoding, text: &str) -> Option<Vec<u8>> {
    let key = padded.decode(text.as_bytes()).or_else(|_| bare.decode(text.as_bytes())).ok();
    key.filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_standard_webhooks_holds_a_key() {
        assert_eq!(Reading::Base64.own("whsec_AQID").unwrap(), [1, 2, 3]);
        assert_eq!(Reading::Base64.own("AQIDBA").unwrap(), [1, 2, 3, 4]);
        assert_eq!(Reading::Base64.own("AQIDBA==").unwrap(), [1, 2, 3, 4]);
        for none in ["", "whsec_", "whsec_A", "AQID\n", " AQID", "whsk_AQID", "whpk_AQID"] {
            assert_eq!(Reading::Base64.own(none), None, "{none:?}");
        }
    }

    #[test]
    fn each_other_reading_is_another_key() {
        let kinds =
            |reading: Reading, secret| reading.others(secret).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        assert_eq!(kinds(Reading::Text, "-"), ["with a line feed after it"]);
        assert_eq!(kinds(Reading::Text, "-\n"), ["without the white space around it", "with a line feed after it"]);
        assert_eq!(kinds(Reading::Text, "0badc0de"), ["with a line feed after it", "as base64", "as hex"]);
        assert_eq!(
            kinds(Reading::Base64, "whsec_AQID"),
            ["as text", "with a line feed after it", "as text without `whsec_`"]
        );
    }
}
