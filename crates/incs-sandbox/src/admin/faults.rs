//! `/faults`: the rules that say when something goes wrong.

use std::sync::Arc;

use http::StatusCode;

use super::call::{Call, OfId};
use super::failure::Failure;
use super::part::{Json, Nothing};
use super::route::Method::{Delete, Get, Post};
use super::route::{Route, route};
use crate::core::Core;
use crate::fault::{Active, Rule};
use crate::notice::{Gone, Kind};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/faults", "listFaults", "The rules that are on, in the order in which they are asked").by(list),
        route(Post, "/faults", "addFault", "Switches a rule on").status(StatusCode::CREATED).refusals(&[409]).by(add),
        route(Delete, "/faults/{id}", "removeFault", "Switches a rule off").status(StatusCode::NO_CONTENT).by(remove),
        route(Delete, "/faults", "removeFaults", "Switches all rules off").status(StatusCode::NO_CONTENT).by(clear),
    ]
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers so")]
fn list(core: &Arc<Core>, _: Call) -> Result<Vec<Active>, Failure> {
    Ok(core.world().faults.list().to_vec())
}

fn add(core: &Arc<Core>, call: Call<Nothing, Nothing, Json<Rule>>) -> Result<Active, Failure> {
    core.change(|world, _| {
        let id = world.faults.add(call.body.0);
        let active = world.faults.list().iter().find(|active| active.id == id).cloned();
        let active = active.ok_or_else(|| Failure::conflict("the rule is gone again"))?;
        world.notices.tell(Kind::Fault, &active);
        Ok(active)
    })
}

fn remove(core: &Arc<Core>, call: Call<OfId>) -> Result<Nothing, Failure> {
    core.change(|world, _| {
        if !world.faults.remove(call.path.id) {
            return Err(Failure::not_found("no such rule"));
        }
        world.notices.tell(Kind::Fault, &Gone::of(call.path.id));
        Ok(Nothing {})
    })
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers so")]
fn clear(core: &Arc<Core>, _: Call) -> Result<Nothing, Failure> {
    core.change(|world, _| {
        let gone: Vec<u64> = world.faults.list().iter().map(|active| active.id).collect();
        world.faults.clear();
        for id in gone {
            world.notices.tell(Kind::Fault, &Gone::of(id));
        }
        Ok(Nothing {})
    })
}
