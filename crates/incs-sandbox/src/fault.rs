//! Faults on request: rules that say when something goes wrong, and what.

pub(crate) mod rule;

use fastrand::Rng;

pub use self::rule::{Action, Rule, When};
use crate::seed::{Purpose, Seed};

/// The rules that are switched on, in the order in which they are asked.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: Seed,
    rules: Vec<Active>,
    count: u64,
}

/// A rule that is switched on, and what it has done.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Active {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) rule: Rule,
    /// How often something came that the rule is about.
    pub(crate) met: u64,
    /// How often it was applied.
    pub(crate) applied: u64,
}

/// Where a rule may be applied: one request, one webhook, or one message.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spot<'a> {
    /// The operation, like `send_whatsapp_message`, for a request.
    pub(crate) operation: Option<&'a str>,
    /// The kind of event, for a webhook.
    pub(crate) event: Option<&'a str>,
    /// The customer's number, where one is known.
    pub(crate) to: Option<&'a str>,
}

impl Faults {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, rules: Vec::new(), count: 0 }
    }

    /// Switches a rule on, and gives its id.
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.count += 1;
        self.rules.push(Active { id: self.count, rule, met: 0, applied: 0 });
        self.count
    }

    /// Switches a rule off; says whether it was there.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|active| active.id != id);
        self.rules.len() != before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn list(&self) -> &[Active] {
        &self.rules
    }

    /// What is to go wrong here: the action of the first rule that applies, with the chance for what is drawn in it. Each rule has
    /// a chance of its own, so that one more rule changes nothing about the others.
    pub(crate) fn pick(&mut self, spot: Spot<'_>, wanted: impl Fn(&Action) -> bool) -> Option<(Action, Rng)> {
        for active in &mut self.rules {
            let rule = &active.rule;
            if !wanted(&rule.action) || !rule.when.matches(spot) {
                continue;
            }
            active.met += 1;
            if active.met <= rule.skip || rule.count.is_some_and(|most| active.applied >= most) {
                continue;
            }
            let mut rng = self.seed.rng(Purpose::Fault, (active.id << 32) | active.met);
            if rng.f64() < rule.share {
                active.applied += 1;
                return Some((rule.action.clone(), rng));
            }
        }
        None
    }
}
