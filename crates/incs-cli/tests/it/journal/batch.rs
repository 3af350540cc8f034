//! Files that are sent by a journal: to their end, again, and other files than that of the journal.

use std::fs;
use std::process::Stdio;

use incs_facade::contract::{ClosedPort, Security};
use serde_json::json;

use super::bulk::{Bulk, line, lines, results, states};
use crate::sandbox::Sandbox;
use crate::send::documents::DOUBTFUL;
use crate::support::{incs, run, run_with_input};

#[test]
fn every_line_is_sent_once() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(lines(120));
    let first = bulk.send(&sandbox, &["--concurrency", "64"]);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{first:?}");
    let ids: Vec<_> = results(&first).values().map(|result| result["message_id"].clone()).collect();
    assert!(first.documents().iter().all(|result| result["earlier"].is_null()));
    let mut sent: Vec<_> =
        sandbox.sent().iter().map(|message| message["content"]["text"].as_str().unwrap().to_owned()).collect();
    sent.sort();
    let mut expected: Vec<_> = (0..120).map(|index| format!("Parcel {index}.")).collect();
    expected.sort();
    assert_eq!(sent, expected);
    // The same again, by the file and without it.
    for again in [bulk.send(&sandbox, &[]), bulk.resume(&sandbox, &[])] {
        assert_eq!(again.code, 0, "{again:?}");
        let results = results(&again);
        assert_eq!(results.values().map(|result| result["message_id"].clone()).collect::<Vec<_>>(), ids);
        assert!(results.values().all(|result| result["earlier"] == true));
    }
    assert_eq!(sandbox.sent().len(), 120);
}

#[test]
fn text_names_the_line_and_the_earlier_run() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(format!("{}\n\n{}", line("85251230088", 0), line("85251230099", 1)));
    let args = ["send", &bulk.file, "--channel", "viber", "--journal", &bulk.journal];
    let first = sandbox.run(&args);
    assert!(first.stdout.starts_with("     1  accepted  "), "{first:?}");
    assert_eq!(first.stderr, "accepted 2 of 2 messages\n");
    let last = first.stdout.lines().last().unwrap();
    assert!(last.starts_with("     4  accepted  ") && !last.contains("earlier"), "{first:?}");
    let again = sandbox.run(&args);
    assert_eq!(again.stdout.lines().last().unwrap(), format!("{last}  (earlier run)"));
}

#[test]
fn another_file_is_refused() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(lines(1100));
    assert_eq!(bulk.send(&sandbox, &["--concurrency", "64"]).code, 0);
    let whole = lines(1100);
    let shorter: String = whole.split_inclusive('\n').take(1050).collect();
    for (content, message) in [
        (whole.replace("Parcel 1040.", "Parcel."), "line 1041 of the file is not line 1041 of the journal"),
        (format!("\n{whole}"), "line 2 of the file is not line 2 of the journal"),
        (format!("{whole}{}", line("85251230088", 0)), "line 1101 of the file is not in the journal"),
        (shorter, "the file ends after 1050 messages, and the journal"),
        (String::new(), "the file ends after 0 messages"),
    ] {
        let file = bulk.folder.file("other.jsonl", content);
        let ended = sandbox.run(&["send", &file, "--channel", "viber", "--journal", &bulk.journal, "--json"]);
        let failure = ended.failure();
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(failure["message"].as_str().unwrap().contains(message), "{failure}");
        let help = failure["help"].as_str().unwrap();
        assert!(help.contains("--resume") && help.contains("sent twice"), "{failure}");
    }
    assert_eq!(sandbox.sent().len(), 1100);
    assert_eq!(bulk.on_store(&["outbox", "stats"]).document()["accepted"], 1100);
}

#[test]
fn faulty_lines_have_an_outcome() {
    let sandbox = Sandbox::start(&[]);
    let long = "x".repeat((16 << 20) + 5);
    let content = [
        line("85251230088", 0),
        "not json\n".to_owned(),
        "{\"to\":\"85251230077\",\"type\":\"text\",\"text\":\"\"}\n".to_owned(),
        format!("{long}\n"),
        line("15550010003", 4),
        "{\"to\":\"85251230066\",\"type\":\"image\",\"image\":{\"link\":7}}\n".to_owned(),
        line("15550000500", 6),
        line("15550000429", 7),
    ];
    let bulk = Bulk::new(content.concat());
    let first = bulk.send(&sandbox, &["--retries", "0"]);
    assert_eq!(first.code, 8, "{first:?}");
    let expected = ["accepted", "not_sent", "not_sent", "not_sent", "rejected", "not_sent", "unknown", "not_sent"];
    assert_eq!(states(&first), expected);
    let failure = first.failure();
    assert_eq!(
        [&failure["total"], &failure["accepted"], &failure["not_sent"], &failure["rejected"], &failure["unknown"]],
        [&json!(8), &json!(1), &json!(5), &json!(1), &json!(1)]
    );
    let found = results(&first);
    let kinds: Vec<_> = found.values().map(|result| result["error"]["kind"].as_str().unwrap_or_default()).collect();
    let words = ["", "malformed", "invalid", "malformed", "refused", "malformed", "unknown", "attempts_used_up"];
    assert_eq!(kinds, words);
    assert_eq!(found[&2]["error"]["violations"][0]["pointer"], "/text");
    assert_eq!(found[&3]["error"]["message"], "the line is longer than 16777216 bytes");
    assert_eq!(found[&5]["error"]["pointer"], "/image/link");
    assert_eq!(found[&5]["error"]["message"], "/image/link: expected a string, found a number (line 6, column 52)");
    // Another run prints the same.
    let again = results(&bulk.resume(&sandbox, &[]));
    for (index, result) in &found {
        let mut earlier = result.clone();
        earlier["earlier"] = true.into();
        assert_eq!(again[index], earlier);
    }
    assert_eq!(sandbox.sent().len(), 1);
    // The journal shows why, without a value of the line.
    let listed = bulk.on_store(&["outbox", "list", "--state", "dead"]);
    let errors: Vec<_> =
        listed.documents().iter().map(|message| message["error"].as_str().unwrap().to_owned()).collect();
    assert_eq!(errors[1], "the message breaks rules of the platform: text.not_empty");
    assert!(errors.iter().all(|error| !error.contains("8525")), "{errors:?}");
}

#[test]
fn warnings_are_printed_and_can_be_denied() {
    let sandbox = Sandbox::start(&[]);
    let content = format!("{DOUBTFUL}\n{}", line("85251230099", 1));
    let send = |bulk: &Bulk, flags: &[&str]| {
        let args = ["send", &bulk.file, "--channel", "whatsapp", "--journal", &bulk.journal, "--json"];
        sandbox.run(&[&args[..], flags].concat())
    };
    let bulk = Bulk::new(&content);
    let ended = send(&bulk, &[]);
    assert_eq!(states(&ended), ["accepted", "accepted"]);
    assert!(results(&ended)[&0]["warnings"][0]["rule"].is_string(), "{ended:?}");
    let denied = Bulk::new(&content);
    let ended = send(&denied, &["--deny-warnings"]);
    assert_eq!((ended.code, states(&ended)), (9, vec!["not_sent".to_owned(), "accepted".to_owned()]));
    // The flag belongs to the journal.
    for (bulk, flags) in [(&bulk, &["--deny-warnings"][..]), (&bulk, &["--no-validate"]), (&denied, &[])] {
        let ended = send(bulk, flags);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
    }
    assert_eq!(denied.resume(&sandbox, &[]).code, 9);
}

#[test]
fn lines_are_not_validated_on_request() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new("{\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"\"}\n{\"to\":7}\nnot json\n");
    let ended = bulk.send(&sandbox, &["--no-validate"]);
    assert_eq!(states(&ended), ["rejected", "rejected", "not_sent"], "{ended:?}");
}

#[test]
fn standard_input_is_stored_whole_before_the_first_send() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new("");
    let args = ["send", "-", "--channel", "viber", "--journal", &bulk.journal, "--json"];
    let ended = run_with_input(&mut sandbox.incs(&args), lines(30));
    assert_eq!((ended.code, states(&ended).len()), (0, 30), "{ended:?}");
    let other = run_with_input(&mut sandbox.incs(&args), lines(31));
    assert_eq!(other.code, 2, "{other:?}");
    assert_eq!(bulk.resume(&sandbox, &[]).code, 0);
    assert_eq!(sandbox.sent().len(), 30);
}

#[test]
fn refused_credential_leaves_the_rest_in_the_journal() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(lines(40));
    for code in [Some("wrong"), None] {
        let mut command = sandbox.incs(&bulk.args(&["--concurrency", "2"]));
        match code {
            Some(code) => command.env("INCS_CERTIFICATION_CODE", code),
            None => command.env_remove("INCS_CERTIFICATION_CODE"),
        };
        let ended = run(&mut command);
        let failure = ended.failure();
        assert_eq!((ended.code, &failure["waiting"], &failure["total"]), (4, &json!(40), &json!(40)), "{ended:?}");
        assert_eq!(ended.stdout, "");
        let resume = format!("incs send --resume {}", bulk.journal);
        assert!(failure["help"].as_str().unwrap().contains(&resume), "{failure}");
    }
    assert!(sandbox.sent().is_empty());
    let ended = bulk.resume(&sandbox, &[]);
    assert_eq!((ended.code, states(&ended).len()), (0, 40), "{ended:?}");
    assert_eq!(sandbox.sent().len(), 40);
}

#[test]
fn unreachable_platform_is_retried_and_then_given_up() {
    let port = ClosedPort::reserve().unwrap();
    let bulk = Bulk::new(lines(3));
    let mut command = incs(&bulk.args(&["--retries", "1"]));
    command.env("INCS_BASE_URL", port.uri(Security::Plain)).env("INCS_CERTIFICATION_CODE", "5d1f");
    let ended = run(&mut command);
    assert_eq!((ended.code, states(&ended)), (7, vec!["not_sent".to_owned(); 3]), "{ended:?}");
    assert!(results(&ended).values().all(|result| result["error"]["attempts"] == 2), "{ended:?}");
}

#[test]
fn throttled_messages_are_sent_at_last() {
    let rule = r#"{"kind":"rate_limit","count":3}"#;
    let sandbox = Sandbox::start(&["--fault", rule]);
    let bulk = Bulk::new(lines(6));
    let ended = bulk.send(&sandbox, &["--concurrency", "1"]);
    assert_eq!((ended.code, sandbox.sent().len()), (0, 6), "{ended:?}");
    // Without a retry the code shows the cause.
    let sandbox = Sandbox::start(&["--fault", r#"{"kind":"rate_limit"}"#]);
    let ended = Bulk::new(lines(2)).send(&sandbox, &["--retries", "0"]);
    assert_eq!((ended.code, states(&ended)), (6, vec!["not_sent".to_owned(); 2]), "{ended:?}");
}

#[test]
fn rate_is_kept() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(lines(30));
    let begin = std::time::Instant::now();
    assert_eq!(bulk.send(&sandbox, &["--rate", "20/s"]).code, 0);
    assert!(begin.elapsed().as_millis() >= 1300, "{:?}", begin.elapsed());
}

#[test]
fn unsuitable_options_and_files_are_refused() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(lines(3));
    let refused = |args: &[&str], message: &str| {
        let ended = sandbox.run(args);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{args:?}: {ended:?}");
        assert!(ended.stderr.contains(message), "{args:?}: {}", ended.stderr);
    };
    for flags in [&["--dry-run"][..], &["--platform-message"], &["--concurrency", "65"], &["--retries", "101"]] {
        refused(&bulk.args(flags), flags[0]);
    }
    refused(&["send", "--resume", &bulk.journal, "--json"], "does not exist");
    refused(&["send", &bulk.file, "--journal", &bulk.journal], "no channel is given");
    refused(&["send", "--journal", &bulk.journal], "no FILE is given");
    refused(&["send", &bulk.file, "--resume", &bulk.journal], "cannot be used with");
    refused(&["send", "--journal", &bulk.journal, "text", "--to", "85251230088", "--text", "a"], "a FILE, not of");
    refused(&["send", "text", "--to", "85251230088", "--text", "a", "--journal", &bulk.journal], "only a file has a");
    refused(&["send", "/absent", "--channel", "viber", "--journal", &bulk.journal], "cannot be read");
    refused(&bulk.args(&["--concurrency", "0"]), "expected a number of at least 1");
    assert!(!fs::exists(&bulk.journal).unwrap(), "nothing is stored");
    assert_eq!(bulk.send(&sandbox, &[]).code, 0);
    refused(&["send", &bulk.file, "--channel", "rcs", "--journal", &bulk.journal], "is of the channel viber, not rcs");
    refused(&["send", "--resume", &bulk.journal, "--channel", "rcs"], "is of the channel viber, not rcs");
    // An empty store can become a journal, but not be resumed.
    let empty = bulk.folder.join("empty.db").to_str().unwrap().to_owned();
    assert_eq!(run(&mut incs(&["relay", "migrate", "--store", &format!("sqlite:{empty}")])).code, 0);
    refused(&["send", "--resume", &empty], "is not a journal");
    assert_eq!(sandbox.run(&["send", &bulk.file, "--channel", "viber", "--journal", &empty]).code, 0);
}

#[test]
fn journal_must_be_a_file_of_its_own() {
    let bulk = Bulk::new(lines(3));
    let folder = bulk.folder.to_str().unwrap();
    let absent = format!("{folder}/absent/bulk.db");
    for (journal, message) in [
        (bulk.file.as_str(), "it holds something else"),
        (folder, "is a folder"),
        (&absent, "absent does not exist"),
        ("-", "must be a file on a disk"),
        (":memory:", "must be a file on a disk"),
        ("sqlite:", "names no file"),
        #[cfg(unix)]
        ("/dev/null", "is not a regular file"),
        #[cfg(target_os = "linux")]
        ("/dev/full", "is not a regular file"),
    ] {
        let ended = run(&mut incs(&["send", &bulk.file, "--channel", "viber", "--journal", journal]));
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{journal}: {ended:?}");
        assert!(ended.stderr.contains(message) && ended.stderr.contains("help: "), "{journal}: {ended:?}");
    }
    assert_eq!(fs::read_to_string(&bulk.file).unwrap(), lines(3));
    assert!(!fs::exists(format!("{}.lock", bulk.file)).unwrap());
}

#[cfg(unix)]
#[test]
fn store_of_an_inbox_is_no_journal() {
    use crate::inbox::server::{Serving, message};

    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(lines(3));
    let serving = Serving::start(&bulk.store(), &[]);
    assert_eq!(serving.post(message("6281200045678", "wamid.A", "Hi")), Some(200));
    let ended = bulk.send(&sandbox, &[]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("another process uses the journal"), "{ended:?}");
    drop(serving);
    for ended in [bulk.send(&sandbox, &[]), bulk.resume(&sandbox, &[])] {
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains("not a journal"), "{ended:?}");
    }
    assert!(sandbox.sent().is_empty());
}

#[cfg(unix)]
#[test]
fn customers_messages_are_not_given_up() {
    use crate::inbox::server::{Serving, message, states as items};

    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(lines(3));
    assert_eq!(bulk.send(&sandbox, &[]).code, 0);
    let serving = Serving::start(&bulk.store(), &[]);
    assert_eq!(serving.post(message("6281200045678", "wamid.A", "Hi")), Some(200));
    drop(serving);
    let ended = bulk.resume(&sandbox, &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
    assert!(ended.stderr.contains("wait for a handler"), "{ended:?}");
    assert_eq!(items(&bulk.store()), ["stored"]);
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_of_the_output_loses_nothing() {
    let sandbox = Sandbox::start(&["--fault", r#"{"kind":"slow","millis":20}"#]);
    let bulk = Bulk::new(lines(100));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = sandbox.incs(&bulk.args(&["--concurrency", "1"]));
    let output = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let failure: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
    assert_eq!(failure["kind"], "output");
    assert!(failure["help"].as_str().unwrap().contains("nothing is lost"), "{failure}");
    let ended = bulk.resume(&sandbox, &["--concurrency", "64"]);
    assert_eq!((ended.code, states(&ended).len()), (0, 100), "{ended:?}");
    assert_eq!(sandbox.sent().len(), 100);
}
