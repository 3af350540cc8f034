//! Active fault rules, and presets.

pub(crate) mod recipients;
pub(crate) mod rule;

use fastrand::Rng;
use schemars::JsonSchema;
use serde::Serialize;

use self::rule::{Action, Rule, RuleError, Target, When};
use crate::seed::{Purpose, Seed};

/// The most active rules at the same time.
const MAX_RULES: usize = 100;

/// The active rules, in the order in which they are checked.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: Seed,
    rules: Vec<ActiveRule>,
    count: u64,
}

impl Faults {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, rules: Vec::new(), count: 0 }
    }

    /// Switches a rule on and returns its id.
    ///
    /// # Errors
    ///
    /// Fails when the rule is invalid, or when there are too many rules; the latter error has an empty pointer.
    pub(crate) fn add(&mut self, rule: Rule) -> Result<u64, RuleError> {
        rule.check()?;
        if self.rules.len() >= MAX_RULES {
            return Err(RuleError::new("", format!("{MAX_RULES} rules already, at most {MAX_RULES}")));
        }
        self.count += 1;
        self.rules.push(ActiveRule { id: self.count, rule, met: 0, applied: 0 });
        Ok(self.count)
    }

    /// Switches a rule off. Returns whether it was on.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|active| active.id != id);
        self.rules.len() != before
    }

    pub(crate) fn list(&self) -> &[ActiveRule] {
        &self.rules
    }

    /// Returns the first rule that applies, with a random number generator for its action.
    ///
    /// Each rule has its own random numbers and counts every matching case, even if an earlier rule applies. So the effect of a
    /// rule on its third case does not depend on other rules.
    pub(crate) fn pick(&mut self, target: Target<'_>, wanted: impl Fn(&Action) -> bool) -> Option<(&ActiveRule, Rng)> {
        let mut first = None;
        for (place, active) in self.rules.iter_mut().enumerate() {
            let rule = &active.rule;
            if !wanted(&rule.action) || !rule.when.matches(target) {
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

    /// Returns whether any rule affects requests, and whether one of these depends on the customer.
    pub(crate) fn about_requests(&self) -> (bool, bool) {
        let mut rules = self.rules.iter().map(|active| &active.rule).filter(|rule| rule.action.is_of_requests());
        let is_any = rules.clone().next().is_some();
        (is_any, rules.any(|rule| rule.when.to.is_some()))
    }
}

/// An active rule with its counters.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct ActiveRule {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) rule: Rule,
    /// The number of matching cases.
    pub(crate) met: u64,
    /// The number of times it was applied.
    pub(crate) applied: u64,
}

/// Checks that all rules can be switched on together.
pub(crate) fn check_all(rules: &[Rule]) -> Result<(), RuleError> {
    let mut faults = Faults::new(Seed(0));
    rules.iter().try_for_each(|rule| faults.add(rule.clone()).map(|_| ()))
}

/// A named set of rules.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Preset {
    /// The name: `flaky-network`.
    pub name: &'static str,
    /// A short description.
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
        preset(
            "flaky-network",
            "one call in seven loses its connection, before or after it was processed",
            flaky(0.07),
        ),
        preset("slow", "every reply takes two seconds", vec![Rule::new(Action::Slow { millis: 2000 })]),
        preset("throttled", "one call in three is rate limited and has to wait a second", throttled(1.0 / 3.0)),
        preset(
            "lost-replies",
            "every other send is processed, but its reply is lost",
            vec![Rule::new(Action::Drop { accepted: true }).when(When::operation("send_*")).share(0.5)],
        ),
        preset(
            "bad-webhooks",
            "webhooks arrive twice, late, out of order, with unknown values, or not at all",
            bad_webhooks(),
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

fn bad_webhooks() -> Vec<Rule> {
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
    rules.extend(bad_webhooks());
    rules.push(Rule::new(Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() }).share(0.05));
    rules
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn picks(faults: &mut Faults, target: Target<'_>, times: usize) -> Vec<Option<u64>> {
        (0..times).map(|_| faults.pick(target, |_| true).map(|(active, _)| active.id)).collect()
    }

    fn faults(rules: impl IntoIterator<Item = Rule>) -> Faults {
        let mut faults = Faults::new(Seed(7));
        for rule in rules {
            faults.add(rule).unwrap();
        }
        faults
    }

    fn drop_it() -> Rule {
        Rule::new(Action::Drop { accepted: false })
    }

    #[test]
    fn every_action_round_trips() {
        let actions = [
            Action::RateLimit { retry_after: None },
            Action::RateLimit { retry_after: Some(3) },
            Action::ServerError { accepted: true },
            Action::Drop { accepted: false },
            Action::Stall { accepted: true },
            Action::Slow { millis: 5 },
            Action::Garbage { accepted: true },
            Action::Refuse { code: 7, title: "no".to_owned() },
            Action::Duplicate,
            Action::Reorder,
            Action::Late { millis: 5 },
            Action::Lose,
            Action::BadSignature,
            Action::UnknownValue,
            Action::Fail { code: -1, title: "no".to_owned() },
        ];
        for action in actions {
            let word = action.as_str();
            let rule = Rule::new(action).when(When::to("852*")).share(0.25).skip(2).count(3);
            let json = serde_json::to_value(&rule).unwrap();
            assert_eq!(json["kind"], word);
            assert_eq!(Rule::try_from(json).unwrap(), rule);
        }
    }

    #[test]
    fn invalid_rule_is_refused_by_pointer() {
        let long = "x".repeat(257);
        let table: [(Value, &str); 24] = [
            (json!([]), "expected an object"),
            (json!({}), "/kind: missing"),
            (json!({ "kind": "explode" }), "/kind: no such fault"),
            (json!({ "kind": "slow" }), "/millis: missing"),
            (json!({ "kind": "slow", "millis": "5" }), "/millis: not of the right type"),
            (json!({ "kind": "slow", "millis": 300_001 }), "/millis: 300001, at most 300000"),
            (json!({ "kind": "late", "millis": 300_001 }), "/millis: 300001, at most 300000"),
            (json!({ "kind": "drop", "millis": 5 }), "/millis: no such member of drop"),
            (json!({ "kind": "drop", "a/b~": 5 }), "/a~1b~0: no such member of drop"),
            (json!({ "kind": "drop", "share": 1.01 }), "/share: 1.01, expected 0 to 1"),
            (json!({ "kind": "drop", "share": -0.1 }), "/share: -0.1, expected 0 to 1"),
            (json!({ "kind": "drop", "skip": -1 }), "/skip: not of the right type"),
            (json!({ "kind": "drop", "operation": "send_telex" }), "/operation: no such operation"),
            (json!({ "kind": "drop", "operation": "telex*" }), "/operation: no such operation"),
            (json!({ "kind": "drop", "event": "a" }), "/event: drop does not affect webhooks: use operation instead"),
            (json!({ "kind": "lose", "operation": "a" }), "/operation: lose affects webhooks: use event instead"),
            (json!({ "kind": "lose", "event": "" }), "/event: 0 bytes, expected 1 to 256"),
            (json!({ "kind": "drop", "to": "+852" }), "/to: expected digits, optionally with * at the end"),
            (json!({ "kind": "rate_limit", "retry_after": 86_401 }), "/retry_after: 86401 seconds, at most 86400"),
            (json!({ "kind": "fail", "code": 1, "title": long }), "/title: 257 bytes, at most 256"),
            (json!({ "kind": "refuse", "code": 1, "title": long }), "/title: 257 bytes, at most 256"),
            (json!({ "kind": "refuse" }), "/code: missing"),
            (json!({ "kind": "fail", "code": 7 }), "/title: missing, and the catalogue has none for this code"),
            (
                json!({ "kind": "refuse", "code": 7, "operation": "list_tasks" }),
                "/title: missing, and the catalogue has none for this code",
            ),
        ];
        for (json, text) in table {
            let error = Rule::parse(json.to_string().as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), text);
        }
        assert_eq!(Rule::parse(b"{").unwrap_err().to_string(), "not JSON");
        let error = drop_it().share(f64::NAN).check().unwrap_err();
        assert_eq!((error.pointer(), error.to_string().as_str()), ("/share", "/share: NaN, expected 0 to 1"));
    }

    #[test]
    fn rule_at_limit_is_accepted() {
        for json in [
            json!({ "kind": "slow", "millis": 300_000, "share": 1, "operation": "send_*" }),
            json!({ "kind": "rate_limit", "retry_after": 86_400, "share": 0.0, "operation": "get_message_status" }),
            json!({ "kind": "fail", "code": 131_026, "title": "x".repeat(256), "to": "*" }),
            json!({ "kind": "lose", "event": "new_*", "to": "85251230088" }),
            json!({ "kind": "refuse", "code": 131_049 }),
            json!({ "kind": "fail", "code": 131_049, "title": null }),
        ] {
            Rule::parse(json.to_string().as_bytes()).unwrap();
        }
    }

    #[test]
    fn number_of_rules_is_limited() {
        let mut faults = faults((0..MAX_RULES).map(|_| drop_it()));
        let error = faults.add(drop_it()).unwrap_err();
        assert_eq!((error.pointer(), error.to_string().as_str()), ("", "100 rules already, at most 100"));
        assert!(faults.remove(1));
        assert_eq!(faults.add(drop_it()), Ok(101));
    }

    #[test]
    fn skip_and_count_are_respected() {
        let mut faults = faults([drop_it().skip(2).count(3)]);
        assert_eq!(picks(&mut faults, Target::default(), 7), [None, None, Some(1), Some(1), Some(1), None, None]);
        assert_eq!((faults.list()[0].met, faults.list()[0].applied), (7, 3));
    }

    #[test]
    fn first_matching_rule_wins() {
        let mut faults = faults([drop_it().count(1), drop_it().skip(1).count(1), drop_it().skip(3)]);
        assert_eq!(picks(&mut faults, Target::default(), 4), [Some(1), Some(2), None, Some(3)]);
    }

    #[test]
    fn share_ignores_other_rules() {
        let other = Rule::new(Action::Garbage { accepted: false }).share(0.5);
        let half = drop_it().share(0.5);
        let struck = |mut faults: Faults, id: u64| {
            picks(&mut faults, Target::default(), 200).into_iter().map(|pick| pick == Some(id)).collect::<Vec<_>>()
        };
        let alone = struck(faults([half.clone()]), 1);
        assert_eq!(struck(faults([half.clone(), other]), 1), alone);
        assert!((70..130).contains(&alone.iter().filter(|struck| **struck).count()), "{alone:?}");
        assert_ne!(struck(Faults { seed: Seed(8), ..faults([half]) }, 1), alone);
    }

    #[test]
    fn a_pattern_ends_in_a_star() {
        let rule = |when| drop_it().when(when);
        let target = Target { operation: Some("send_viber_message"), to: Some("85251230088"), event: None };
        for (when, strikes) in [
            (When::default(), true),
            (When::operation("send_*"), true),
            (When::operation("send_viber_message"), true),
            (When::operation("send_rcs_message"), false),
            (When::to("852*"), true),
            (When::to("853*"), false),
            (When::to("8525123008"), false),
        ] {
            let mut faults = faults([rule(when.clone())]);
            assert_eq!(faults.pick(target, |_| true).is_some(), strikes, "{when:?}");
        }
        let mut faults = faults([rule(When::to("852*"))]);
        assert!(faults.pick(Target::default(), |_| true).is_none());
    }

    #[test]
    fn every_preset_can_be_switched_on() {
        let mut all = Vec::new();
        for preset in presets() {
            assert!(!preset.rules.is_empty(), "{}", preset.name);
            check_all(&preset.rules).unwrap();
            all.extend(preset.rules);
        }
        check_all(&all).unwrap();
    }
}
