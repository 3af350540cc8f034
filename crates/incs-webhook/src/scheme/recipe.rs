//! Where a signature stands, how it is written, and what it is of.

use std::borrow::Cow;
use std::time::Duration;

use hmac::digest::OutputSizeUser;
use hmac::{EagerHash, Hmac, Mac as _};
use incs_model::Timestamp;

use super::encoding::Tag;
use super::keys::{finish, is_same};
use super::window::Offset;
use super::{Encoding, Keys, Part, Refusal};
use crate::evidence::Evidence;

/// Where a signature stands, how it is written, and what it is of. All schemes that sign are one of these.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub(crate) header: Cow<'static, str>,
    pub(crate) prefix: Cow<'static, str>,
    /// Whether a signature without the prefix is read too.
    pub(crate) prefix_optional: bool,
    pub(crate) encoding: Encoding,
    /// Whether the header holds several signatures, with spaces between them.
    pub(crate) list: bool,
    pub(crate) parts: Vec<Part>,
}

impl Recipe {
    /// One signature of the body alone, in hex.
    pub(crate) fn new(header: impl Into<Cow<'static, str>>) -> Self {
        Self {
            header: header.into(),
            prefix: Cow::Borrowed(""),
            prefix_optional: false,
            encoding: Encoding::Hex,
            list: false,
            parts: vec![Part::Body],
        }
    }

    /// Accepts what one of the live keys signed. The time is compared last, so that no arithmetic is done on a number that
    /// anyone could have written.
    pub(crate) fn verify<D: EagerHash>(
        &self,
        keys: &Keys<D>,
        evidence: &Evidence<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if keys.live(now).next().is_none() {
            return Err(Refusal::NoLiveSecret);
        }
        let value = evidence.header(&self.header).ok_or_else(|| Refusal::MissingHeader(self.header.clone()))?;
        let len = tag_len::<D>();
        let Some(first) = self.tags(value, len).next() else {
            return Err(Refusal::UnreadableHeader(self.header.clone()));
        };
        let stamp = self.stamp(evidence)?;
        for key in keys.live(now) {
            let tag = self.sign(key, |name| evidence.header(name), evidence.body())?;
            // Reading a signature again costs about a fifth of a block of the hash, so only lists are read again.
            if is_same(first, tag) || (self.list && self.tags(value, len).skip(1).any(|other| is_same(other, tag))) {
                return stamp.map_or(Ok(()), |stamp| stamp.offset(now).check(stamp.tolerance));
            }
        }
        Err(Refusal::Mismatch)
    }

    /// Signs the parts; `header` finds the values of those that are headers, the timestamp among them.
    pub(crate) fn sign<'h, D: EagerHash>(
        &self,
        key: &Hmac<D>,
        header: impl Fn(&str) -> Option<&'h [u8]>,
        body: &[u8],
    ) -> Result<Tag, Refusal> {
        let mut mac = key.clone();
        for part in &self.parts {
            match part {
                Part::Body => mac.update(body),
                Part::Text(text) => mac.update(text.as_bytes()),
                Part::Header(name) | Part::Timestamp(super::TimestampHeader { name, .. }) => {
                    mac.update(header(name).ok_or_else(|| Refusal::MissingHeader(name.clone()))?);
                }
            }
        }
        Ok(finish(mac))
    }

    /// The signatures that a header's value holds, in the form of the scheme.
    pub(crate) fn tags<'v>(&'v self, value: &'v [u8], len: usize) -> impl Iterator<Item = Tag> + 'v {
        // A list of one when there is no list: `split` never yields nothing.
        let texts = value.split(move |&byte| self.list && byte == b' ');
        texts.filter_map(move |text| {
            let written = match text.strip_prefix(self.prefix.as_bytes()) {
                Some(rest) => rest,
                None if self.prefix_optional => text,
                None => return None,
            };
            self.encoding.read(written, len)
        })
    }

    /// The time of signing, if it is among the parts.
    pub(crate) fn stamp(&self, evidence: &Evidence<'_>) -> Result<Option<Stamp>, Refusal> {
        for part in &self.parts {
            if let Part::Timestamp(header) = part {
                let value = evidence.header(&header.name);
                let value = value.ok_or_else(|| Refusal::MissingHeader(header.name.clone()))?;
                let count = header.read(value)?;
                return Ok(Some(Stamp { count, unit: header.unit, tolerance: header.tolerance }));
            }
        }
        Ok(None)
    }
}

/// A time of signing as the sender wrote it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    count: i64,
    unit: super::window::TimeUnit,
    tolerance: Duration,
}

impl Stamp {
    pub(crate) fn offset(self, now: Timestamp) -> Offset {
        Offset::of(self.count, self.unit, now)
    }
}

/// The bytes of a signature.
pub(crate) fn tag_len<D: EagerHash>() -> usize {
    <Hmac<D> as OutputSizeUser>::output_size()
}
