//! Tests of `template check`.

use serde_json::{Value, json};

use super::platform::Platform;
use crate::support::{Ended, Folder, fixture, fixture_path, incs, run, run_with_input};

/// Returns a message with the RCS template `rain_sale_card` and these values.
fn send(parameters: &Value) -> String {
    let template = json!({ "name": "rain_sale_card", "parameters": parameters });
    json!({ "to": "85251230088", "type": "template", "template": template }).to_string()
}

/// Returns pointer and rule of each violation, or of each warning.
fn named(ended: &Ended, list: &str) -> Vec<String> {
    let document = ended.document();
    let found = document[list].as_array().unwrap().iter();
    found.map(|one| format!("{} {}", one["pointer"], one["rule"]).replace('"', "")).collect()
}

fn rules(ended: &Ended) -> Vec<String> {
    named(ended, "violations")
}

#[test]
fn message_is_checked_against_definition_file() {
    let definition = fixture_path("rcs-template-get.response.json");
    let args = ["template", "check", "--channel", "rcs", "--json", "--definition", &definition, "-"];
    let fits = run_with_input(&mut incs(&args), send(&json!({ "customer": "Rina", "offer": "5%" })));
    assert_eq!(
        (fits.code, fits.document()),
        (0, json!({ "valid": true, "violations": [], "warnings": [] })),
        "{}",
        fits.stderr
    );
    let faulty = run_with_input(&mut incs(&args), send(&json!({ "customer": "", "offr": "5%" })));
    assert_eq!(faulty.code, 2);
    assert_eq!(rules(&faulty), ["/template/parameters/offer template.rcs.parameters.missing"]);
    let doubtful = [
        "/template/parameters/customer template.rcs.parameters.empty",
        "/template/parameters/offr template.rcs.parameters.surplus",
    ];
    assert_eq!(named(&faulty, "warnings"), doubtful);
    let doubtful = send(&json!({ "customer": "", "offer": "5%" }));
    for (flags, code) in [(&[][..], 0), (&["--deny-warnings"], 2)] {
        let ended = run_with_input(incs(&args).args(flags), &doubtful);
        assert_eq!((ended.code, ended.document()["valid"].as_bool()), (code, Some(code == 0)), "{ended:?}");
    }
    let undecoded = run_with_input(&mut incs(&args), send(&json!({ "customer": 7 })));
    assert_eq!((undecoded.code, rules(&undecoded)), (2, vec!["/template/parameters/customer decode".to_owned()]));
}

#[test]
fn definition_file_has_several_forms() {
    let folder = Folder::new();
    let reply: Value = serde_json::from_str(&fixture("waba-template-create.response.json")).unwrap();
    let other = json!({ "name": "other" });
    for (name, definition) in [
        ("reply", reply.clone()),
        ("bare", reply["data"].clone()),
        ("row", json!({ "status": "success", "code": 200, "data": [other, reply["data"]] })),
        ("rows", json!([other, reply["data"]])),
        ("submitted", serde_json::from_str(&fixture("waba-template-create.request.json")).unwrap()),
    ] {
        let path = folder.file(&format!("{name}.json"), definition.to_string());
        let message = json!({
            "to": "85251230088", "type": "template",
            "template": { "name": "balance_note_1", "components": [
                { "type": "body", "parameters": [{ "type": "text", "text": "Ms Tan" }] },
            ] },
        });
        let args = ["template", "check", "--channel", "whatsapp", "--json", "--definition", &path, "-"];
        let ended = run_with_input(&mut incs(&args), message.to_string());
        assert_eq!(
            rules(&ended),
            ["/template/components/0/parameters/1 template.whatsapp.parameters.missing"],
            "{name}: {}",
            ended.stderr
        );
    }
}

#[test]
fn named_definition_takes_values_by_name() {
    let definition = fixture_path("waba-template-create-inferred-named.request.json");
    let args = ["template", "check", "--channel", "whatsapp", "--json", "--definition", &definition, "-"];
    let named = |name: &str, text: &str| json!({ "type": "text", "parameter_name": name, "text": text });
    let header = || json!({ "type": "header", "parameters": [named("first_name", "Ana")] });
    let check = |values: &Value| {
        let template =
            json!({ "name": "table_ready_named", "components": [header(), { "type": "body", "parameters": values }] });
        let message = json!({ "to": "85251230088", "type": "template", "template": template });
        run_with_input(&mut incs(&args), message.to_string())
    };
    let fits = check(&json!([named("until", "20:00"), named("first_name", "Ana")]));
    assert_eq!((fits.code, rules(&fits)), (0, vec![]), "{}", fits.stderr);
    let short = check(&json!([named("first_name", "Ana")]));
    assert_eq!((short.code, rules(&short).len()), (2, 1), "{short:?}");
    assert!(rules(&short)[0].ends_with(" template.whatsapp.parameters.missing"), "{short:?}");
    let nameless = check(&json!([{ "type": "text", "text": "Ana" }, { "type": "text", "text": "20:00" }]));
    assert_eq!(nameless.code, 2, "{nameless:?}");
    assert!(rules(&nameless).iter().all(|rule| rule.contains(" template.whatsapp.parameters.")), "{nameless:?}");
}

#[test]
fn definition_is_found_on_the_platform() {
    let right = send(&json!({ "customer": "Rina", "offer": "5%" }));
    for (how, reply, line) in [
        (&["--id", "77"][..], "rcs-template-get.response.json", "GET /external/templates/rcs/77"),
        (&["--name", "rain_sale_card"], "rcs-template-list.response.json", "GET /external/templates/rcs?count=100"),
        (&[], "rcs-template-list.response.json", "GET /external/templates/rcs?count=100"),
    ] {
        // The list has another template of this form with another name.
        let platform = Platform::answering([fixture(reply)]);
        let args = [&["template", "check", "--channel", "rcs", "-"], how].concat();
        let ended = run_with_input(&mut platform.incs(&args), &right);
        assert_eq!((ended.code, ended.stdout.as_str()), (0, "standard input: valid\n"), "{how:?} {}", ended.stderr);
        assert_eq!(platform.lines(), [line]);
    }
}

#[test]
fn missing_definition_is_not_found() {
    let nobody = send(&json!({})).replace("rain_sale_card", "nobody");
    let list = fixture("rcs-template-list.response.json");
    let platform = Platform::answering([list, fixture("rcs-template-get.error-400.response.json")]);
    let list = fixture_path("rcs-template-list.response.json");
    for how in [&[][..], &["--id", "77"], &["--definition", &list]] {
        let args = [&["template", "check", "--channel", "rcs", "-"], how].concat();
        let ended = run_with_input(&mut platform.incs(&args), &nobody);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{how:?} {}", ended.stderr);
    }
}

#[test]
fn wrong_message_or_definition_is_usage() {
    let text = fixture_path("send-rcs-text.request.json");
    let send = fixture_path("send-rcs-template-parameters.request.json");
    for (definition, message) in [("rcs-template-get.response.json", &text), ("send-rcs-text.request.json", &send)] {
        let definition = fixture_path(definition);
        let ended = run(&mut incs(&["template", "check", "--channel", "rcs", "--definition", &definition, message]));
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
    }
}
