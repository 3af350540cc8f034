//! Faults on request: rules that say when something goes wrong, and what.

pub(crate) mod rule;
#[cfg(test)]
mod tests;

use fastrand::Rng;
use schemars::JsonSchema;
use serde::Serialize;

use self::rule::{Action, Rule, RuleError, Spot, When};
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

/// Checks that all rules can be switched on together.
pub(crate) fn check_all(rules: &[Rule]) -> Result<(), RuleError> {
    let mut faults = Faults::new(Seed(0));
    rules.iter().try_for_each(|rule| faults.add(rule.clone()).map(|_| ()))
}

/// Rules that go together, by a name.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Preset {
    /// The name: `flaky-network`.
    pub name: &'static str,
    /// What it is like, in a sentence.
    pub sentence: &'static str,
    /// The rules, in the order in which they are switched on.
    pub rules: Vec<Rule>,
}

/// The presets: `flaky-network`, `slow`, `throttled`, `lost-replies`, `bad-webhooks` and `chaos`.
///
/// ```
/// let names: Vec<_> = incs_sandbox::presets().iter().map(|preset| preset.name).collect();
/// assert_eq!(names, ["flaky-network", "slow", "throttled", "lost-replies", "bad-webhooks", "chaos"]);
/// ```
pub fn presets() -> Vec<Preset> {
    let preset = |name, sentence, rules: Vec<Rule>| Preset { name, sentence, rules };
    vec![
        preset("flaky-network", "one call in seven breaks off, before or after it was carried out", flaky(0.07)),
        preset("slow", "every reply takes two seconds", vec![Rule::new(Action::Slow { millis: 2000 })]),
        preset("throttled", "one call in three is one too many, and has to wait a second", throttled(1.0 / 3.0)),
        preset(
            "lost-replies",
            "every other send is carried out, and its reply never comes",
            vec![Rule::new(Action::Drop { accepted: true }).when(When::operation("send_*")).share(0.5)],
        ),
        preset(
            "bad-webhooks",
            "webhooks come twice, late, out of order, with values of tomorrow, or not at all",
            hooks(),
        ),
        preset("chaos", "a bit of everything", chaos()),
    ]
}

fn flaky(share: f64) -> Vec<Rule> {
    [false, true].map(|accepted| Rule::new(Action::Drop { accepted }).share(share)).into()
}

fn throttled(share: f64) -> Vec<Rule> {
    vec![Rule::new(Action::RateLimit { retry_after: Some(1) }).share(share)]
}

fn hooks() -> Vec<Rule> {
    let rule = |action, share| Rule::new(action).share(share);
    vec![
        rule(Action::Duplicate, 0.2),
        rule(Action::Reorder, 0.1),
        rule(Action::Late { millis: 5000 }, 0.1),
        rule(Action::Lose, 0.05),
        rule(Action::UnknownValue, 0.05),
    ]
}

fn chaos() -> Vec<Rule> {
    let both =
        |action: fn(bool) -> Action, share| [false, true].map(|accepted| Rule::new(action(accepted)).share(share));
    let mut rules = throttled(0.05);
    rules.extend(flaky(0.03));
    rules.extend(both(|accepted| Action::ServerError { accepted }, 0.03));
    rules.extend(both(|accepted| Action::Garbage { accepted }, 0.02));
    rules.push(Rule::new(Action::Stall { accepted: true }).share(0.01));
    rules.push(Rule::new(Action::Slow { millis: 1500 }).share(0.1));
    rules.extend(hooks());
    rules.push(Rule::new(Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() }).share(0.05));
    rules
}
