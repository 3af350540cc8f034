//! How the bytes of a signature are written as text.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

/// How the bytes of a signature are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits of either case; written in lower case.
    Hex,
    /// Base64 with `+` and `/`, read with or without padding and written with it.
    Base64,
    /// Base64 with `-` and `_`, read with or without padding and written with it.
    Base64Url,
}

/// The bytes of a signature: 32 of SHA-256, 20 of SHA-1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag {
    bytes: [u8; 32],
    len: usize,
}

impl Tag {
    /// The first 32 bytes at most.
    pub(crate) fn new(from: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(from).for_each(|(slot, byte)| *slot = *byte);
        Self { bytes, len: from.len().min(32) }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Encoding {
    pub(crate) const ALL: [Self; 3] = [Self::Hex, Self::Base64, Self::Base64Url];

    /// The `len` bytes, 32 at most, that `text` writes; `None` when it writes anything else. Each tag is written in one way
    /// only, save for the case of hex and the padding of base64.
    pub(crate) fn read(self, text: &[u8], len: usize) -> Option<Tag> {
        let (reader, text) = match self {
            Self::Hex => (HEXLOWER_PERMISSIVE, text),
            Self::Base64 => (BASE64_NOPAD, without_padding(text, len)),
            Self::Base64Url => (BASE64URL_NOPAD, without_padding(text, len)),
        };
        let mut tag = Tag { bytes: [0; 32], len };
        let slots = tag.bytes.get_mut(..len)?;
        // The reader requires room for exactly what it writes.
        if text.len() != reader.encode_len(len) {
            return None;
        }
        reader.decode_mut(text, slots).ok().map(|_| tag)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn write(self, tag: Tag) -> String {
        match self {
            Self::Hex => data_encoding::HEXLOWER.encode(tag.as_bytes()),
            Self::Base64 => data_encoding::BASE64.encode(tag.as_bytes()),
            Self::Base64Url => data_encoding::BASE64URL.encode(tag.as_bytes()),
        }
    }
}

/// The text without its padding, if that is whole.
fn without_padding(text: &[u8], len: usize) -> &[u8] {
    let padding: &[u8] = match len % 3 {
        1 => b"==",
        2 => b"=",
        _ => b"",
    };
    text.strip_suffix(padding).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_in_either_case_and_with_or_without_padding_and_in_no_other_way() {
        let hex = "fb".repeat(32);
        let base64 = format!("{}9=", "+/v7".repeat(10) + "+/");
        for (encoding, text, accepted) in [
            (Encoding::Hex, hex.clone(), true),
            (Encoding::Hex, hex.to_uppercase(), true),
            (Encoding::Hex, hex[..62].to_owned(), false),
            (Encoding::Hex, format!("{hex}fb"), false),
            (Encoding::Hex, format!("{}g", &hex[..63]), false),
            (Encoding::Hex, String::new(), false),
        ] {
            assert_eq!(encoding.read(text.as_bytes(), 32).is_some(), accepted, "{text}");
        }
        let tag = Encoding::Hex.read(hex.as_bytes(), 32).unwrap();
        let padded = data_encoding::BASE64.encode(tag.as_bytes());
        assert_ne!(base64, padded, "the last character of the other has bits that no byte holds");
        for (encoding, text, accepted) in [
            (Encoding::Base64, padded.clone(), true),
            (Encoding::Base64, padded.trim_end_matches('=').to_owned(), true),
            (Encoding::Base64, format!("{padded}="), false),
            (Encoding::Base64, base64, false),
            (Encoding::Base64Url, padded.clone(), false),
            (Encoding::Base64Url, padded.replace('+', "-").replace('/', "_"), true),
            (Encoding::Base64, padded.replace('+', "-").replace('/', "_"), false),
        ] {
            assert_eq!(encoding.read(text.as_bytes(), 32).is_some(), accepted, "{text}");
        }
    }

    #[test]
    fn a_tag_of_sha_1_is_read_too() {
        let text = "0b".repeat(20);
        assert_eq!(Encoding::Hex.read(text.as_bytes(), 20).unwrap().as_bytes(), [0x0b; 20]);
        assert!(Encoding::Hex.read(text.as_bytes(), 32).is_none());
        let text = data_encoding::BASE64.encode(&[0x0b; 20]);
        assert_eq!(Encoding::Base64.read(text.as_bytes(), 20).unwrap().as_bytes(), [0x0b; 20]);
    }
}
