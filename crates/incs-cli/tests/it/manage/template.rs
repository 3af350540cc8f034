//! Tests of `template list`, `get`, `create` and `delete`.

use incs_facade::contract::{ClosedPort, Security};
use serde_json::{Value, json};

use super::platform::{Platform, failure, success};
use crate::support::{fixture, fixture_path, incs, run, run_with_input};

/// Returns a page of WhatsApp templates with these ids.
fn page(ids: std::ops::Range<u32>) -> String {
    let reply: Value = serde_json::from_str(&fixture("waba-template-list.response.json")).unwrap();
    let rows: Vec<_> = ids
        .map(|id| {
            let mut row = reply["data"][0].clone();
            row["template_id"] = id.to_string().into();
            row
        })
        .collect();
    success(&json!(rows))
}

#[test]
fn templates_are_listed_up_to_limit() {
    let platform = Platform::answering([page(1..101), page(101..201)]);
    let ended = run(&mut platform.incs(&["template", "list", "--channel", "whatsapp", "--limit", "150", "--json"]));
    let ids: Vec<_> = ended.documents().iter().map(|row| row["template_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, (1..151).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!(ended.stderr, "stopped after 150; there may be more\n");
    assert_eq!(
        platform.lines(),
        ["GET /external/templates?count=100", "GET /external/templates?last_id=100&count=100"]
    );
    assert!(platform.asked()[0].headers.contains("certification-code"));
}

#[test]
fn people_get_a_table_of_templates() {
    let platform = Platform::answering([fixture("rcs-template-list.response.json")]);
    let ended = run(&mut platform.incs(&["template", "list", "--kind", "rcs", "--after", "17"]));
    assert_eq!(platform.lines(), ["GET /external/templates/rcs?last_id=17&count=100"]);
    insta::assert_snapshot!(ended.stdout, @"
    ID                   NAME                TYPE      STATUS
    2217695120099910081  rain_sale_carousel  carousel  APPROVED
    2217695120034410077  rain_sale_card      richcard  APPROVED
    ");
    let platform = Platform::answering([page(0..0)]);
    let ended = run(&mut platform.incs(&["template", "list", "--channel", "whatsapp"]));
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", "no templates\n"));
}

#[test]
fn template_is_found_on_any_page() {
    let mut last: Value = serde_json::from_str(&page(101..103)).unwrap();
    last["data"][1]["name"] = "table_ready_9".into();
    for (name, code) in [("table_ready_9", 0), ("table_ready_10", 3)] {
        let platform = Platform::answering([page(1..101), last.to_string()]);
        let get = ["template", "get", "--channel", "whatsapp", "--name", name, "--json"];
        let ended = run(&mut platform.incs(&get));
        assert_eq!(ended.code, code, "{ended:?}");
        if code == 0 {
            assert_eq!(ended.document(), last["data"][1]);
        } else {
            assert_eq!(ended.failure()["message"], format!("there is no template `{name}` on the platform"));
        }
    }
    for args in [&["--name", "a", "77"][..], &[]] {
        assert_eq!(run(incs(&["template", "get", "--channel", "rcs"]).args(args)).code, 2, "{args:?}");
    }
}

#[test]
fn one_template_is_shown() {
    let reply = fixture("rcs-template-get.response.json");
    let platform = Platform::answering([reply.clone(), reply.clone()]);
    let get = ["template", "get", "--channel", "rcs", "2217695120034410077"];
    let expected: Value = serde_json::from_str(&reply).unwrap();
    assert_eq!(run(&mut platform.incs(&[&get[..], &["--json"]].concat())).document(), expected["data"]);
    assert_eq!(platform.lines(), ["GET /external/templates/rcs/2217695120034410077"]);
    let ended = run(&mut platform.incs(&get));
    let (head, content) = ended.stdout.split_once("\n\n").unwrap();
    insta::assert_snapshot!(head, @"
    name      rain_sale_card
    id        2217695120034410077
    status    APPROVED
    type      richcard
    updated   2026-01-12T07:58:25Z
    ");
    assert_eq!(serde_json::from_str::<Value>(content).unwrap(), expected["data"]["content"]);
}

#[test]
fn missing_template_is_not_found() {
    let missing = fixture("rcs-template-get.error-400.response.json");
    for (reply, action, code) in [
        (missing.as_str(), "get", 3),
        (&missing, "delete", 3),
        (&failure(400, "category require"), "get", 5),
        (&failure(404, ""), "get", 3),
        (&failure(10_001, "not found"), "get", 4),
    ] {
        let platform = Platform::answering([reply]);
        let ended = run(&mut platform.incs(&["template", action, "--channel", "rcs", "77", "--json"]));
        assert_eq!((ended.code, ended.stdout.as_str()), (code, ""), "{reply}");
        assert_eq!(ended.failure()["message"] == "there is no template 77", code == 3, "{reply}");
    }
}

#[test]
fn only_rcs_templates_are_deleted() {
    let platform = Platform::answering([success(&json!({})), success(&json!({}))]);
    let delete = |channel, more: &[&str]| {
        run(&mut platform.incs(&[&["template", "delete", "77", "--channel", channel], more].concat()))
    };
    assert_eq!(delete("rcs", &[]).stdout, "deleted 77\n");
    assert_eq!(delete("rcs", &["--json"]).document(), json!({ "template_id": "77", "deleted": true }));
    assert_eq!(delete("whatsapp", &[]).code, 2);
    assert_eq!(platform.lines(), ["DELETE /external/templates/rcs/77"; 2]);
}

#[test]
fn submitted_template_has_status() {
    let file = fixture_path("waba-template-create.request.json");
    let reply = fixture("waba-template-create.response.json");
    let platform = Platform::answering([reply.clone(), reply]);
    let create = ["template", "create", "--channel", "whatsapp", &file];
    let ended = run(&mut platform.incs(&create));
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "balance_note_1: PENDING, id 5120883317740216\n"));
    assert_eq!(platform.lines(), ["POST /external/templates"]);
    let sent: Value = serde_json::from_str(&fixture("waba-template-create.request.json")).unwrap();
    assert_eq!(platform.asked()[0].body.as_ref(), Some(&sent));
    let document = run(&mut platform.incs(&[&create[..], &["--json"]].concat())).document();
    assert_eq!((&document["status"], &document["data"]["language"]), (&json!("PENDING"), &json!("en_US")));
}

#[test]
fn further_kinds_are_submitted_as_written() {
    for kind in ["named", "positional", "buttons", "carousel", "limited-time-offer"] {
        let name = format!("waba-template-create-inferred-{kind}.request.json");
        let platform = Platform::answering([fixture("waba-template-create.response.json")]);
        let ended = run(&mut platform.incs(&["template", "create", "--channel", "whatsapp", &fixture_path(&name)]));
        assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
        let sent: Value = serde_json::from_str(&fixture(&name)).unwrap();
        assert_eq!(platform.asked()[0].body.as_ref(), Some(&sent), "{name}");
    }
}

#[test]
fn rcs_template_is_submitted() {
    for (data, line) in [
        (json!({}), "NAME: submitted\n"),
        (json!(null), "NAME: submitted\n"),
        (json!({ "template_id": "9", "status": "APPROVED" }), "NAME: APPROVED, id 9\n"),
    ] {
        let file = fixture_path("rcs-template-create-text.request.json");
        let sent: Value = serde_json::from_str(&fixture("rcs-template-create-text.request.json")).unwrap();
        let platform = Platform::answering([success(&data)]);
        let ended = run(&mut platform.incs(&["template", "create", "--channel", "rcs", &file]));
        let line = line.replace("NAME", sent["name"].as_str().unwrap());
        assert_eq!((ended.code, ended.stdout), (0, line), "{}", ended.stderr);
        assert_eq!(platform.asked()[0].body.as_ref(), Some(&sent));
    }
}

#[test]
fn template_rejected_at_once_is_refused() {
    let reply = fixture("waba-template-create.response.json").replace("PENDING", "REJECTED");
    let platform = Platform::answering([reply]);
    let file = fixture_path("waba-template-create.request.json");
    let ended = run(&mut platform.incs(&["template", "create", "--channel", "whatsapp", "--json", &file]));
    assert_eq!((ended.code, &ended.document()["status"]), (5, &json!("REJECTED")));
    assert_eq!(ended.failure()["message"], "the platform rejected the template on submission");
}

#[test]
fn platform_message_needs_flag() {
    let file = fixture_path("waba-template-create.request.json");
    for (more, is_shown) in [(&[][..], false), (&["--platform-message"], true)] {
        let platform = Platform::answering([fixture("waba-template-create.error-400.response.json")]);
        let args = [&["template", "create", "--channel", "whatsapp", "--json", file.as_str()], more].concat();
        let ended = run(&mut platform.incs(&args));
        assert_eq!((ended.code, ended.stderr.contains("category require")), (5, is_shown), "{ended:?}");
    }
}

#[test]
fn invalid_template_needs_no_validate() {
    let mut template: Value = serde_json::from_str(&fixture("rcs-template-create-text.request.json")).unwrap();
    template["name"] = "a name with spaces".into();
    let platform = Platform::answering([success(&json!({}))]);
    let create = |more: &[&str]| {
        let args = [&["template", "create", "--channel", "rcs", "--json", "-"], more].concat();
        run_with_input(&mut platform.incs(&args), template.to_string())
    };
    let refused = create(&[]);
    assert_eq!((refused.code, platform.lines().len()), (2, 0));
    assert_eq!(refused.failure()["violations"][0]["rule"], "template.rcs.name.characters");
    assert_eq!((create(&["--no-validate"]).code, platform.lines().len()), (0, 1));
    template.as_object_mut().unwrap().remove("name");
    let args = ["template", "create", "--channel", "rcs", "--no-validate", "-"];
    let undecoded = run_with_input(&mut platform.incs(&args), template.to_string());
    assert!(undecoded.code == 2 && undecoded.stderr.contains("/name: expected"), "{undecoded:?}");
}

#[test]
fn unknown_member_is_never_dropped() {
    let requests = [
        (&["template", "create", "--channel", "rcs"][..], "rcs-template-create-text.request.json", "/content/foter"),
        (&["template", "create", "--channel", "whatsapp"], "waba-template-create.request.json", "/components/0/foter"),
        (&["task", "create"], "saas-task-create.request.json", "/foter"),
    ];
    for (command, name, pointer) in requests {
        let mut body: Value = serde_json::from_str(&fixture(name)).unwrap();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[member] = "x".into();
        for more in [&["--json", "-"][..], &["--no-validate", "--json", "-"]] {
            let platform = Platform::answering([success(&json!({}))]);
            let args = [command, more].concat();
            let refused = run_with_input(&mut platform.incs(&args), body.to_string());
            assert_eq!((refused.code, platform.lines().len()), (2, 0), "{refused:?}");
            let violations = &refused.failure()["violations"];
            assert_eq!(
                (&violations[0]["pointer"], &violations[0]["rule"]),
                (&json!(pointer), &json!("member.unknown"))
            );
        }
    }
}

#[test]
fn missing_code_or_server_is_reported() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let port = runtime.block_on(async { ClosedPort::reserve() }).unwrap();
    let mut without_code = incs(&["template", "list", "--channel", "rcs"]);
    let ended = run(without_code.env("INCS_BASE_URL", port.uri(Security::Plain)));
    assert_eq!(ended.code, 4, "{ended:?}");
    let ended = run(without_code.env("INCS_CERTIFICATION_CODE", "5d1f"));
    assert_eq!((ended.code, ended.stdout.as_str()), (7, ""), "{ended:?}");
}
