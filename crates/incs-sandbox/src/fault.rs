//! Faults on request: rules that say when something goes wrong, and what.

mod preset;
mod read;
mod rule;
#[cfg(test)]
mod tests;

use fastrand::Rng;

pub use self::preset::{Preset, presets};
pub use self::read::RuleError;
pub use self::rule::{Action, Rule, When};
use crate::seed::{Purpose, Seed};

/// Most rules that are switched on at the same time.
pub(crate) const MOST_RULES: usize = 100;

/// The rules that are switched on, in the order in which they are asked.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: Seed,
    rules: Vec<Active>,
    count: u64,
}

/// A rule that is switched on, and what it has done.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "ActiveRule")]
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

/// Checks that all rules can be switched on together.
pub(crate) fn check_all(rules: &[Rule]) -> Result<(), RuleError> {
    let mut faults = Faults::new(Seed(0));
    rules.iter().try_for_each(|rule| faults.add(rule.clone()).map(|_| ()))
}

impl Faults {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, rules: Vec::new(), count: 0 }
    }

    /// Switches a rule on, and gives its id.
    ///
    /// # Errors
    ///
    /// When the rule says what cannot be, or when there are too many; the pointer of the latter is empty.
    pub(crate) fn add(&mut self, rule: Rule) -> Result<u64, RuleError> {
        rule.check()?;
        if self.rules.len() >= MOST_RULES {
            return Err(RuleError::new("", format!("{MOST_RULES} rules are switched on, which is the most")));
        }
        self.count += 1;
        self.rules.push(Active { id: self.count, rule, met: 0, applied: 0 });
        Ok(self.count)
    }

    /// Switches a rule off; says whether it was there.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|active| active.id != id);
        self.rules.len() != before
    }

    pub(crate) fn list(&self) -> &[Active] {
        &self.rules
    }

    /// What is to go wrong here: the first rule that applies, with the chance for what is drawn in it.
    ///
    /// Each rule has a chance of its own and counts every case that it is about, also one that an earlier rule took. So what a rule
    /// would do to the third case depends on no other rule.
    pub(crate) fn pick(&mut self, spot: Spot<'_>, wanted: impl Fn(&Action) -> bool) -> Option<(&Active, Rng)> {
        let mut first = None;
        for (place, active) in self.rules.iter_mut().enumerate() {
            let rule = &active.rule;
            if !wanted(&rule.action) || !rule.when.matches(spot) {
                continue;
            }
            active.met += 1;
            let is_over = rule.count.is_some_and(|most| active.applied >= most);
            if first.is_some() || active.met <= rule.skip || is_over {
                continue;
            }
            let mut rng = self.seed.rng(Purpose::Fault, (active.id << 32) | active.met);
            if rng.f64() < rule.share {
                active.applied += 1;
                first = Some((place, rng));
            }
        }
        let (place, rng) = first?;
        Some((self.rules.get(place)?, rng))
    }

    /// Whether any rule of requests is switched on, and whether one asks for the customer.
    pub(crate) fn about_requests(&self) -> (bool, bool) {
        let mut rules = self.rules.iter().map(|active| &active.rule).filter(|rule| rule.action.is_of_requests());
        let is_any = rules.clone().next().is_some();
        (is_any, rules.any(|rule| rule.when.to.is_some()))
    }
}
