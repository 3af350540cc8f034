//! The table of limits.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use incs_bench::cases;
use incs_bench::gates::{GATES, Gate};
use serde_json::json;

use crate::valgrind::{Cost, measure};

pub(crate) fn report(check: bool, as_json: bool) -> Result<()> {
    let cases: Vec<(String, u32)> = cases::all().into_iter().map(|case| (case.name, case.runs)).collect();
    let costs = measure_all(&cases, |position, name| {
        if !as_json {
            println!("[{position}/{}] {name}", cases.len());
        }
    })?;
    let verdicts = GATES.iter().map(|gate| Verdict::new(gate, &costs)).collect::<Result<Vec<_>>>()?;
    if as_json {
        let cases: BTreeMap<_, _> = costs
            .iter()
            .map(|(name, cost)| (name, json!({ "instructions": cost.instructions, "allocations": cost.allocations })))
            .collect();
        let gates: Vec<_> = verdicts.iter().map(Verdict::to_json).collect();
        println!("{}", json!({ "cases": cases, "gates": gates }));
    } else {
        println!("\n| case | instructions | allocations |\n| --- | ---: | ---: |");
        for (name, cost) in &costs {
            println!("| `{name}` | {:.0} | {} |", cost.instructions, cost.allocations);
        }
        println!(
            "\n| gate | instructions, times the baseline | at most | allocations | held |\n| --- | ---: | ---: | --- | --- |"
        );
        for verdict in &verdicts {
            println!("{}", verdict.row());
        }
    }
    let broken = verdicts.iter().filter(|verdict| !verdict.is_held()).count();
    if check && broken > 0 {
        bail!("{broken} of {} limits exceeded", verdicts.len());
    }
    Ok(())
}

/// Measures the cases on all cores: instruction counts do not depend on other load.
fn measure_all(cases: &[(String, u32)], tell: impl Fn(usize, &str) + Sync) -> Result<BTreeMap<&str, Cost>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut costs = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, runs)) = cases.get(index) else { return Ok(costs) };
            tell(index + 1, name);
            costs.push((name.as_str(), measure(name, *runs)?));
        }
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut costs = BTreeMap::new();
        for worker in workers {
            let part: Result<Vec<_>> = worker.join().map_err(|_| anyhow!("a measuring thread panicked"))?;
            costs.extend(part?);
        }
        Ok(costs)
    })
}

struct Verdict {
    gate: &'static Gate,
    ratio: f64,
    case: Cost,
    baseline: Cost,
}

impl Verdict {
    fn new(gate: &'static Gate, costs: &BTreeMap<&str, Cost>) -> Result<Self> {
        let cost = |name: &str| costs.get(name).copied().with_context(|| format!("no case {name}"));
        let (case, baseline) = (cost(gate.case)?, cost(gate.baseline)?);
        Ok(Self { gate, ratio: case.instructions / baseline.instructions, case, baseline })
    }

    fn is_held(&self) -> bool {
        let more = self.case.allocations - self.baseline.allocations;
        self.ratio <= self.gate.max_ratio() && self.gate.max_extra_allocations.is_none_or(|most| more <= most)
    }

    fn row(&self) -> String {
        let Self { gate, ratio, case, baseline } = self;
        let at_most = gate.max_extra_allocations.map(|most| format!(", at most {most} more")).unwrap_or_default();
        let allocations = format!("{} against {}{at_most}", case.allocations, baseline.allocations);
        let held = if self.is_held() { "yes" } else { "**no**" };
        format!("| {} | {ratio:.2} | {:.2} | {allocations} | {held} |", gate.description, gate.max_ratio())
    }

    fn to_json(&self) -> serde_json::Value {
        json!({
            "gate": self.gate.description,
            "case": self.gate.case,
            "baseline": self.gate.baseline,
            "ratio": self.ratio,
            "most": self.gate.max_ratio(),
            "allocations": self.case.allocations,
            "baseline_allocations": self.baseline.allocations,
            "held": self.is_held(),
        })
    }
}
