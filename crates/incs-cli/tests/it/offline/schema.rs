//! Tests of `schema`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Ended, Folder, fixture, fixture_path, incs, run, run_with_input};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas")
}

/// Returns the schemas, the index, the document of the routes and the types below a folder, with their bytes.
fn exported_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for below in ["", "send", "receive", "cli", "types"] {
        for entry in fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if extension.is_some_and(|extension| ["json", "py", "ts"].contains(&extension)) {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

fn check(name: &str, document: &str) -> Ended {
    run_with_input(&mut incs(&["schema", "check", "--json", name, "-"]), document)
}

#[test]
fn export_equals_the_repository() {
    let folder = Folder::new();
    let folder = folder.join("new");
    let ended = run(&mut incs(&["schema", "export", folder.to_str().unwrap()]));
    let (exported, committed) = (exported_files(&folder), exported_files(&committed()));
    assert_eq!((ended.code, ended.stdout.lines().count()), (0, committed.len()));
    assert!(exported.keys().eq(committed.keys()), "{:?}", exported.keys());
    for (name, bytes) in exported {
        assert!(bytes == committed[&name], "{name}");
    }
}

#[test]
fn export_replaces_files_only_with_force() {
    let folder = Folder::new();
    let export =
        |more: &[&str]| run(&mut incs(&[&["schema", "export", "--json", folder.to_str().unwrap()], more].concat()));
    assert_eq!(export(&[]).code, 0);
    assert!(export(&[]).documents().iter().all(|file| file["result"] == "unchanged"));

    let (own, gone) = (folder.join("send/task.json"), folder.join("index.json"));
    fs::write(&own, "mine").unwrap();
    fs::remove_file(&gone).unwrap();
    let refused = export(&[]);
    assert_eq!((refused.code, refused.stdout.as_str(), gone.exists()), (2, "", false));
    assert_eq!(fs::read(&own).unwrap(), b"mine");
    assert!(refused.failure()["message"].as_str().unwrap().contains("task.json already has other content; nothing"));

    let forced: Vec<_> = export(&["--force"]).documents().into_iter().map(|file| file["result"].clone()).collect();
    assert_eq!(forced.iter().filter(|result| *result == "replaced").count(), 1);
    assert_eq!(forced.last(), Some(&json!("written")));
    assert!(exported_files(&folder) == exported_files(&committed()));
}

#[test]
fn every_schema_name_is_accepted() {
    let listed = run(&mut incs(&["schema", "list", "--json"])).documents();
    let committed = exported_files(&committed());
    assert_eq!(listed.len(), committed.len() - 3, "all but the two indexes and the document of the routes");
    let table = run(&mut incs(&["schema", "list"])).stdout;
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    for row in &listed {
        let text = |member: &str| row[member].as_str().unwrap();
        let words: Vec<_> = table.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>()).collect();
        assert!(words.contains(&vec![text("name"), text("contract")]), "{row}");
        assert!(table.contains(text("title")), "{row}");
        let printed = run(&mut incs(&["schema", "print", text("name")]));
        assert!((printed.code, printed.stdout.as_bytes()) == (0, &*committed[text("file")]), "{row}");
    }
    for name in ["send/task", "send/task.json", "urn:incs:schema:send:task"] {
        let printed = run(&mut incs(&["schema", "print", "--json", name])).document();
        assert_eq!(printed["$id"], "urn:incs:schema:send:task");
    }
}

#[test]
fn types_are_printed_by_language_file_or_id() {
    for (names, file) in [
        (["typescript", "types/incs.d.ts", "urn:incs:types:typescript"], "types/incs.d.ts"),
        (["python", "types/incs.py", "urn:incs:types:python"], "types/incs.py"),
    ] {
        let committed = fs::read_to_string(committed().join(file)).unwrap();
        for name in names {
            let printed = run(&mut incs(&["schema", "print", name]));
            assert!((printed.code, printed.stdout.as_str()) == (0, committed.as_str()), "{name}");
        }
        let printed = run(&mut incs(&["schema", "print", "--json", names[0]])).document();
        assert!(printed == json!({ "file": file, "text": committed }), "{file}");
    }
    let ended = run(&mut incs(&["schema", "print", "--json", "pythn"]));
    assert_eq!((ended.code, ended.failure()["suggestions"].is_null()), (3, true));
}

#[test]
fn openapi_document_equals_the_repository() {
    let committed = fs::read_to_string(committed().join("openapi.json")).unwrap();
    for name in ["openapi", "openapi.json"] {
        let printed = run(&mut incs(&["schema", "print", name]));
        assert!((printed.code, printed.stdout.as_str()) == (0, committed.as_str()), "{name}");
    }
    let printed = run(&mut incs(&["schema", "print", "--json", "openapi"])).document();
    assert_eq!(printed["openapi"], "3.1.1");
}

#[test]
fn unknown_schema_suggests_similar_names() {
    for action in [&["print", "whatsap-messages"][..], &["check", "whatsap-messages", "-"]] {
        let ended = run(&mut incs(&[&["schema", "--json"], action].concat()));
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
        assert_eq!(ended.failure()["suggestions"], json!(["whatsapp-message"]));
    }
    let ended = run(&mut incs(&["schema", "print", "x"]));
    assert_eq!(ended.stderr, "error: there is no schema `x`\n  help: `incs schema list` lists all names\n");
}

#[test]
fn fixtures_of_both_contracts_are_valid() {
    for (schema, name) in [
        ("whatsapp-message", "send-whatsapp-interactive-list.request.json"),
        ("rcs-template", "rcs-template-create-carousel.request.json"),
        ("task", "saas-task-create.request.json"),
        ("rcs-template-reply", "rcs-template-get.response.json"),
        ("event", "webhook-message-created-102-image.json"),
    ] {
        let ended = run(&mut incs(&["schema", "check", "--json", schema, &fixture_path(name)]));
        assert_eq!(
            (ended.code, ended.document()),
            (0, json!({ "valid": true, "violations": [], "warnings": [] })),
            "{name}"
        );
    }
}

#[test]
fn violation_has_pointer_but_no_value() {
    let mut message: Value = serde_json::from_str(&fixture("send-whatsapp-interactive-list.request.json")).unwrap();
    let interactive = &mut message["interactive"];
    interactive["foter"] = json!({});
    interactive["body"]["text"] = "secret".repeat(1000).into();
    interactive["action"]["sections"][0]["rows"][0]["title"] = json!(7);
    interactive["action"].as_object_mut().unwrap().remove("button");
    let ended = check("whatsapp-message", &message.to_string());
    assert!(ended.code == 2 && !ended.stdout.contains("secret"), "{ended:?}");
    let found: Vec<_> = ended.document()["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {} {} {}", one["pointer"], one["rule"], one["limit"], one["found"], one["message"]))
        .map(|line| line.replace('"', ""))
        .collect();
    assert_eq!(
        found,
        [
            "/interactive/action/button schema.required null null missing",
            "/interactive/action/sections/0/rows/0/title schema.type [a string] a whole number expected a string, found a whole number",
            "/interactive/body/text schema.max_length 4096 6000 6000 characters, at most 4096",
            "/interactive/foter schema.additional_properties null null unknown member",
        ]
    );
}

#[test]
fn unknown_kind_lists_known_kinds() {
    let verdict = check("viber-message", r#"{"to":"85251230088","type":"sticker","sticker":{}}"#).document();
    let [violation] = verdict["violations"].as_array().unwrap().as_slice() else { panic!("{verdict}") };
    assert_eq!((&violation["pointer"], &violation["rule"]), (&json!("/type"), &json!("schema.one_of")));
    assert_eq!(violation["limit"], json!(["otp", "text", "image", "video", "document"]));
}

#[test]
fn malformed_json_is_one_violation() {
    let ended = check("task", "{");
    assert_eq!((ended.code, &ended.document()["violations"][0]["rule"]), (2, &json!("decode")));
}
