//! Rules that go together, by a name.

use schemars::JsonSchema;
use serde::Serialize;

use super::rule::{Action, Rule, When};

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
