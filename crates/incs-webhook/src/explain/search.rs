//! What would have to be different for a signature to fit.

use hmac::EagerHash;
use incs_model::Timestamp;

use super::spelling::{Claim, claims};
use super::{Cause, Reading, rewriting};
use crate::evidence::Evidence;
use crate::scheme::{Recipe, Refusal, Tag, is_same, keyed, tag_len};
use crate::secrets::{Lived, Secrets};

/// The likely cause of a refusal: the one thing that would have to be different for the signature to fit.
pub(crate) fn likely_cause<D: EagerHash>(
    recipe: &Recipe,
    secrets: &Secrets,
    reading: Reading,
    evidence: &Evidence<'_>,
    now: Timestamp,
    refusal: &Refusal,
) -> Cause {
    match refusal {
        Refusal::TooOld | Refusal::TooNew => return clock(recipe, evidence, now),
        Refusal::UnreadableHeader(name) if *name != recipe.header => return Cause::of(refusal),
        Refusal::MissingHeader(_) => return Cause::of(refusal),
        _ => {}
    }
    let Some(value) = evidence.header(&recipe.header) else {
        return Cause::MissingHeader(recipe.header.clone());
    };
    let search = Search { recipe, evidence, claims: claims(recipe, value, tag_len::<D>()) };
    let own = secrets.iter().filter_map(|lived| reading.own(lived.secret.expose()).map(|key| (lived, key)));
    let own: Vec<(&Lived, Vec<u8>)> = own.collect();
    let readable = search.claims.iter().any(|claim| claim.spelling.is_none());
    let rest = || if readable { Cause::Unknown } else { Cause::UnreadableHeader(recipe.header.clone()) };
    let found = search.as_it_is::<D>(&own, now);
    let found = found.or_else(|| search.in_another_reading::<D>(secrets, reading));
    let live: Vec<&[u8]> = own.iter().filter(|(lived, _)| lived.is_live(now)).map(|(_, key)| &**key).collect();
    found.or_else(|| search.of_another_body::<D>(&live)).unwrap_or_else(rest)
}

fn clock(recipe: &Recipe, evidence: &Evidence<'_>, now: Timestamp) -> Cause {
    let stamp = recipe.stamp(evidence).ok().flatten();
    stamp
        .map(|stamp| stamp.offset(now))
        .map_or(Cause::Unknown, |offset| Cause::Clock { by: offset.by, ahead: offset.ahead })
}

struct Search<'a> {
    recipe: &'a Recipe,
    evidence: &'a Evidence<'a>,
    claims: Vec<Claim>,
}

impl Search<'_> {
    fn as_it_is<D: EagerHash>(&self, keys: &[(&Lived, Vec<u8>)], now: Timestamp) -> Option<Cause> {
        keys.iter().find_map(|(lived, key)| match self.claim::<D>(key, self.evidence.body())? {
            _ if !lived.is_live(now) => Some(Cause::ExpiredSecret),
            Claim { spelling: Some(spelling), .. } => Some(Cause::Encoding(spelling)),
            // It would have been accepted.
            Claim { spelling: None, .. } => None,
        })
    }

    fn in_another_reading<D: EagerHash>(&self, secrets: &Secrets, reading: Reading) -> Option<Cause> {
        let readings = secrets.iter().flat_map(|lived| reading.others(lived.secret.expose()));
        let mut fitting = readings.filter(|(_, key)| self.claim::<D>(key, self.evidence.body()).is_some());
        fitting.next().map(|(kind, _)| Cause::SecretKind(kind))
    }

    fn of_another_body<D: EagerHash>(&self, live: &[&[u8]]) -> Option<Cause> {
        if self.claims.is_empty() || live.is_empty() {
            return None;
        }
        let mut rewritings = rewriting::of(self.evidence.body());
        let fits = |body: &[u8]| live.iter().any(|key| self.claim::<D>(key, body).is_some());
        rewritings.any(|body| fits(&body)).then_some(Cause::BodyRewritten)
    }

    /// The claim that this key and body fulfil.
    fn claim<D: EagerHash>(&self, key: &[u8], body: &[u8]) -> Option<&Claim> {
        if self.claims.is_empty() {
            return None;
        }
        let tag: Tag = self.recipe.sign(&keyed::<D>(key), |name| self.evidence.header(name), body).ok()?;
        self.claims.iter().find(|claim| is_same(claim.tag, tag))
    }
}
