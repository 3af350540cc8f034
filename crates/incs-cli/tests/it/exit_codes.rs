//! Tests of the exit codes.

use std::time::Duration;

use incs_facade::contract::{ClosedPort, Fault, FaultServer, Moment, Reply, Security};
use incs_facade::model::envelope::Code;

use crate::support::{Ended, incs, run, run_with_input};

const ACCEPTED: &str = r#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;
const NOBODY: &str = r#"{"status":"success","code":200,"message":"","data":{"data":[]},"error":{}}"#;
const TEXT: [&str; 6] = ["send", "text", "--to", "85251230088", "--text", "See you at 9"];

/// Returns the numbers and meanings that the program lists.
fn listed() -> Vec<(i32, String)> {
    let run = run(&mut incs(&["help", "exit-codes"]));
    assert_eq!(run.code, 0, "{run:?}");
    let rows = run.stdout.lines().filter_map(|line| line.trim().split_once("  "));
    rows.filter_map(|(code, meaning)| Some((code.parse().ok()?, meaning.to_owned()))).collect()
}

async fn sends(fault: impl Into<Fault>, args: &[&str]) -> Ended {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    server.set_default(fault);
    run(incs(args).env("INCS_BASE_URL", server.uri()).env("INCS_CERTIFICATION_CODE", "5d1f"))
}

/// Runs the program once for every exit code, with a name for each run.
async fn cases() -> Vec<(&'static str, Ended)> {
    let once = [&TEXT[..], &["--retries", "0"]].concat();
    let hasty = [&TEXT[..], &["--timeout", "200ms"]].concat();
    let wait = ["status", "wamid.HBgN", "--wait", "delivered", "--timeout", "50ms", "--interval", "10ms"];
    let port = ClosedPort::reserve().unwrap();
    let nobody = run(incs(&once).env("INCS_BASE_URL", port.uri(Security::Plain)).env("INCS_CERTIFICATION_CODE", "1"));
    let server = FaultServer::start(Security::Plain).await.unwrap();
    server.set_default(Reply::json(200, ACCEPTED));
    let mut many = incs(&["send", "-", "--channel", "viber"]);
    many.env("INCS_BASE_URL", server.uri()).env("INCS_CERTIFICATION_CODE", "5d1f");
    let lines = "{\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"a\"}\nnot json\n";
    vec![
        ("done", sends(Reply::json(200, ACCEPTED), &TEXT).await),
        ("failure", sends(Reply::new(500), &["status", "wamid.HBgN"]).await),
        ("usage or validation", run(&mut incs(&["send", "text", "--to", "85251230088", "--text", "", "--dry-run"]))),
        ("not found", sends(Reply::json(200, NOBODY), &["status", "wamid.HBgN"]).await),
        ("authentication", sends(Reply::failure(Code::InvalidCertificationCode, "no"), &TEXT).await),
        ("refused by the platform", sends(Reply::failure(Code::WhatsApp, "(#132012) no"), &TEXT).await),
        ("rate limited", sends(Reply::new(429), &once).await),
        ("network, nothing was sent", nobody),
        ("outcome unknown, do not retry blindly", sends(Fault::stall(Moment::AfterRequest), &hasty).await),
        ("partly done", run_with_input(&mut many, lines)),
        ("timed out waiting", sends(Reply::json(200, NOBODY), &wait).await),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_is_listed_and_used() {
    let found: Vec<_> = cases().await.into_iter().map(|(meaning, run)| (run.code, meaning.to_owned())).collect();
    assert_eq!(found, listed());
    assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), (0..=10).collect::<Vec<_>>());
}

#[test]
fn codes_are_listed_as_json() {
    let codes = run(&mut incs(&["exit-codes", "--json"])).documents();
    assert_eq!(codes.len(), 11);
    assert_eq!(codes[8]["exit_code"], 8);
    assert_eq!(codes[8]["meaning"], "outcome unknown, do not retry blindly");
    let help = run(&mut incs(&["help", "status"]));
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("--wait"), "{help:?}");
}

#[test]
fn usage_error_is_json_object() {
    let wrong = run(&mut incs(&["status", "--json"]));
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert_eq!(wrong.failure()["type"], "error");
    assert_eq!(wrong.failure()["exit_code"], 2);
}

#[test]
fn help_and_errors_follow_color_flag() {
    let colours = |args: &[&str], variable: &str| {
        let run = run(incs(args).env(variable, "1"));
        assert!(run.stdout.contains("Usage") || run.stderr.contains("error"), "{run:?}");
        run.stdout.contains('\u{1b}') || run.stderr.contains('\u{1b}')
    };
    for what in [&["--help"][..], &["help", "send"], &["status", "--no-such-flag"]] {
        let with = |flags: &[&str], variable| colours(&[flags, what].concat(), variable);
        assert!(!with(&[], "UNUSED"), "{what:?}");
        assert!(with(&[], "CLICOLOR_FORCE"), "{what:?}");
        assert!(!with(&[], "NO_COLOR"), "{what:?}");
        assert!(with(&["--color", "always"], "NO_COLOR"), "{what:?}");
        assert!(!with(&["--color", "never"], "CLICOLOR_FORCE"), "{what:?}");
        assert!(!with(&["--color=never"], "CLICOLOR_FORCE"), "{what:?}");
    }
    // After `--` it is not an option.
    assert!(colours(&["status", "--no-such-flag", "--", "--color", "never"], "CLICOLOR_FORCE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_needs_terminal_or_flag() {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    server.set_default(Reply::json(200, ACCEPTED));
    let colours = |args: [&str; 2], variable: &str| {
        let mut command = incs(&args);
        command.args(TEXT).env("INCS_BASE_URL", server.uri()).env("INCS_CERTIFICATION_CODE", "5d1f");
        let run = run(command.env(variable, "1"));
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout.contains('\u{1b}')
    };
    assert!(!colours(["--color", "auto"], "UNUSED"));
    assert!(colours(["--color", "auto"], "CLICOLOR_FORCE"));
    assert!(!colours(["--color", "auto"], "NO_COLOR"));
    assert!(colours(["--color", "always"], "NO_COLOR"));
    assert!(!colours(["--color", "never"], "CLICOLOR_FORCE"));
    assert!(server.wait_until(Duration::from_secs(5), |seen| seen.complete.len() == 5).await);
}
