//! `incs status`, `template`, `task` and `auth`.

use std::process::Command;

use incs_facade::contract::{Fault, Moment, Reply};
use incs_facade::model::envelope::Code;
use serde_json::{Value, json};

use super::transcript::{Transcript, with_json};
use crate::manage::platform::{Platform, failure, success};
use crate::support::{Ended, fixture, fixture_path, run};

#[test]
fn json_of_status_is_frozen() {
    let mut transcript = Transcript::of("status");
    let row = |(id, state): &(&str, &str)| json!({ "message_id": id, "message_status": state, "created_at": 1_775_540_101, "delivered_at": 1_775_540_102, "read_at": 0 });
    let rows = |rows: &[(&str, &str)]| -> Fault {
        let rows: Vec<Value> = rows.iter().map(row).collect();
        Reply::json(200, success(&json!({ "data": rows }))).into()
    };
    let all = [("a", "sent"), ("b", "delivered"), ("c", "read"), ("d", "failed"), ("e", "held")];
    let wait = ["--wait", "delivered", "--interval", "10ms"];
    let short = ["--wait", "delivered", "--interval", "600ms", "--timeout", "1s"];
    for (case, args, faults) in [
        ("every state", &["status", "a", "b", "c", "d", "e"][..], vec![rows(&all)]),
        ("some are not found", &["status", "a", "f"], vec![rows(&all[..1])]),
        ("none is found", &["status", "f"], vec![rows(&[])]),
        ("authentication", &["status", "a"], vec![Reply::failure(Code::InvalidCertificationCode, "no").into()]),
        ("server error", &["status", "a"], vec![Reply::new(500).into(); 10]),
        ("refused", &["status", "a"], vec![Reply::failure(Code::BadRequest, "no").into()]),
        ("network", &["status", "a"], vec![Fault::close(Moment::AfterRequest); 10]),
        ("waited for", &[&["status", "a"], &wait[..]].concat(), vec![rows(&all[..1]), rows(&[("a", "delivered")])]),
        ("waited for and failed", &[&["status", "d"], &wait[..]].concat(), vec![rows(&[("d", "failed")])]),
        (
            "waited for and one failed",
            &[&["status", "b", "d"], &wait[..]].concat(),
            vec![rows(&[("b", "delivered"), ("d", "failed")])],
        ),
        ("timed out", &[&["status", "a", "f"], &short[..]].concat(), vec![rows(&all[..1]); 50]),
    ] {
        let platform = Platform::giving(faults);
        transcript.add(case, &mut platform.incs(&[args, &["--json"]].concat()));
    }
    transcript.add_with_input("no ids", &mut with_json(&["status", "-"]), "\n");
    transcript.add("no credential", &mut with_json(&["status", "a"]));
    transcript.add("usage", &mut with_json(&["status"]));
    transcript.end();
}

/// Runs a command against a server with these replies.
fn against(transcript: &mut Transcript, case: &str, args: &[&str], answers: &[String]) {
    let platform = Platform::answering(answers.iter().cloned());
    transcript.add(case, &mut platform.incs(&[args, &["--json"]].concat()));
}

#[test]
fn json_of_template_list_is_frozen() {
    let mut transcript = Transcript::of("template list");
    let whatsapp = ["template", "list", "--channel", "whatsapp"];
    let rcs = ["template", "list", "--channel", "rcs"];
    against(&mut transcript, "whatsapp", &whatsapp, &[fixture("waba-template-list.response.json")]);
    against(&mut transcript, "rcs", &rcs, &[fixture("rcs-template-list.response.json")]);
    let limited = [&rcs[..], &["--limit", "1"]].concat();
    against(&mut transcript, "limited", &limited, &[fixture("rcs-template-list.response.json")]);
    against(&mut transcript, "none", &rcs, &[success(&json!([]))]);
    against(&mut transcript, "refused", &rcs, &[failure(422, "no")]);
    transcript.add("no credential", &mut with_json(&rcs));
    transcript.add("usage", &mut with_json(&["template", "list"]));
    transcript.end();
}

#[test]
fn json_of_template_get_is_frozen() {
    let mut transcript = Transcript::of("template get");
    let whatsapp = ["template", "get", "--channel", "whatsapp", "77"];
    let rcs = ["template", "get", "--channel", "rcs", "77"];
    against(&mut transcript, "whatsapp", &whatsapp, &[fixture("waba-template-create.response.json")]);
    against(&mut transcript, "rcs", &rcs, &[fixture("rcs-template-get.response.json")]);
    against(&mut transcript, "not found", &rcs, &[fixture("rcs-template-get.error-400.response.json")]);
    against(&mut transcript, "refused", &rcs, &[failure(400, "category require")]);
    let by_name = ["template", "get", "--channel", "rcs", "--name", "rain_sale_card"];
    against(&mut transcript, "by name", &by_name, &[fixture("rcs-template-list.response.json")]);
    against(&mut transcript, "no such name", &by_name, &[success(&json!([]))]);
    transcript.add("usage", &mut with_json(&["template", "get", "--channel", "rcs"]));
    transcript.end();
}

#[test]
fn json_of_template_create_is_frozen() {
    let mut transcript = Transcript::of("template create");
    let file = fixture_path("waba-template-create.request.json");
    let whatsapp = ["template", "create", "--channel", "whatsapp", &file];
    let created = fixture("waba-template-create.response.json");
    against(&mut transcript, "whatsapp", &whatsapp, std::slice::from_ref(&created));
    against(&mut transcript, "rejected at once", &whatsapp, &[created.replace("PENDING", "REJECTED")]);
    let refused = fixture("waba-template-create.error-400.response.json");
    against(&mut transcript, "refused", &whatsapp, std::slice::from_ref(&refused));
    let with_words = [&whatsapp[..], &["--platform-message"]].concat();
    against(&mut transcript, "the platform's own words", &with_words, &[refused]);
    against(&mut transcript, "server error", &whatsapp, &[failure(500, "later")]);
    let file = fixture_path("rcs-template-create-text.request.json");
    let rcs = ["template", "create", "--channel", "rcs", &file];
    against(&mut transcript, "rcs", &rcs, &[success(&json!({}))]);
    against(&mut transcript, "rcs, with an id", &rcs, &[success(&json!({ "template_id": "9", "status": "APPROVED" }))]);
    let from_input = ["template", "create", "--channel", "rcs", "-"];
    let invalid = fixture("rcs-template-create-text.request.json").replace("\"name\"", "\"nome\"");
    transcript.add_with_input("malformed", &mut with_json(&from_input), invalid);
    let mut template: Value = serde_json::from_str(&fixture("rcs-template-create-text.request.json")).unwrap();
    template["name"] = "a name with spaces".into();
    transcript.add_with_input("invalid", &mut with_json(&from_input), template.to_string());
    transcript.add("usage", &mut with_json(&["template", "create", "--channel", "rcs"]));
    transcript.end();
}

#[test]
fn json_of_template_delete_is_frozen() {
    let mut transcript = Transcript::of("template delete");
    let rcs = ["template", "delete", "--channel", "rcs", "77"];
    against(&mut transcript, "rcs", &rcs, &[success(&json!({}))]);
    against(&mut transcript, "not found", &rcs, &[fixture("rcs-template-get.error-400.response.json")]);
    transcript.add("whatsapp", &mut with_json(&["template", "delete", "--channel", "whatsapp", "77"]));
    transcript.add("usage", &mut with_json(&["template", "delete", "--channel", "rcs"]));
    transcript.end();
}

#[test]
fn json_of_task_list_is_frozen() {
    let mut transcript = Transcript::of("task list");
    let token = success(&json!("5f0c"));
    let list = ["task", "list"];
    let page = fixture("saas-task-list.response.json");
    against(&mut transcript, "with the token of the account", &list, &[token.clone(), page.clone()]);
    let limited = [&list[..], &["--limit", "1"]].concat();
    against(&mut transcript, "limited", &limited, &[token.clone(), page]);
    let none = success(&json!({ "total": 0, "data": [] }));
    against(&mut transcript, "none", &list, &[token.clone(), none]);
    against(&mut transcript, "refused", &list, &[token, failure(422, "no")]);
    against(&mut transcript, "wrong account", &list, &[failure(401, "no")]);
    transcript.add("no credential", &mut with_json(&list));
    transcript.add("usage", &mut with_json(&["task", "list", "--from", "today"]));
    transcript.end();
}

#[test]
fn json_of_task_create_is_frozen() {
    let mut transcript = Transcript::of("task create");
    let token = success(&json!("5f0c"));
    let flags = ["task", "create", "--name", "call", "--channel-id", "30112", "--to", "6281200045678"];
    let flags = [&flags[..], &["--assignee", "agent_07"]].concat();
    let created = fixture("saas-task-create.response.json");
    against(&mut transcript, "from flags", &flags, &[token.clone(), created.clone()]);
    let file = fixture_path("saas-task-create.request.json");
    against(&mut transcript, "from a file", &["task", "create", &file], &[token.clone(), created]);
    against(&mut transcript, "unknown", &flags, &[token.clone(), failure(500, "later")]);
    against(&mut transcript, "refused", &flags, &[token, failure(422, "no")]);
    let long = "x".repeat(257);
    let mut invalid = flags.clone();
    invalid[3] = &long;
    against(&mut transcript, "invalid", &invalid, &[]);
    let mut no_number = flags.clone();
    no_number[7] = "x";
    transcript.add("no number", &mut with_json(&no_number));
    transcript.add_with_input("malformed", &mut with_json(&["task", "create", "-"]), r#"{"name":7}"#);
    transcript.add("usage", &mut with_json(&["task", "create", "--name", "a"]));
    transcript.end();
}

#[test]
fn json_of_auth_token_is_frozen() {
    let mut transcript = Transcript::of("auth token");
    let token = ["auth", "token"];
    against(&mut transcript, "a text", &token, &[success(&json!("5f0c"))]);
    against(&mut transcript, "a member", &token, &[success(&json!({ "access_token": "5f0c" }))]);
    against(&mut transcript, "an unknown member", &token, &[success(&json!({ "jwt": "5f0c" }))]);
    against(&mut transcript, "wrong account", &token, &[failure(401, "no")]);
    transcript.add("no account", &mut with_json(&token));
    transcript.add("half an account", with_json(&token).env("INCS_USERNAME", "ops_admin"));
    transcript.add("usage", &mut with_json(&["auth", "token", "more"]));
    transcript.end();
}

#[test]
fn json_of_doctor_is_frozen() {
    let mut transcript = Transcript::of("doctor");
    let doctor = ["doctor", "--json"];
    let mut add = |case: &str, command: &mut Command| {
        let ended = run(command);
        let stdout = ended.stdout.lines().map(|line| without_millis(line) + "\n").collect();
        transcript.note(case, command, &Ended { stdout, ..ended });
    };
    let platform = |root: Reply, replies: &[String]| {
        let replies = replies.iter().map(|body| Reply::json(200, body.clone()));
        Platform::giving([root.clone(), root].into_iter().chain(replies))
    };
    let (none, page) = (success(&json!({ "data": [] })), success(&json!({ "total": 0, "data": [] })));
    let healthy = [none, success(&json!([])), success(&json!("5f0c")), page];
    add("every check passes", &mut platform(Reply::new(404), &healthy).incs(&doctor));
    let refused = [failure(10_001, "no"), failure(422, "no"), failure(401, "no")];
    let odd = Reply::new(503).with_header("date", "yesterday");
    add("warnings, and credentials that are refused", &mut platform(odd, &refused).incs(&doctor));
    let silent = Platform::giving([Fault::close(Moment::AfterRequest), Fault::close(Moment::AfterRequest)]);
    add("no reply", &mut silent.incs(&doctor));
    add("no host, no credential", with_json(&["doctor"]).env("INCS_BASE_URL", "https://no-such-host.invalid"));
    add("unusable settings", with_json(&["doctor"]).env("INCS_USERNAME", "ops_admin"));
    add("usage", &mut with_json(&["doctor", "--timeout", "x"]));
    transcript.end();
}

/// Replaces the milliseconds of a reply.
fn without_millis(line: &str) -> String {
    let Some((before, after)) = line.split_once(" ms\"") else { return line.to_owned() };
    format!("{}<ms> ms\"{after}", before.trim_end_matches(|character: char| character.is_ascii_digit()))
}
