//! Tests of `incs doctor`: each fault is provoked.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use incs_facade::contract::{ClosedPort, Fault, FaultServer, Moment, Reply, Security};
use incs_facade::model::envelope::Code;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::manage::platform::{Platform, failure, success};
use crate::sandbox::Sandbox;
use crate::support::{Ended, Folder, incs, run};

const DOCTOR: [&str; 4] = ["doctor", "--json", "--timeout", "2s"];

/// Texts that no output may hold: the credentials of the tests, and what replies repeat.
const SECRETS: [&str; 6] = ["5d1f", "correct-horse", "ops_admin", "85251230088", "of-viber", "pr0xy-pass"];

/// Runs the program, and checks that nothing private is in its output.
fn examined(command: &mut Command) -> Ended {
    let ended = run(command);
    for secret in SECRETS {
        assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "{secret}: {ended:?}");
    }
    if ended.code != 0 && !ended.stderr.is_empty() && ended.stderr.starts_with('{') {
        ended.failure();
    }
    ended
}

/// Returns the results of a check as `target result`, in order.
fn results(ended: &Ended, check: &str) -> Vec<String> {
    let is_it = |line: &Value| line["type"] == "check" && line["check"] == check;
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let shown = |line: Value| format!("{} {}", text(&line["target"]), text(&line["result"]));
    ended.documents().into_iter().filter(is_it).map(shown).collect()
}

/// Returns the first check of this kind that is not ok.
fn fault(ended: &Ended, check: &str) -> Value {
    let is_it =
        |line: &Value| line["check"] == check && ["failed", "warning"].contains(&line["result"].as_str().unwrap());
    ended.documents().into_iter().find(is_it).unwrap_or_else(|| panic!("{check}: {ended:?}"))
}

/// The reply to `GET /`, with a clock that is behind by these seconds.
fn root_at(seconds_ago: i64) -> Reply {
    let now = SystemTime::now();
    let size = Duration::from_secs(seconds_ago.unsigned_abs());
    let at = if seconds_ago < 0 { now + size } else { now - size };
    Reply::new(404).with_header("date", httpdate::fmt_http_date(at))
}

fn accepted(data: &Value) -> Fault {
    Reply::json(200, success(data)).into()
}

/// Starts a server whose replies to `GET /` are followed by these: to the status query, the list of templates, the fetch of a token
/// and the list of tasks.
fn platform(root: &Reply, rest: Vec<Fault>) -> Platform {
    Platform::giving([root.clone().into(), root.clone().into()].into_iter().chain(rest))
}

fn all_accepted() -> Vec<Fault> {
    let page = json!({ "total": 0, "data": [] });
    vec![accepted(&json!({ "data": [] })), accepted(&json!([])), accepted(&json!("5f0c")), accepted(&page)]
}

fn with_code(url: &str) -> Command {
    let mut command = incs(&DOCTOR);
    command.env("INCS_BASE_URL", url).env("INCS_CERTIFICATION_CODE", "5d1f");
    command
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn healthy_setup_passes_every_check() {
    let platform = platform(&root_at(0), all_accepted());
    let ended = examined(&mut platform.incs(&DOCTOR));
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
    for (check, expected) in [
        ("settings", &["- ok"][..]),
        ("connection", &["chat ok", "api ok"]),
        ("tls", &["chat skipped", "api skipped"]),
        ("reply", &["chat ok", "api ok"]),
        ("clock", &["chat ok", "api ok"]),
        ("credential", &["chat ok", "api ok", "api ok"]),
    ] {
        assert_eq!(results(&ended, check), expected, "{check}: {ended:?}");
    }
    let summary = ended.documents().pop().unwrap();
    assert_eq!(summary, json!({"type": "summary", "ok": 10, "warnings": 0, "failed": 0, "skipped": 2}));
    let lines = platform.lines();
    assert_eq!(lines[..2], ["GET /", "GET /"]);
    assert!(lines[2].starts_with("GET /external/messages/status?"), "{lines:?}");
    assert!(lines[3].starts_with("GET /external/templates?"), "{lines:?}");
    assert_eq!(lines[4], "POST /external/auth/token");
    assert!(lines[5].starts_with("GET /external/tasks?") && lines.len() == 6, "{lines:?}");
}

#[test]
fn sandbox_passes_every_check() {
    let sandbox = Sandbox::start(&[]);
    let mut command = incs(&DOCTOR);
    command.env("INCS_BASE_URL", sandbox.base_url()).env("INCS_CERTIFICATION_CODE", sandbox.certification_code());
    let ended = examined(&mut command);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(results(&ended, "credential"), ["chat ok", "api ok", "- skipped"]);
    let ended = examined(command.env("INCS_CERTIFICATION_CODE", "5d1f"));
    assert_eq!(ended.code, 4, "{ended:?}");
    assert_eq!(results(&ended, "credential"), ["chat failed", "api failed", "- skipped"]);
}

#[test]
fn people_get_tables_and_next_steps() {
    let platform = platform(&root_at(3600), vec![Reply::failure(Code::InvalidCertificationCode, "85251230088").into()]);
    let ended = examined(&mut platform.incs(&["doctor"]));
    for words in [
        "certification_code  (set)",
        "INCS_CERTIFICATION_CODE",
        "this clock is 3600 s ahead of the host's",
        "clock of chat: set the clock",
        "certification_code: refused with code 10001",
        "check the certification code of this channel",
    ] {
        assert!(ended.stdout.contains(words), "{words}: {ended:?}");
    }
    assert!(ended.stderr.starts_with("error: "), "{ended:?}");
    // Several failures with codes of their own have no code in common.
    assert_eq!(ended.code, 1);
}

/// Starts a server that replies to everything by plain HTTP, also to a TLS handshake. Returns its port.
fn without_tls() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            client.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").unwrap();
            // What is left unread would make the end a reset.
            thread::spawn(move || io::copy(&mut client, &mut io::sink()));
        }
    });
    port
}

#[test]
fn each_network_fault_fails_its_check() {
    let runtime = runtime();
    let start = |security| runtime.block_on(FaultServer::start(security)).unwrap();
    let giving = |security, fault: Fault| {
        let server = start(security);
        server.set_default(fault);
        server
    };
    let closed = runtime.block_on(async { ClosedPort::reserve() }).unwrap();
    let untrusted = start(Security::Tls);
    let resetting = giving(Security::Tls, Fault::reset(Moment::Accepted));
    let stalled_handshake = giving(Security::Tls, Fault::stall(Moment::Accepted));
    let garbage = giving(Security::Plain, Fault::garbage());
    let silent = giving(Security::Plain, Fault::stall(Moment::AfterRequest));
    let closing = giving(Security::Plain, Fault::close(Moment::AfterRequest));
    let endless = giving(Security::Plain, Reply::new(200).endless().into());
    for (name, url, check, words, expected) in [
        (
            "unknown host",
            "https://no-such-host.invalid".to_owned(),
            "connection",
            &["cannot resolve", "no-such-host.invalid:443"][..],
            ["failed", "skipped", "skipped"],
        ),
        (
            "closed port",
            closed.uri(Security::Plain),
            "connection",
            &["cannot connect", "connection refused"],
            ["failed", "skipped", "skipped"],
        ),
        (
            "untrusted certificate",
            untrusted.uri(),
            "tls",
            &["secure connection", "UnknownIssuer"],
            ["ok", "failed", "skipped"],
        ),
        (
            "https to a server without TLS",
            format!("https://127.0.0.1:{}", without_tls()),
            "tls",
            &["secure connection"],
            ["ok", "failed", "skipped"],
        ),
        (
            "handshake that is reset",
            resetting.uri(),
            "connection",
            &["cannot connect", "reset"],
            ["failed", "skipped", "skipped"],
        ),
        (
            "handshake that stalls",
            stalled_handshake.uri(),
            "connection",
            &["cannot connect", "within the limit"],
            ["failed", "skipped", "skipped"],
        ),
        ("no HTTP", garbage.uri(), "reply", &["no HTTP reply"], ["ok", "skipped", "failed"]),
        ("no reply", silent.uri(), "reply", &["no reply within 300ms"], ["ok", "skipped", "failed"]),
        ("closed connection", closing.uri(), "reply", &["no HTTP reply"], ["ok", "skipped", "failed"]),
        ("endless reply", endless.uri(), "reply", &["repl"], ["ok", "skipped", "failed"]),
    ] {
        let mut command = incs(&["doctor", "--json", "--timeout", "300ms"]);
        command.env("INCS_BASE_URL", &url).env("INCS_CERTIFICATION_CODE", "5d1f");
        let ended = examined(&mut command);
        assert_eq!(ended.code, 7, "{name}: {ended:?}");
        for (check, result) in ["connection", "tls", "reply"].into_iter().zip(expected) {
            let both = [format!("chat {result}"), format!("api {result}")];
            assert_eq!(results(&ended, check), both, "{name}, {check}: {ended:?}");
        }
        assert_eq!(results(&ended, "clock"), ["chat skipped", "api skipped"], "{name}: {ended:?}");
        assert_eq!(results(&ended, "credential")[..2], ["chat skipped", "api skipped"], "{name}: {ended:?}");
        let found = fault(&ended, check);
        let message = found["message"].as_str().unwrap();
        assert!(words.iter().all(|word| message.contains(word)), "{name}: {found}");
        assert!(found["help"].as_str().unwrap().len() > 20, "{name}: {found}");
    }
}

#[test]
fn only_the_faulty_host_fails() {
    let platform = Platform::giving([root_at(0).into(), accepted(&json!({ "data": [] }))]);
    let closed = runtime().block_on(async { ClosedPort::reserve() }).unwrap();
    let mut command = platform.incs(&DOCTOR);
    command.env_remove("INCS_USERNAME").env_remove("INCS_PASSWORD").env("INCS_API_URL", closed.uri(Security::Plain));
    let ended = examined(&mut command);
    assert_eq!(ended.code, 7, "{ended:?}");
    assert_eq!(results(&ended, "connection"), ["chat ok", "api failed"]);
    assert_eq!(results(&ended, "credential")[..2], ["chat ok", "api skipped"], "{ended:?}");
    // A host for the messages of one channel is checked as well.
    let ended = examined(command.env("INCS_API_URL", "").env("INCS_RCS_URL", closed.uri(Security::Plain)));
    assert_eq!(results(&ended, "connection"), ["chat ok", "api ok", "rcs failed"], "{ended:?}");
}

#[test]
fn clock_is_compared_with_date_header() {
    for (root, result, code, words, ahead) in [
        (root_at(5), "ok", 0, "agrees", Some(5)),
        (root_at(120), "warning", 0, "s ahead of the host's", Some(120)),
        (root_at(-120), "warning", 0, "s behind the host's", Some(-120)),
        (root_at(3600), "failed", 1, "s ahead of the host's", Some(3600)),
        (root_at(-100_000), "failed", 1, "s behind the host's", Some(-100_000)),
        (Reply::new(200), "skipped", 0, "no date header", None),
        (Reply::new(200).with_header("date", "yesterday"), "warning", 0, "not a date", None),
        (Reply::new(200).with_header("date", &b"\xff\xfe"[..]), "warning", 0, "not a date", None),
        (Reply::new(200).with_header("date", ""), "warning", 0, "not a date", None),
    ] {
        let ended = examined(&mut platform(&root, all_accepted()).incs(&DOCTOR));
        assert_eq!(results(&ended, "clock"), [format!("chat {result}"), format!("api {result}")], "{ended:?}");
        assert_eq!(ended.code, code, "{ended:?}");
        let line = ended.documents().into_iter().find(|line| line["check"] == "clock").unwrap();
        assert!(line["message"].as_str().unwrap().contains(words), "{line}");
        let found = line["clock_ahead_seconds"].as_i64();
        let is_near = ahead.zip(found).is_some_and(|(ahead, found): (i64, i64)| (ahead - found).abs() <= 3);
        assert!(is_near || ahead == found, "{line}");
    }
}

#[test]
fn credential_is_judged_by_the_envelope_only() {
    let html = |status| Reply::new(status).with_header("content-type", "text/html").with_body("<p>85251230088</p>");
    let odd = r#"{"status":"success","code":200,"message":"","data":7}"#;
    for (name, status, state, result, code) in [
        ("accepted", accepted(&json!({ "data": [] })), "accepted", "ok", 0),
        ("accepted, other data", Reply::json(200, odd).into(), "accepted", "ok", 0),
        ("refused", Reply::failure(Code::InvalidCertificationCode, "85251230088").into(), "refused", "failed", 4),
        ("refused by 401", Reply::json(401, failure(401, "no")).into(), "refused", "failed", 4),
        ("401 of a gateway", html(401).into(), "inconclusive", "warning", 0),
        ("403 of a gateway", html(403).into(), "inconclusive", "warning", 0),
        ("a page", html(200).into(), "inconclusive", "warning", 0),
        ("another code", Reply::failure(Code::BadRequest, "85251230088").into(), "inconclusive", "warning", 0),
        ("too many calls", Reply::failure(Code::TooManyAttempts, "no").into(), "inconclusive", "warning", 0),
        ("server error", Reply::json(500, failure(500, "no")).into(), "inconclusive", "warning", 0),
        ("not JSON", Reply::json(200, "{").into(), "inconclusive", "warning", 0),
        ("other JSON", Reply::json(200, r#"["85251230088"]"#).into(), "inconclusive", "warning", 0),
        ("no reply", Fault::close(Moment::AfterRequest), "inconclusive", "warning", 0),
    ] {
        let replies = [vec![status], all_accepted().split_off(1)].concat();
        let server = platform(&root_at(0), replies);
        let ended = examined(&mut server.incs(&DOCTOR));
        let line = ended.documents().into_iter().find(|line| line["check"] == "credential").unwrap();
        assert_eq!((&line["credential_state"], &line["result"]), (&json!(state), &json!(result)), "{name}: {line}");
        assert_eq!((&line["credential"], ended.code), (&json!("certification_code"), code), "{name}: {ended:?}");
        assert_eq!(line["help"].is_string(), result != "ok", "{name}: {line}");
    }
}

#[test]
fn account_is_judged_by_its_token_fetch() {
    for (name, token, tasks, state) in [
        ("wrong account", Reply::json(401, failure(401, "no")), None, "refused"),
        ("unreadable token", Reply::new(502), None, "inconclusive"),
        (
            "wrong token",
            Reply::json(200, success(&json!("5f0c"))),
            Some(Reply::json(500, failure(500, "no"))),
            "inconclusive",
        ),
    ] {
        let mut replies = all_accepted();
        replies.truncate(2);
        replies.push(token.into());
        replies.extend(tasks.map(Fault::from));
        let ended = examined(&mut platform(&root_at(0), replies).incs(&DOCTOR));
        let line = ended.documents().into_iter().rfind(|line| line["check"] == "credential").unwrap();
        assert_eq!(
            (&line["credential"], &line["credential_state"]),
            (&json!("account"), &json!(state)),
            "{name}: {line}"
        );
    }
}

#[test]
fn missing_credential_fails_unless_another_is_set() {
    let folder = Folder::new();
    let config = folder.file("config.toml", "[profile.a.codes]\nviber = 'of-viber'\n");
    let none = json!({ "data": [] });
    let page = accepted(&json!({ "total": 0, "data": [] }));
    for (variables, replies, result, code) in [
        (&[][..], vec![], "failed", 4),
        (&[("INCS_TOKEN", "5d1f")], vec![page], "warning", 0),
        (&[("INCS_CONFIG", config.as_str()), ("INCS_PROFILE", "a")], vec![accepted(&none)], "skipped", 0),
    ] {
        let server = platform(&root_at(0), replies);
        let mut command = server.incs(&DOCTOR);
        for name in ["INCS_CERTIFICATION_CODE", "INCS_USERNAME", "INCS_PASSWORD"] {
            command.env_remove(name);
        }
        let ended = examined(command.envs(variables.iter().copied()));
        let line = ended.documents().into_iter().find(|line| line["credential"] == "certification_code").unwrap();
        assert_eq!((&line["result"], &line["credential_state"]), (&json!(result), &json!("missing")), "{ended:?}");
        assert_eq!(ended.code, code, "{ended:?}");
    }
}

#[test]
fn warnings_can_be_denied() {
    for (flags, code) in [(&[][..], 0), (&["--deny-warnings"][..], 1)] {
        let server = platform(&root_at(120), all_accepted());
        let ended = examined(&mut server.incs(&[&DOCTOR[..], flags].concat()));
        assert_eq!(ended.code, code, "{ended:?}");
    }
}

#[test]
fn unusable_settings_fail_and_skip_the_rest() {
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("INCS_PROFILE", "absent")], "absent"),
        (&[("INCS_BASE_URL", "http://chat.example.com")], "without TLS"),
        (&[("INCS_BASE_URL", "https://u:5d1f@chat.example.com")], "base URL"),
        (&[("INCS_USERNAME", "ops_admin")], "no password"),
        (&[("INCS_TOKEN_FILE", "/absent")], "INCS_TOKEN_FILE"),
        (&[("INCS_PROXY_URL", "socks5://u:pr0xy-pass@proxy")], "proxy"),
    ];
    for (variables, words) in cases {
        let ended = examined(incs(&DOCTOR).envs(variables.iter().copied()));
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(fault(&ended, "settings")["message"].as_str().unwrap().contains(words), "{words}: {ended:?}");
        for check in ["connection", "tls", "reply", "clock", "credential"] {
            assert_eq!(results(&ended, check), ["- skipped"], "{ended:?}");
        }
    }
}

/// Returns origin, source and value of a setting.
fn setting(ended: &Ended, name: &str) -> [Value; 3] {
    let line = ended.documents().into_iter().find(|line| line["setting"] == name).unwrap();
    assert_eq!(line["is_set"], !line["origin"].is_null(), "{line}");
    [line["origin"].clone(), line["source"].clone(), line["value"].clone()]
}

#[test]
fn each_setting_has_its_origin() {
    let folder = Folder::new();
    folder.file("code", "5d1f\n");
    let config = folder.file(
        "config.toml",
        "default_profile = 'b'\n[profile.a]\nchat_url = 'https://a.invalid/5d1f'\ncertification_code_file = 'code'\n\
         [profile.a.codes]\nviber = 'of-viber'\n[profile.b]\napi_url = 'https://b.invalid:8443'\n",
    );
    let mut command = incs(&["doctor", "--json", "--timeout", "100ms", "--config", &config, "--profile", "a"]);
    let ended = examined(command.env("INCS_API_URL", "https://c.invalid").env("INCS_TOKEN", "5d1f"));
    for (name, expected) in [
        ("config", [json!("flag"), json!("--config"), json!(config)]),
        ("profile", [json!("flag"), json!("--profile"), json!("a")]),
        ("chat_url", [json!("file"), json!("profile.a.chat_url"), json!("https://a.invalid")]),
        ("api_url", [json!("environment"), json!("INCS_API_URL"), json!("https://c.invalid")]),
        ("rcs_url", [json!("file"), json!("profile.a.chat_url"), json!("https://a.invalid")]),
        ("certification_code", [json!("file"), json!("profile.a.certification_code_file"), Value::Null]),
        ("codes.viber", [json!("file"), json!("profile.a.codes.viber"), Value::Null]),
        ("token", [json!("environment"), json!("INCS_TOKEN"), Value::Null]),
        ("webhook_secret", [Value::Null, Value::Null, Value::Null]),
    ] {
        assert_eq!(setting(&ended, name), expected, "{name}: {ended:?}");
    }
    let variables = [("INCS_CONFIG", config.as_str()), ("INCS_CERTIFICATION_CODE", "5d1f")];
    let ended = examined(incs(&["doctor", "--json", "--timeout", "100ms"]).envs(variables));
    for (name, expected) in [
        ("config", [json!("environment"), json!("INCS_CONFIG"), json!(config)]),
        ("profile", [json!("file"), json!("default_profile"), json!("b")]),
        ("chat_url", [json!("default"), Value::Null, json!("https://chat-api.incsapp.com")]),
        ("api_url", [json!("file"), json!("profile.b.api_url"), json!("https://b.invalid:8443")]),
        ("certification_code", [json!("environment"), json!("INCS_CERTIFICATION_CODE"), Value::Null]),
    ] {
        assert_eq!(setting(&ended, name), expected, "{name}: {ended:?}");
    }
}

/// Starts a proxy that makes tunnels, or refuses them. Returns its port; it tells the requests that it got.
fn proxy(refuses: bool) -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, tell) = (client.unwrap(), tell.clone());
            thread::spawn(move || tunnel(client, refuses, &tell));
        }
    });
    (port, told)
}

fn tunnel(mut client: TcpStream, refuses: bool, tell: &std::sync::mpsc::Sender<String>) {
    let mut head = String::new();
    let mut reader = BufReader::new(client.try_clone().unwrap());
    while reader.read_line(&mut head).unwrap() > 2 {}
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    // The test may have ended.
    let _ = tell.send(head);
    if refuses {
        client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").unwrap();
        return;
    }
    let server = TcpStream::connect(target).unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let (mut from, mut to) = (server.try_clone().unwrap(), client);
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut server = server;
    let _ = io::copy(&mut reader, &mut server);
    let _ = server.shutdown(Shutdown::Write);
}

#[test]
fn proxy_of_the_settings_is_used() {
    let platform = platform(&root_at(0), all_accepted());
    let (port, told) = proxy(false);
    let url = format!("http://u:pr0xy-pass@127.0.0.1:{port}");
    let ended = examined(platform.incs(&DOCTOR).env("INCS_PROXY_URL", &url));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(results(&ended, "credential"), ["chat ok", "api ok", "api ok"]);
    let [origin, source, value] = setting(&ended, "proxy_url");
    assert_eq!([origin, source], ["environment", "INCS_PROXY_URL"]);
    assert_eq!(value, format!("http://127.0.0.1:{port}"));
    assert!(ended.stdout.contains(&format!("through the proxy 127.0.0.1:{port}")), "{ended:?}");
    let head = told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(head.starts_with("CONNECT 127.0.0.1:") && head.to_lowercase().contains("proxy-authorization"), "{head}");
    // Other commands use it as well.
    let (port, told) = proxy(true);
    let url = format!("http://127.0.0.1:{port}");
    let status = run(platform.incs(&["status", "a", "--json"]).env("INCS_PROXY_URL", &url));
    assert_eq!(status.code, 7, "{status:?}");
    assert!(told.recv_timeout(Duration::from_secs(20)).unwrap().starts_with("CONNECT "));
}

#[test]
fn refusing_proxy_fails_the_connection() {
    let platform = platform(&root_at(0), all_accepted());
    let (port, _told) = proxy(true);
    let url = format!("http://u:pr0xy-pass@127.0.0.1:{port}");
    let ended = examined(platform.incs(&DOCTOR).env("INCS_PROXY_URL", &url));
    assert_eq!(ended.code, 7, "{ended:?}");
    let found = fault(&ended, "connection");
    assert!(found["message"].as_str().unwrap().contains(&format!("through the proxy 127.0.0.1:{port}")), "{found}");
    assert!(found["help"].as_str().unwrap().contains("INCS_PROXY_URL"), "{found}");
}

#[test]
fn unused_proxy_variable_is_named() {
    let closed = runtime().block_on(async { ClosedPort::reserve() }).unwrap();
    let url = closed.uri(Security::Plain);
    let ended = examined(with_code(&url).env("HTTPS_PROXY", "http://u:pr0xy-pass@proxy.invalid:1"));
    let help = fault(&ended, "connection")["help"].as_str().unwrap().to_owned();
    assert!(help.contains("HTTPS_PROXY is set but not used"), "{help}");
}
