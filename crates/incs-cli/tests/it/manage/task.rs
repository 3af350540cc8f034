//! Tests of `task`.

use serde_json::{Value, json};

use super::platform::{Platform, failure, success};
use crate::support::{fixture, fixture_path, incs, run};

/// Returns a page of tasks with these ids.
fn page(ids: std::ops::Range<u32>) -> String {
    let reply: Value = serde_json::from_str(&fixture("saas-task-list.response.json")).unwrap();
    let row = &reply["data"]["data"][0];
    let rows: Vec<_> = ids
        .map(|id| {
            let mut row = row.clone();
            row["id"] = id.into();
            row
        })
        .collect();
    success(&json!({ "total": 3, "data": rows }))
}

fn token() -> String {
    success(&json!("5f0c"))
}

#[test]
fn tasks_are_listed_page_by_page() {
    let platform = Platform::answering([token(), page(1..3), page(3..4)]);
    let ended = run(&mut platform.incs(&["task", "list", "--json", "--page-size", "2"]));
    let ids: Vec<_> = ended.documents().iter().map(|task| task["id"].clone()).collect();
    assert_eq!((ended.code, ids), (0, vec![json!(1), json!(2), json!(3)]));
    assert_eq!(
        platform.lines(),
        ["POST /external/auth/token", "GET /external/tasks?page_size=2", "GET /external/tasks?page=2&page_size=2"]
    );
    assert!(platform.asked()[1].headers.contains("authorization"), "{}", platform.asked()[1].headers);
}

#[test]
fn filters_are_query_parameters() {
    let platform = Platform::answering([page(1..2)]);
    let args =
        ["--status", "in-progress", "--name", "May", "--from", "2026-05-04", "--to", "2026-05-05", "--page", "3"];
    let more = ["--id", "412", "--batch", "188"];
    let ended = run(platform.incs(&[&["task", "list"], &args[..], &more].concat()).env("INCS_TOKEN", "b82f"));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        platform.lines(),
        ["GET /external/tasks?task_id=412&creation_id=188&status=1&name=May&start_at=2026-05-04%2000%3A00%3A00\
          &end_at=2026-05-05%2023%3A59%3A59&page=3&page_size=100"]
    );
}

#[test]
fn limited_list_prints_a_note() {
    let platform = Platform::answering([page(411..413)]);
    let ended = run(platform.incs(&["task", "list", "--limit", "2"]).env("INCS_TOKEN", "b82f"));
    insta::assert_snapshot!(ended.stdout, @"
    ID   STATUS      ASSIGNEE  CUSTOMER       CREATED              NAME
    411  terminated  agent_07  6281200045678  2026-05-04 10:02:31  May follow-up
    412  terminated  agent_07  6281200045678  2026-05-04 10:02:31  May follow-up
    ");
    assert_eq!(ended.stderr, "stopped after 2; there may be more\n");

    let platform = Platform::answering([page(0..0)]);
    let ended = run(platform.incs(&["task", "list"]).env("INCS_TOKEN", "b82f"));
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", "no matching tasks\n"));
}

#[test]
fn rows_before_failed_page_are_shown() {
    let platform = Platform::answering([page(1..3), failure(422, "no")]);
    let ended = run(platform.incs(&["task", "list", "--page-size", "2"]).env("INCS_TOKEN", "b82f"));
    assert_eq!((ended.code, ended.stdout.lines().count()), (5, 3), "{ended:?}");
}

#[test]
fn task_comes_from_file_or_options() {
    let flags = ["--name", "call back", "--channel-id", "30112", "--to", "+62 812-0004-5678", "--assignee", "agent_07"];
    let file = fixture_path("saas-task-create-minimal.request.json");
    let expected: Value = serde_json::from_str(&fixture("saas-task-create-minimal.request.json")).unwrap();
    for args in [&flags[..], &[file.as_str()]] {
        let created = fixture("saas-task-create.response.json");
        let platform = Platform::answering([created.clone(), created]);
        let args = [&["task", "create"], args].concat();
        let ended = run(platform.incs(&args).env("INCS_TOKEN", "b82f"));
        assert_eq!((ended.code, ended.stdout.as_str()), (0, "task 412 for agent_07: not started\n"), "{ended:?}");
        assert_eq!(platform.lines(), ["POST /external/tasks"]);
        assert_eq!(platform.asked()[0].body.as_ref(), Some(&expected));
        let ended = run(platform.incs(&[&args[..], &["--json"]].concat()).env("INCS_TOKEN", "b82f"));
        assert_eq!(ended.document()["conversation_id"], 1450);
    }
}

#[test]
fn invalid_task_is_not_sent() {
    let long = "x".repeat(257);
    for (name, to, pointer) in [(long.as_str(), "6281200045678", Some("/name")), ("a", "62812000x", None)] {
        let platform = Platform::answering([token()]);
        let flags = ["--name", name, "--channel-id", "1", "--to", to, "--assignee", "b"];
        let ended = run(&mut platform.incs(&[&["task", "create", "--json"], &flags[..]].concat()));
        let failure = ended.failure();
        assert_eq!((ended.code, failure["violations"][0]["pointer"].as_str()), (2, pointer));
        assert!(!ended.stderr.contains("62812000") && platform.lines().is_empty(), "{ended:?}");
    }
    for args in [&["--name", "a"][..], &["file.json", "--name", "a"]] {
        assert_eq!(run(&mut incs(&[&["task", "create"], args].concat())).code, 2, "{args:?}");
    }
}

#[test]
fn lost_reply_is_unknown_outcome() {
    let platform = Platform::answering([failure(500, "later")]);
    let file = fixture_path("saas-task-create.request.json");
    let ended = run(platform.incs(&["task", "create", &file]).env("INCS_TOKEN", "b82f"));
    assert_eq!((ended.code, platform.lines().len()), (8, 1), "{ended:?}");
}
