//! Secrets, made ready to sign with.

use std::fmt;

use hmac::digest::common::Key as KeyBlock;
use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use incs_model::Timestamp;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::encoding::Tag;
use crate::secrets::Secrets;

/// Secrets, made ready to sign with: what HMAC computes of the key alone is computed once.
#[derive(Clone)]
pub(crate) struct Keys<D: EagerHash = Sha256>(Vec<Key<D>>);

#[derive(Clone)]
struct Key<D: EagerHash> {
    state: Hmac<D>,
    until: Option<Timestamp>,
}

impl<D: EagerHash> Keys<D> {
    /// Keys that are the bytes of the secrets.
    pub(crate) fn of_texts(secrets: &Secrets) -> Self {
        let key =
            |lived: &crate::secrets::Lived| Key { state: keyed(lived.secret.expose().as_bytes()), until: lived.until };
        Self(secrets.iter().map(key).collect())
    }

    /// Keys that are written in the secrets; `None` when one of them does not hold one.
    pub(crate) fn read(secrets: &Secrets, read: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Self> {
        let key = |lived: &crate::secrets::Lived| {
            read(lived.secret.expose()).map(|bytes| Key { state: keyed(&bytes), until: lived.until })
        };
        secrets.iter().map(key).collect::<Option<_>>().map(Self)
    }

    /// The keys that count now.
    pub(crate) fn live(&self, now: Timestamp) -> impl Iterator<Item = &Hmac<D>> {
        let live = move |key: &&Key<D>| key.until.is_none_or(|until| now < until);
        self.0.iter().filter(live).map(|key| &key.state)
    }
}

impl<D: EagerHash> fmt::Debug for Keys<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys(<{}>)", self.0.len())
    }
}

/// HMAC with a key of any length. The key is padded or hashed to a block here, since the way through a slice may fail by its type.
pub(crate) fn keyed<D: EagerHash>(key: &[u8]) -> Hmac<D> {
    let mut block = KeyBlock::<Hmac<D>>::default();
    let digest = (key.len() > block.len()).then(|| D::digest(key));
    let key = digest.as_deref().unwrap_or(key);
    block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    Hmac::new(&block)
}

/// The finished signature.
pub(crate) fn finish<D: EagerHash>(mac: Hmac<D>) -> Tag {
    Tag::new(&mac.finalize().into_bytes())
}

/// Whether two signatures are the same, in a time that does not depend on where they differ.
pub(crate) fn is_same(one: Tag, other: Tag) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn the_vectors_of_rfc_4231_come_out() {
        let counted: Vec<u8> = (1..=25).collect();
        let long = b"This is a test using a larger than block-size key and a larger than block-size data. \
                     The key needs to be hashed before being used by the HMAC algorithm.";
        let cases: [(&[u8], &[u8], &str); 7] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&counted, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (&[0xaa; 131], long, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (key, data, expected) in cases {
            let mut mac = keyed::<Sha256>(key);
            mac.update(data);
            assert!(HEXLOWER.encode(finish(mac).as_bytes()).starts_with(expected), "{expected}");
        }
    }

    #[test]
    fn keys_of_a_block_and_one_byte_around_it_are_those_of_the_library() {
        for length in [0, 1, 63, 64, 65, 200] {
            let key = vec![0x5a; length];
            let theirs = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            assert!(is_same(finish(keyed::<Sha256>(&key)), finish(theirs)), "{length}");
        }
    }

    #[test]
    fn signatures_of_other_lengths_differ() {
        assert!(!is_same(Tag::new(&[0; 20]), Tag::new(&[0; 32])));
        assert!(!is_same(Tag::new(&[]), Tag::new(&[0; 32])));
    }
}
