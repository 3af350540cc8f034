//! Tasks.

use std::time::Duration;

use incs_model::Timestamp;
use incs_sandbox::{Clock, Memory, Sandbox};
use serde_json::json;

use super::curl::{bearer, call_with};

#[tokio::test]
async fn new_task_has_two_log_entries() {
    let clock = Clock::starting_at(Timestamp::from_millisecond(1_777_888_951_250).unwrap());
    let sandbox = Sandbox::builder().seed(7).clock(clock).start().await.unwrap();
    let bearer = bearer(&sandbox).await;
    let task = json!({ "name": "call back", "type": 3, "auth_id": 30112, "user_phone": "6281200045678",
        "assignee_username": "agent_07" })
    .to_string();
    let first = call_with(&sandbox, "POST", "/external/tasks", Some(&task), &[&bearer]).await;
    sandbox.advance(Duration::from_mins(1)).await;
    let second = call_with(&sandbox, "POST", "/external/tasks", Some(&task), &[&bearer]).await;
    let log = |id: u64, kind: u64, agent: &str| {
        json!({ "id": id, "type": kind, "status": 0, "pre_status": 0,
        "assignee_username": agent, "comment": "", "created_at": "2026-05-04 10:02:31", "updated_at": "2026-05-04 10:02:31" })
    };
    let mut wanted = json!({ "id": 1, "creation_id": 1, "auth_id": 30112, "name": "call back", "description": "",
        "type": 3, "user_name": "", "user_phone": "6281200045678", "assignee_username": "agent_07",
        "conversation_id": 1001, "status": 0, "created_at": "2026-05-04 10:02:31", "updated_at": "2026-05-04 10:02:31",
        "logs": [log(1, 1, ""), log(2, 2, "agent_07")] });
    assert_eq!(first.data(), &wanted);
    assert_eq!(
        (&second.data()["id"], &second.data()["conversation_id"]),
        (&json!(2), &json!(1001)),
        "the same customer"
    );

    let until = "/external/tasks?end_at=2026-05-04%2010:02:31";
    let listed = call_with(&sandbox, "GET", until, None, &[&bearer]).await;
    wanted.as_object_mut().unwrap().remove("conversation_id");
    assert_eq!(listed.data(), &json!({ "total": 1, "data": [wanted] }));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn oldest_task_is_forgotten_first() {
    let mut memory = Memory::default();
    memory.tasks = 2;
    let sandbox = Sandbox::builder().memory(memory).start().await.unwrap();
    let bearer = bearer(&sandbox).await;
    for number in 1..=3 {
        let task = json!({ "name": format!("task {number}"), "type": 3, "auth_id": 30112, "user_phone": format!("62812{number:06}"),
            "assignee_username": "agent_07" });
        call_with(&sandbox, "POST", "/external/tasks", Some(&task.to_string()), &[&bearer]).await.data();
    }
    let listed = call_with(&sandbox, "GET", "/external/tasks", None, &[&bearer]).await;
    let names: Vec<_> = listed.data()["data"].as_array().unwrap().iter().map(|task| &task["name"]).collect();
    assert_eq!((names, &listed.data()["total"]), (vec![&json!("task 3"), &json!("task 2")], &json!(2)));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn oldest_token_is_forgotten_after_100() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let oldest = bearer(&sandbox).await;
    let mut newest = oldest.clone();
    for _ in 0..99 {
        newest = bearer(&sandbox).await;
    }
    let total = |bearer: String| {
        let sandbox = &sandbox;
        async move { call_with(sandbox, "GET", "/external/tasks", None, &[&bearer]).await.code() }
    };
    assert_eq!(total(oldest.clone()).await, 200);
    bearer(&sandbox).await;
    assert_eq!((total(oldest).await, total(newest).await), (401, 200));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn task_type_is_required() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let bearer = bearer(&sandbox).await;
    let task = json!({ "name": "call back", "auth_id": 30112, "user_phone": "6281200045678", "assignee_username": "agent_07" });
    let refused = call_with(&sandbox, "POST", "/external/tasks", Some(&task.to_string()), &[&bearer]).await;
    assert_eq!((refused.http, refused.code(), refused.pointers()), (422, 422, vec!["/type"]));
    sandbox.shutdown().await;
}
