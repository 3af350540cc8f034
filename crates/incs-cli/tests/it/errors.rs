//! Tests of error texts: each names what failed, the host, the cause and the next step.

use incs_facade::contract::{ClosedPort, Fault, FaultServer, Moment, Reply, Security};
use incs_facade::model::envelope::Code;

use crate::manage::platform::Platform;
use crate::support::{Ended, incs, run};

const SEND: [&str; 8] = ["send", "text", "--to", "85251230088", "--text", "See you at 9", "--retries", "0"];

/// Runs a send against a server with this fault.
fn send(fault: impl Into<Fault>) -> Ended {
    run(&mut Platform::giving([fault]).incs(&SEND))
}

/// Returns the texts after `error: ` and `help: ` on stderr.
fn error_and_help(ended: &Ended) -> (&str, &str) {
    let error =
        ended.stderr.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_else(|| panic!("{ended:?}"));
    let help =
        ended.stderr.lines().find_map(|line| line.strip_prefix("  help: ")).unwrap_or_else(|| panic!("{ended:?}"));
    (error, help)
}

/// Runs the program once for each kind of error.
fn cases() -> Vec<(&'static str, Ended)> {
    let hasty = [&SEND[..6], &["--timeout", "300ms"]].concat();
    let unreadable = r#"{"status":"success","code":200,"message":"","data":[]}"#;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let port = runtime.block_on(async { ClosedPort::reserve() }).unwrap();
    let invalid = ["send", "text", "--to", "85251230088", "--text", ""];
    let server = runtime.block_on(FaultServer::start(Security::Tls)).unwrap();
    // The server has a self-signed certificate.
    let mut secure = incs(&SEND);
    secure.env("INCS_BASE_URL", server.uri()).env("INCS_CERTIFICATION_CODE", "5d1f");
    let mut refused = incs(&SEND);
    refused.env("INCS_BASE_URL", port.uri(Security::Plain)).env("INCS_CERTIFICATION_CODE", "5d1f");
    let long = Reply::json(200, "x".repeat(5 << 20));
    vec![
        ("invalid", run(&mut Platform::giving([Reply::new(200)]).incs(&invalid))),
        ("credential", run(&mut incs(&SEND))),
        ("connect", run(&mut refused)),
        ("tls", run(&mut secure)),
        ("timeout", run(&mut Platform::giving([Fault::stall(Moment::AfterRequest)]).incs(&hasty))),
        ("interrupted", send(Fault::close(Moment::AfterRequest))),
        ("reply_too_long", send(long)),
        ("authentication", send(Reply::failure(Code::InvalidCertificationCode, "no"))),
        ("rate_limited", send(Reply::new(429))),
        ("refused", send(Reply::failure(Code::BadRequest, "no"))),
        ("server", send(Reply::new(500))),
        ("reply", send(Reply::json(200, unreadable))),
    ]
}

#[test]
fn each_error_is_printed_once() {
    for (name, ended) in cases() {
        assert_ne!(ended.code, 0, "{name}");
        let (error, help) = error_and_help(&ended);
        assert!(help.len() > 20 && !help.ends_with('.') && !help.contains(". "), "{name}: {help}");
        // The reason is in the result on stdout; stderr does not repeat it.
        let reason = ended.stdout.trim().split_once("  ").unwrap_or_else(|| panic!("{name}: {ended:?}")).1;
        assert!(reason.len() > 20 && !ended.stderr.contains(reason), "{name}: {ended:?}");
        assert!(error.contains("the message"), "{name}: {error}");
        let all = format!("{}{}", ended.stdout, ended.stderr);
        for hidden in ["5d1f", "85251230088", "See you at 9", "correct-horse", "os error"] {
            assert!(!all.contains(hidden), "{name}: {all}");
        }
    }
}

#[test]
fn refused_connection_names_host_and_cause() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let port = runtime.block_on(async { ClosedPort::reserve() }).unwrap();
    let url = port.uri(Security::Plain);
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    for (args, attempts) in [(&["status", "a", "--json"][..], " after 3 attempts"), (&SEND[..], "")] {
        let mut command = incs(args);
        command.env("INCS_BASE_URL", &url).env("INCS_CERTIFICATION_CODE", "5d1f");
        let ended = run(&mut command);
        let message =
            format!("cannot connect to {host} (connection refused){attempts}; nothing was sent, it is safe to retry");
        let all = format!("{}{}", ended.stdout, ended.stderr);
        assert!(all.contains(&message), "{all}");
    }
}

#[test]
fn unknown_host_or_certificate_is_named() {
    let ended =
        run(incs(&SEND).env("INCS_BASE_URL", "https://no-such-host.invalid").env("INCS_CERTIFICATION_CODE", "5d1f"));
    assert!(ended.stdout.contains("cannot connect to no-such-host.invalid:443 ("), "{ended:?}");
    let (_, secure) = cases().into_iter().find(|(name, _)| *name == "tls").unwrap();
    assert!(secure.stdout.contains("cannot make a secure connection to localhost:"), "{secure:?}");
    assert_eq!(secure.code, 7);
}

#[test]
fn missing_credential_names_variable_and_profile() {
    for (args, variable) in [
        (&SEND[..], "INCS_CERTIFICATION_CODE"),
        (&["status", "a"], "INCS_CERTIFICATION_CODE"),
        (&["template", "list", "--channel", "rcs"], "INCS_CERTIFICATION_CODE"),
        (&["task", "list"], "INCS_TOKEN"),
        (
            &["task", "create", "--name", "a", "--channel-id", "1", "--to", "85251230088", "--assignee", "b"],
            "INCS_TOKEN",
        ),
        (&["auth", "token"], "INCS_USERNAME"),
    ] {
        for flags in [&[][..], &["--json"]] {
            let ended = run(incs(args).args(flags).env("INCS_BASE_URL", "http://127.0.0.1:9"));
            assert_eq!(ended.code, 4, "{args:?}");
            for word in [variable, "profile"] {
                assert!(ended.stderr.contains(word), "{args:?}: {ended:?}");
            }
        }
    }
}

#[test]
fn failed_token_fetch_names_cause() {
    let platform = Platform::giving([Reply::failure(Code::InvalidCertificationCode, "no")]);
    let ended = run(&mut platform.incs(&["task", "list"]));
    let (error, help) = error_and_help(&ended);
    assert!(error.contains("no token could be fetched: "), "{error}");
    assert!(help.contains("account"), "{help}");
}

#[test]
fn batch_prints_each_error_once() {
    let platform = Platform::giving([Reply::failure(Code::BadRequest, "no"), Reply::failure(Code::BadRequest, "no")]);
    let args = ["send", "text", "--to", "85251230088", "--to", "85251230099", "--text", "a", "--retries", "0"];
    let ended = run(&mut platform.incs(&args));
    assert_eq!(ended.stdout.matches("the platform refused the call").count(), 2, "{ended:?}");
    assert!(!ended.stderr.contains("the platform refused the call"), "{ended:?}");
}
