//! Every command with a full disk and with a closed reader.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use incs_facade::contract::{Fault, Moment, Reply};
use incs_facade::model::envelope::Code;
use serde_json::json;

use crate::inbox::server::{Serving, message, store_in};
use crate::manage::platform::{Platform, success};
use crate::send::{ACCEPTED, LINE};
use crate::support::{Ended, Folder, fixture, fixture_path, incs, run};

/// Returns the names of all commands that can be run, with a dash between words: those with a manual page and no subcommand.
fn commands() -> BTreeSet<String> {
    let folder = Folder::new();
    assert_eq!(run(&mut incs(&["man", "--dir", folder.to_str().unwrap()])).code, 0);
    let name = |entry: fs::DirEntry| {
        let path = entry.path();
        path.file_stem().unwrap().to_str().unwrap().trim_start_matches("incs").trim_start_matches('-').to_owned()
    };
    let names: BTreeSet<_> = fs::read_dir(&*folder).unwrap().map(|entry| name(entry.unwrap())).collect();
    let is_group = |name: &str| {
        name != "send" && names.iter().any(|other| name.is_empty() || other.starts_with(&format!("{name}-")))
    };
    names.iter().filter(|name| !is_group(name)).cloned().collect()
}

/// The arguments of a run of each command that writes to stdout, with the replies it needs.
fn runs(folder: &Folder) -> BTreeMap<&'static str, Vec<String>> {
    let message = folder.file("message.json", r#"{"to":"85251230088","type":"text","text":"Hi"}"#);
    let code = folder.file("code", "480913\n");
    let template = fixture_path("waba-template-create.request.json");
    let send = folder.file(
        "send.json",
        r#"{"to":"85251230088","type":"template","template":{"name":"a","language":{"code":"en"}}}"#,
    );
    let body = fixture_path("webhook-new-message-whatsapp-text.json");
    let link = ["--to", "85251230088", "--link", "https://h/a"];
    let media = |kind: &str, ending: &str| {
        let link = link.map(|arg| if arg.starts_with("https") { format!("{arg}.{ending}") } else { arg.to_owned() });
        [vec!["send".to_owned(), kind.to_owned()], link.to_vec()].concat()
    };
    let store = store_with_item(folder);
    let outbox = store_with_messages(folder);
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    BTreeMap::from([
        ("auth-token", words("auth token")),
        ("completions", words("completions bash")),
        ("demo", words("demo")),
        ("doctor", words("doctor")),
        ("exit-codes", words("exit-codes")),
        ("explain", words("explain 131049")),
        ("inbox-dead-letter", words(&format!("inbox dead-letter 1 --store {store}"))),
        ("inbox-erase", words(&format!("inbox erase --party 15550000123 --yes --store {store}"))),
        ("inbox-list", words(&format!("inbox list --store {store}"))),
        ("inbox-replay", words(&format!("inbox replay 1 --store {store}"))),
        ("inbox-retry", words(&format!("inbox retry 1 --store {store}"))),
        ("inbox-serve", words(&format!("inbox serve --insecure --listen 127.0.0.1:0 --store {store}"))),
        ("inbox-show", words(&format!("inbox show 1 --store {store}"))),
        ("inbox-stats", words(&format!("inbox stats --store {store}"))),
        ("man", words("man")),
        ("outbox-audit", words(&format!("outbox audit --grace 1ms --store {outbox}"))),
        ("outbox-cancel", words(&format!("outbox cancel 3 --by rina --store {outbox}"))),
        ("outbox-list", words(&format!("outbox list --store {outbox}"))),
        ("outbox-resolve", words(&format!("outbox resolve 2 --abandon --by rina --store {outbox}"))),
        ("outbox-show", words(&format!("outbox show 1 --store {outbox}"))),
        ("outbox-stats", words(&format!("outbox stats --store {outbox}"))),
        ("relay-doctor", words(&format!("relay doctor --store {outbox}"))),
        ("relay-migrate", words(&format!("relay migrate --store {store}"))),
        ("relay-vacuum", words(&format!("relay vacuum --store {store}"))),
        ("sandbox", words("sandbox")),
        ("schema-check", words(&format!("schema check viber-message {message}"))),
        ("schema-export", words(&format!("schema export {}", folder.join("schemas").display()))),
        ("schema-list", words("schema list")),
        ("schema-print", words("schema print whatsapp-message")),
        ("send", words(&format!("send {message} --channel viber"))),
        ("send-audio", media("audio", "mp3")),
        ("send-document", media("document", "pdf")),
        ("send-image", media("image", "png")),
        ("send-otp", words(&format!("send otp --to 85251230088 --code-file {code}"))),
        ("send-template", words("send template --to 85251230088 --name a")),
        ("send-text", words("send text --to 85251230088 --text a")),
        ("send-video", media("video", "mp4")),
        ("status", words("status a")),
        ("task-create", words("task create --name a --channel-id 1 --to 85251230088 --assignee b")),
        ("task-list", words("task list")),
        ("template-check", words(&format!("template check --channel whatsapp {send} --definition {template}"))),
        ("template-create", words(&format!("template create --channel whatsapp {template}"))),
        ("template-delete", words("template delete --channel rcs 77")),
        ("template-get", words("template get --channel rcs 77")),
        ("template-list", words("template list --channel rcs")),
        ("validate", words(&format!("validate --channel viber {message}"))),
        ("webhook-listen", words("webhook listen --insecure --port 0 --timeout 300ms")),
        ("webhook-parse", words(&format!("webhook parse {body}"))),
        ("webhook-sign", words(&format!("webhook sign --scheme meta {body}"))),
        ("webhook-trigger", words("webhook trigger --list")),
        ("webhook-verify", words(&format!("webhook verify --scheme shared-secret --target /s3cret {body}"))),
    ])
}

/// Returns the URL of a store with one item.
fn store_with_item(folder: &Folder) -> String {
    let store = store_in(folder);
    let serving = Serving::start(&store, &[]);
    assert_eq!(serving.post(message("6281200045678", "wamid.A", "Hi")), Some(200));
    assert_eq!(serving.stop(), (0, String::new()));
    store
}

/// Returns the URL of a store with these messages: 1 accepted, 2 unknown, 3 queued.
fn store_with_messages(folder: &Folder) -> String {
    let refused = Reply::failure(Code::InvalidCertificationCode, "no");
    let platform =
        Platform::giving([Reply::json(200, ACCEPTED).into(), Fault::close(Moment::AfterRequest), refused.into()]);
    let file = folder.file("many.jsonl", format!("{LINE}\n").repeat(3));
    let journal = folder.join("outbox.db").to_str().unwrap().to_owned();
    let args = ["send", &file, "--channel", "viber", "--journal", &journal, "--concurrency", "1"];
    assert_eq!(run(&mut platform.incs(&args)).code, 8);
    format!("sqlite:{journal}")
}

/// Returns the server's replies to a command.
fn platform(name: &str) -> Platform {
    let token = success(&json!({ "token": "t" }));
    Platform::answering(match name {
        "auth-token" => vec![token],
        "status" => vec![success(&json!({ "data": [{ "message_id": "a", "message_status": "sent" }] }))],
        "task-create" => vec![token, fixture("saas-task-create.response.json")],
        "task-list" => vec![token, fixture("saas-task-list.response.json")],
        "template-create" => vec![fixture("waba-template-create.response.json")],
        "template-delete" => vec![success(&json!({}))],
        "template-get" => vec![fixture("rcs-template-get.response.json")],
        "template-list" => vec![fixture("rcs-template-list.response.json")],
        _ => vec![ACCEPTED.to_owned()],
    })
}

/// Runs a command with this as its stdout.
fn run_into(name: &str, args: &[&str], stdout: impl Into<Stdio>) -> Ended {
    let platform = platform(name);
    let mut command = platform.incs(args);
    command.env("INCS_WEBHOOK_SECRET", "s3cret").stdout(stdout).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn every_command_is_in_the_table() {
    let names: BTreeSet<_> = runs(&Folder::new()).into_keys().map(str::to_owned).collect();
    assert_eq!(names, commands());
}

#[test]
fn every_command_reports_full_disk() {
    let folder = Folder::new();
    for (name, args) in runs(&folder) {
        for json in [false, true] {
            let flags: &[&str] = if json { &["--json"] } else { &[] };
            let args: Vec<_> = args.iter().map(String::as_str).chain(flags.iter().copied()).collect();
            let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
            let ended = run_into(name, &args, full);
            assert_eq!(ended.code, 1, "{name}: {ended:?}");
            let times = ended.stderr.matches("cannot write to standard output (no space left on device)").count();
            // A listener goes on, so it reports the failure at once.
            assert_eq!(times, if name == "webhook-listen" { 2 } else { 1 }, "{name}: {ended:?}");
            if json {
                assert_eq!(ended.failure()["kind"], "output", "{name}");
            }
        }
    }
}

#[test]
fn help_and_version_report_full_disk() {
    for args in
        [&["--help"][..], &["help", "send"], &["--version"], &["help", "exit-codes"], &["send", "text", "--help"]]
    {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = run_into("", args, full);
        assert_eq!(ended.code, 1, "{args:?}: {ended:?}");
        assert!(ended.stderr.contains("cannot write to standard output"), "{args:?}: {ended:?}");
    }
}

#[test]
fn closed_reader_is_no_error() {
    let folder = Folder::new();
    for (name, args) in runs(&folder) {
        // Two run until a signal stops them, and one reports what it found as a failure.
        if ["inbox-serve", "sandbox", "outbox-audit"].contains(&name) {
            continue;
        }
        let args: Vec<_> = args.iter().map(String::as_str).chain(["--quiet"]).collect();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = run_into(name, &args, writer);
        let expected = i32::from(name == "template-check") * 2;
        assert_eq!((ended.code, ended.stderr.as_str()), (expected, ""), "{name}");
    }
}

#[test]
fn action_result_falls_back_to_stderr() {
    let folder = Folder::new();
    let runs = runs(&folder);
    for (name, result) in [
        ("send-text", "accepted  wamid.HBgN"),
        ("template-create", ": PENDING, id "),
        ("template-delete", "deleted 77"),
        ("task-create", "task "),
    ] {
        let args: Vec<_> = runs[name].iter().map(String::as_str).collect();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = run_into(name, &args, full);
        assert!(ended.stderr.contains(result), "{name}: {ended:?}");
    }
    // A token is a secret: it is never written elsewhere.
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = run_into("auth-token", &["auth", "token", "--json"], full);
    assert!(!ended.stderr.contains("\"token\""), "{ended:?}");
}

/// Returns the program with a file size limit in blocks of 512 bytes.
fn limited(args: &[&str], blocks: u32) -> Command {
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_incs")]).args(args).arg0("sh");
    command
}

#[test]
fn truncated_output_is_reported() {
    let folder = Folder::new();
    let path = folder.file("out", "");
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let mut command = limited(&["schema", "print", "whatsapp-message"], 8);
    let output = command.stdout(file).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write to standard output (file too large)"), "{stderr}");
    assert_eq!(fs::metadata(&path).unwrap().len() % 512, 0);
}

#[test]
fn validate_uses_constant_memory() {
    use std::io::Write as _;

    let peak = |lines: usize| {
        let mut child = incs(&["validate", "--channel", "whatsapp", "--json", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let line = format!("{{\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"{}\"}}\n", "x".repeat(2000));
        let chunk = line.repeat(100);
        for _ in 0..lines / 100 {
            stdin.write_all(chunk.as_bytes()).unwrap();
        }
        // All but the rest in the pipe is read; the program still runs, since its input is open.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    if !fs::exists("/proc/self/status").unwrap() {
        return;
    }
    // 2 MB, then 200 MB.
    let (little, much) = (peak(1_000), peak(100_000));
    assert!(much < little + 8 * 1024, "{little} kB for 1,000 lines, {much} kB for 100,000");
}
