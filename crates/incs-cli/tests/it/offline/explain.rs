//! Tests of `explain`.

use incs_facade::model::errors::{self, Family};
use serde_json::json;

use crate::support::{incs, run};

#[test]
fn every_code_is_explained() {
    let codes: Vec<_> = errors::all().map(|known| known.code().to_string()).collect();
    let args: Vec<_> = ["explain", "--json"].into_iter().chain(codes.iter().map(String::as_str)).collect();
    let ended = run(&mut incs(&args));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let lines = ended.documents();
    for known in errors::all() {
        let of_code =
            |line: &&serde_json::Value| line["family"] == known.family().as_str() && line["code"] == known.code();
        let line = lines.iter().find(of_code).unwrap_or_else(|| panic!("{known:?}"));
        let told = ["title", "cause", "action", "next_try", "basis"].map(|member| line[member].as_str().unwrap());
        let next = known.next_try().as_str();
        assert_eq!(told, [known.title(), known.cause(), known.action(), next, known.basis().as_str()]);
        assert_eq!(line["source"]["address"], known.source().address());
        assert_eq!(line["source"]["date"], known.source().date());
    }
}

#[test]
fn code_of_several_platforms_prints_all() {
    let families = |args: &[&str]| -> Vec<_> {
        run(&mut incs(args)).documents().iter().map(|line| line["family"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(families(&["explain", "--json", "4"]), ["meta", "viber", "viber_bot"]);
    assert_eq!(families(&["explain", "--json", "--family", "viber", "4"]), ["viber"]);
    assert_eq!(families(&["explain", "--json", "30004"]), ["exotel_whatsapp", "exotel_sms"]);
    for family in Family::ALL {
        let code = family.explanations()[0].code().to_string();
        assert_eq!(families(&["explain", "--json", "--family", family.as_str(), &code]), [family.as_str()]);
    }
}

#[test]
fn spellings_of_a_code_are_equal() {
    let plain = run(&mut incs(&["explain", "131049"]));
    assert_eq!(plain.code, 0);
    assert!(plain.stdout.starts_with("131049  Meta chose not to deliver  (Meta, WhatsApp)\n"), "{}", plain.stdout);
    for spelling in ["(#131049)", "#131049", " 131049 "] {
        assert_eq!(run(&mut incs(&["explain", spelling])).stdout, plain.stdout, "{spelling}");
    }
    assert_eq!(run(&mut incs(&["explain", "ex_system_error"])).code, 0);
}

#[test]
fn unknown_code_says_so() {
    for code in ["999999", "EX_NEW", "-1", "99999999999999999999", "\u{1b}[31m"] {
        let ended = run(&mut incs(&["explain", code]));
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{code}");
        assert!(ended.stderr.contains("unknown code") && !ended.stderr.contains("\u{1b}[31m"), "{}", ended.stderr);
    }
    // Known codes are printed nevertheless.
    let ended = run(&mut incs(&["explain", "--json", "131049", "999999", "x"]));
    assert_eq!((ended.code, ended.documents().len()), (3, 1));
    assert_eq!(ended.failure()["codes"], json!(["999999", "x"]));
}

#[test]
fn explain_needs_no_settings() {
    // A proxy and a base URL where nobody listens.
    let mut command = incs(&["explain", "10001"]);
    let command = command.env("INCS_BASE_URL", "http://127.0.0.1:9").env("HTTPS_PROXY", "http://127.0.0.1:9");
    assert_eq!(run(command).code, 0);
}
