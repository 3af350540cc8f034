//! Commands that need no network.

use std::fs;

use super::transcript::{Transcript, with_json};
use crate::support::{Folder, fixture, fixture_path};

#[test]
fn json_of_validate_is_frozen() {
    let folder = Folder::new();
    let mut transcript = Transcript::of("validate").hiding_folder(&folder);
    let message = ["validate", "--channel", "whatsapp", "-"];
    for (case, document) in [
        ("valid", r#"{"to":"85251230088","type":"text","text":"Hi"}"#.to_owned()),
        ("violations", fixture("send-whatsapp-interactive-list.request.json").replace("\"title\"", "\"titel\"")),
        ("empty", r#"{"to":"85251230088","type":"text","text":""}"#.to_owned()),
        ("an unknown kind", r#"{"to":"85251230088","type":"sticker","sticker":{}}"#.to_owned()),
        ("an unknown member", r#"{"to":"85251230088","type":"text","text":"Hi","reply to/":1}"#.to_owned()),
        ("a wrong type", r#"{"to":"85251230088","type":"image","image":{"link":7}}"#.to_owned()),
        ("no JSON", "{\"to\":".to_owned()),
        ("JSON Lines", "{\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"Hi\"}\n\n{\n".to_owned()),
    ] {
        transcript.add_with_input(case, &mut with_json(&message), document);
    }
    let long = format!(r#"{{"to":"85251230088","type":"text","text":"{}"}}"#, "x".repeat(5000));
    let long = folder.file("long.json", long);
    for channel in ["whatsapp", "viber", "rcs"] {
        transcript.add("a long text", &mut with_json(&["validate", "--channel", channel, &long]));
    }
    for (kind, name) in [
        ("whatsapp-template", "waba-template-create.request.json"),
        ("rcs-template", "rcs-template-create-carousel.request.json"),
        ("task", "saas-task-create.request.json"),
    ] {
        transcript.add(kind, &mut with_json(&["validate", "--as", kind, &fixture_path(name)]));
        let broken = folder.file("broken.json", fixture(name).replace("\"name\":", "\"nome\":"));
        transcript.add("a misspelt member", &mut with_json(&["validate", "--as", kind, &broken]));
    }
    transcript.add("no such file", &mut with_json(&["validate", "--channel", "rcs", "absent.json"]));
    transcript.add("usage", &mut with_json(&["validate", "-"]));
    transcript.end();
}

#[test]
fn json_of_schema_list_is_frozen() {
    let mut transcript = Transcript::of("schema list");
    transcript.add("all", &mut with_json(&["schema", "list"]));
    transcript.add("usage", &mut with_json(&["schema", "list", "more"]));
    transcript.end();
}

/// The schemas themselves are in `docs/schemas`.
#[test]
fn json_of_schema_print_is_frozen() {
    let mut transcript = Transcript::of("schema print");
    transcript.add("by name", &mut with_json(&["schema", "print", "token-request"]));
    transcript.add("by id", &mut with_json(&["schema", "print", "urn:incs:schema:send:status-query"]));
    transcript.add("not found", &mut with_json(&["schema", "print", "whatsap-messages"]));
    transcript.add("not found, nothing near", &mut with_json(&["schema", "print", "x"]));
    transcript.add("usage", &mut with_json(&["schema", "print"]));
    transcript.end();
}

#[test]
fn json_of_schema_export_is_frozen() {
    let folder = Folder::new();
    let mut transcript = Transcript::of("schema export").hiding_folder(&folder);
    let export = ["schema", "export", folder.to_str().unwrap()];
    transcript.add("written", &mut with_json(&export));
    fs::write(folder.join("send/task.json"), "mine").unwrap();
    fs::remove_file(folder.join("index.json")).unwrap();
    transcript.add("something else is there", &mut with_json(&export));
    transcript.add("forced", &mut with_json(&[&export[..], &["--force"]].concat()));
    transcript.add("usage", &mut with_json(&["schema", "export"]));
    transcript.end();
}

#[test]
fn json_of_schema_check_is_frozen() {
    let mut transcript = Transcript::of("schema check");
    let list = fixture("send-whatsapp-interactive-list.request.json");
    for (case, name, document) in [
        ("valid", "whatsapp-message", list.clone()),
        ("violations", "whatsapp-message", list.replace("\"title\"", "\"titel\"").replace("\"button\"", "\"buton\"")),
        ("an unknown kind", "viber-message", r#"{"to":"85251230088","type":"sticker","sticker":{}}"#.to_owned()),
        ("a wrong type", "rcs-message", r#"{"to":7,"type":"text","text":""}"#.to_owned()),
        ("received", "event", fixture("webhook-message-status-update-sent.json").replace("\"sent\"", "7")),
        ("no JSON", "task", "{".to_owned()),
        ("not found", "whatsap-messages", "{}".to_owned()),
    ] {
        transcript.add_with_input(case, &mut with_json(&["schema", "check", name, "-"]), document);
    }
    transcript.add("no such file", &mut with_json(&["schema", "check", "task", "absent.json"]));
    transcript.add("usage", &mut with_json(&["schema", "check", "task"]));
    transcript.end();
}

/// Help, and so completions and manual pages, may change with any version: their texts are not frozen.
#[test]
fn json_of_completions_is_frozen() {
    let mut transcript = Transcript::of("completions").hiding_member("script");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        transcript.add(shell, &mut with_json(&["completions", shell]));
    }
    transcript.add("usage", &mut with_json(&["completions"]));
    transcript.end();
}

#[test]
fn json_of_man_is_frozen() {
    let folder = Folder::new();
    let mut transcript = Transcript::of("man").hiding_folder(&folder).hiding_member("page");
    transcript.add("one page", &mut with_json(&["man"]));
    transcript.add("a page for each command", &mut with_json(&["man", "--dir", folder.to_str().unwrap()]));
    let file = folder.file("file", "");
    transcript.add("not a folder", &mut with_json(&["man", "--dir", &file]));
    transcript.add("usage", &mut with_json(&["man", "--dir"]));
    transcript.end();
}

#[test]
fn json_of_exit_codes_is_frozen() {
    let mut transcript = Transcript::of("exit-codes");
    transcript.add("all", &mut with_json(&["exit-codes"]));
    transcript.add("usage", &mut with_json(&["exit-codes", "more"]));
    transcript.end();
}

#[test]
fn json_of_explain_is_frozen() {
    let mut transcript = Transcript::of("explain");
    transcript.add("a code", &mut with_json(&["explain", "131049"]));
    transcript.add("a code of several platforms", &mut with_json(&["explain", "4"]));
    transcript.add("one of several platforms", &mut with_json(&["explain", "4", "--family", "meta"]));
    transcript.add("a range", &mut with_json(&["explain", "250"]));
    transcript.add("a name", &mut with_json(&["explain", "ex_system_error"]));
    transcript.add("some unknown", &mut with_json(&["explain", "(#132012)", "999999", "EX_NEW"]));
    transcript.add("unknown", &mut with_json(&["explain", "7", "--family", "incs"]));
    transcript.add("no such platform", &mut with_json(&["explain", "7", "--family", "telegram"]));
    transcript.add("usage", &mut with_json(&["explain"]));
    transcript.end();
}
