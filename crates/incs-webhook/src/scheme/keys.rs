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
