//! Tasks, tokens and queries.

use incs_model::auth::TokenRequest;
use incs_model::limits::{status as status_limits, task as task_limits, template as template_limits};
use incs_model::status::StatusQuery;
use incs_model::task::{self, NewTask, Order, OrderPanel, Panel, TaskKind, TaskStatus};
use incs_model::{decode, template};
use proptest::prelude::*;
use serde_json::json;

use super::{Faults, text, unknown_kind};

/// A task to create.
pub(crate) fn task() -> impl Strategy<Value = NewTask> {
    Faults::any().prop_flat_map(|faults| {
        let required = (
            text::required(faults, task_limits::NAME_MAX),
            any::<u64>(),
            text::phone(),
            text::not_empty(faults),
            faults.or(Just(3), prop_oneof![Just(0), Just(4), any::<i64>()]),
        );
        let optional = (
            prop::option::of(text::possibly_empty(faults, task_limits::DESCRIPTION_MAX)),
            prop::option::of(text::possibly_empty(faults, 20)),
            prop::option::of(panel(faults)),
        );
        (required, optional).prop_map(|((name, channel, phone, assignee, kind), (description, user, panel))| {
            let mut task = NewTask::new(name, channel, phone, assignee).with_type(TaskKind::from(kind));
            (task.description, task.user_name, task.task_module_info) = (description, user, panel);
            task
        })
    })
}

fn panel(faults: Faults) -> BoxedStrategy<Panel> {
    let words = || text::possibly_empty(Faults::NONE, 20);
    let order = (words(), words(), words())
        .prop_map(|(number, name, amount)| Order::new(number).with_username(name).with_due_amount(amount));
    let orders = (words(), prop::collection::vec(order, 0..3))
        .prop_map(|(total, orders)| Panel::Orders(OrderPanel::new(total, orders)));
    let unknown = unknown_kind().prop_map(|kind| decode(json!({ "module_id": kind }).to_string().as_bytes()).unwrap());
    faults.or(orders, unknown)
}

/// A request for a token.
pub(crate) fn token() -> impl Strategy<Value = TokenRequest> {
    Faults::any().prop_flat_map(|faults| {
        (text::not_empty(faults), text::not_empty(faults))
            .prop_map(|(name, password)| TokenRequest::new(name, password))
    })
}

/// A status query.
pub(crate) fn status() -> impl Strategy<Value = StatusQuery> {
    Faults::any().prop_flat_map(|faults| {
        let id = text::not_empty(faults);
        faults.items(id, 1, Some(status_limits::IDS_MAX), 5).prop_map(StatusQuery::new)
    })
}

/// A query for templates.
pub(crate) fn templates() -> impl Strategy<Value = template::ListQuery> {
    Faults::any().prop_flat_map(|faults| {
        let id = prop::option::of(text::not_empty(faults));
        let count = prop::option::of(number(faults, 1, template_limits::LIST_COUNT_MAX));
        (id, count).prop_map(|(id, count)| {
            let mut query = template::ListQuery::new();
            (query.last_id, query.count) = (id.map(Into::into), count);
            query
        })
    })
}

/// A query for tasks.
pub(crate) fn tasks() -> impl Strategy<Value = task::ListQuery> {
    Faults::any().prop_flat_map(|faults| {
        let status = faults.or(0..=3i64, prop_oneof![Just(-1), Just(4), any::<i64>()]);
        let codes = (prop::option::of(any::<i64>()), prop::option::of(status));
        let ids = (prop::option::of(any::<u64>()), prop::option::of(any::<u64>()));
        let words = prop::array::uniform3(prop::option::of(text::possibly_empty(Faults::NONE, 20)));
        let page = prop::option::of(number(faults, 1, u32::MAX));
        let size = prop::option::of(number(faults, 1, task_limits::PAGE_SIZE_MAX));
        (ids, codes, words, page, size).prop_map(|((task, batch), (kind, status), [name, start, end], page, size)| {
            let mut query = task::ListQuery::new();
            (query.task_id, query.creation_id) = (task.map(Into::into), batch.map(Into::into));
            (query.r#type, query.status) = (kind.map(TaskKind::from), status.map(TaskStatus::from));
            (query.start_at, query.end_at) = (start.map(Into::into), end.map(Into::into));
            (query.name, query.page, query.page_size) = (name, page, size);
            query
        })
    })
}

fn number(faults: Faults, min: u32, max: u32) -> BoxedStrategy<u32> {
    let sound = prop_oneof![min..=max, Just(min), Just(max)];
    faults.or(sound, prop_oneof![Just(min - 1), Just(max.saturating_add(1)), Just(0)])
}
