//! `/faults` and `/presets`: the rules that say when something goes wrong.

use http::StatusCode;
use schemars::JsonSchema;

use super::call::{Call, OfId};
use super::failure::Failure;
use super::part::{Describe, Nothing, Own, Parse};
use super::route::Method::{Delete, Get, Post};
use super::route::{Route, route};
use crate::core::Core;
use crate::fault::{Active, Preset, Rule, presets};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/faults", "listFaults", "The rules that are on, in the order in which they are asked").always(list),
        route(Post, "/faults", "addFault", "Switches a rule on").status(StatusCode::CREATED).refusals(&[409]).by(add),
        route(Delete, "/faults/{id}", "removeFault", "Switches a rule off").status(StatusCode::NO_CONTENT).by(remove),
        route(Delete, "/faults", "removeFaults", "Switches all rules off").status(StatusCode::NO_CONTENT).always(clear),
        route(Get, "/presets", "listPresets", "Rules that go together, to be switched on one by one").always(known),
    ]
}

impl Parse for Rule {
    const DESCRIBE: Describe = <Self as JsonSchema>::json_schema;

    fn parse(json: &[u8]) -> Result<Self, Failure> {
        Self::parse(json).map_err(|error| Failure::unprocessable(error.pointer(), error.to_string()))
    }
}

fn list(core: &Core, _: Call) -> Vec<Active> {
    core.world().faults.list().to_vec()
}

fn add(core: &Core, call: Call<Nothing, Nothing, Own<Rule>>) -> Result<Active, Failure> {
    // What the rule says was checked; only that there are too many is left.
    core.change(|world, _| world.add_fault(call.body.0)).map_err(|error| Failure::conflict(error.to_string()))
}

fn remove(core: &Core, call: Call<OfId>) -> Result<Nothing, Failure> {
    let was_on = core.change(|world, _| world.remove_fault(call.path.id));
    was_on.then_some(Nothing {}).ok_or_else(|| Failure::not_found("no such rule"))
}

fn clear(core: &Core, _: Call) -> Nothing {
    core.change(|world, _| {
        let rules: Vec<u64> = world.faults.list().iter().map(|active| active.id).collect();
        for id in rules {
            world.remove_fault(id);
        }
    });
    Nothing {}
}

fn known(_: &Core, _: Call) -> Vec<Preset> {
    presets()
}
