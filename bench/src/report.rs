//! Instructions and allocations of the cases under valgrind: the gates, and tables of reading and sending with their peers.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use incs_bench::cases;
use incs_bench::gates::{GATES, Gate};
use serde_json::json;

use crate::goals::Goal;
use crate::table::{Cell, Table};
use crate::valgrind::{Cost, measure};

/// The goal for reading, in instructions times the plain derive.
const READING_GOAL: f64 = 1.10;

/// The cost of each case.
pub(crate) type Costs = BTreeMap<String, Cost>;

/// Measures the cases and prints the gates. With `check`, other cases are not measured, and an exceeded limit is an error.
pub(crate) fn report(check: bool, as_json: bool) -> Result<()> {
    let costs = measure_all(|name| !check || GATES.iter().any(|gate| name == gate.case || name == gate.baseline))?;
    let verdicts = verdicts(&costs)?;
    let (cases, gates) = (cases_table(&costs), gates_table(&verdicts));
    if as_json {
        println!("{}", json!({ "cases": cases.to_json(), "gates": gates.to_json() }));
    } else {
        println!("{}\n{}", cases.to_markdown(), gates.to_markdown());
    }
    let broken = verdicts.iter().filter(|verdict| !verdict.is_held()).count();
    if check && broken > 0 {
        bail!("{broken} of {} limits exceeded", verdicts.len());
    }
    Ok(())
}

/// Measures the chosen cases on all cores: instruction counts do not depend on other load.
pub(crate) fn measure_all(is_chosen: impl Fn(&str) -> bool) -> Result<Costs> {
    let cases = cases::all().into_iter().map(|case| (case.name, case.runs));
    let cases: Vec<(String, u32)> = cases.filter(|(name, _)| is_chosen(name)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut costs = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, runs)) = cases.get(index) else { return Ok(costs) };
            eprintln!("[{}/{}] {name}", index + 1, cases.len());
            costs.push((name.clone(), measure(name, *runs)?));
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

/// A gate and what was measured.
pub(crate) struct Verdict {
    gate: &'static Gate,
    ratio: f64,
    case: Cost,
    baseline: Cost,
}

impl Verdict {
    fn is_held(&self) -> bool {
        let more = self.case.allocations - self.baseline.allocations;
        self.ratio <= self.gate.max_ratio() && self.gate.max_extra_allocations.is_none_or(|most| more <= most)
    }
}

/// Compares the costs with every gate.
pub(crate) fn verdicts(costs: &Costs) -> Result<Vec<Verdict>> {
    let verdict = |gate: &'static Gate| {
        let (case, baseline) = (cost(costs, gate.case)?, cost(costs, gate.baseline)?);
        Ok(Verdict { gate, ratio: case.instructions / baseline.instructions, case, baseline })
    };
    GATES.iter().map(verdict).collect()
}

/// Returns the goals for reading.
pub(crate) fn goals(verdicts: &[Verdict]) -> impl Iterator<Item = Goal> {
    let reading = verdicts.iter().filter(|verdict| verdict.gate.case.starts_with("read/"));
    reading.map(|verdict| {
        let what = format!("{}: instructions, times a plain derive", verdict.gate.description);
        Goal::at_most(what, verdict.ratio, READING_GOAL)
    })
}

/// Returns the gates as a table.
pub(crate) fn gates_table(verdicts: &[Verdict]) -> Table {
    let columns = ["gate", "instructions, times the baseline", "at most", "allocations", "held"];
    let mut table = Table::new("Gates", &columns);
    for verdict in verdicts {
        let Verdict { gate, ratio, case, baseline } = verdict;
        let at_most = gate.max_extra_allocations.map(|most| format!(", at most {most} more")).unwrap_or_default();
        let allocations = format!("{} against {}{at_most}", case.allocations, baseline.allocations);
        let held = if verdict.is_held() { "yes" } else { "**no**" };
        let (ratio, max_ratio) = (Cell::ratio(*ratio), Cell::ratio(gate.max_ratio()));
        table.push([gate.description.into(), ratio, max_ratio, allocations.into(), held.into()]);
    }
    table
}

/// Returns every case as a table.
pub(crate) fn cases_table(costs: &Costs) -> Table {
    let mut table = Table::new("Every case", &["case", "instructions", "allocations"]);
    for (name, cost) in costs {
        table.push([format!("`{name}`").into(), Cell::count(cost.instructions), allocations(*cost)]);
    }
    table
}

/// Returns reads by this library and by the peers of `serde_json`, as the ratio to a plain derive with `serde_json`.
pub(crate) fn reading_table(costs: &Costs) -> Result<Table> {
    let columns =
        ["body", "instructions of the derive", "this library", "the derive by `from_slice`", "sonic-rs", "simd-json"];
    let mut table = Table::new("Other JSON libraries", &columns);
    for name in costs.keys().filter_map(|name| name.strip_prefix("read/")?.strip_suffix("/derive")) {
        let instructions = |way: &str| Ok::<_, anyhow::Error>(cost(costs, &format!("read/{name}/{way}"))?.instructions);
        let derive = instructions("derive")?;
        let mut row = vec![name.into(), Cell::count(derive)];
        for way in ["ours", "from-slice", "sonic-rs", "simd-json"] {
            row.push(Cell::ratio(instructions(way)? / derive));
        }
        table.push(row);
    }
    Ok(table)
}

/// Returns every way to send a text.
pub(crate) fn sending_table(costs: &Costs) -> Result<Table> {
    let columns = ["a send", "instructions", "times hyper by hand", "allocations"];
    let mut table = Table::new("Sending", &columns);
    for (way, name) in [
        ("hyper/by-hand", "hyper by hand, with serde"),
        ("hyper/ours", "this library over hyper"),
        ("ureq/bare", "ureq bare"),
        ("reqwest/bare", "reqwest bare"),
        ("reqwest/by-hand", "reqwest by hand, with serde"),
        ("reqwest/ours", "this library over reqwest"),
    ] {
        let (baseline, cost) = (cost(costs, "send/hyper/by-hand")?, cost(costs, &format!("send/{way}"))?);
        let ratio = Cell::ratio(cost.instructions / baseline.instructions);
        table.push([name.into(), Cell::count(cost.instructions), ratio, allocations(cost)]);
    }
    Ok(table)
}

fn cost(costs: &Costs, name: &str) -> Result<Cost> {
    costs.get(name).copied().with_context(|| format!("no case {name}"))
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn allocations(cost: Cost) -> Cell {
    Cell::count(cost.allocations as f64)
}
