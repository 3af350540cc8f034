//! `incs send`.

use std::process::Command;

use incs_facade::contract::{ClosedPort, Fault, Moment, Reply, Security};
use incs_facade::model::envelope::Code;

use super::transcript::{Transcript, with_json};
use crate::manage::platform::Platform;
use crate::send::{ACCEPTED, LINE};
use crate::support::{Folder, fixture, fixture_path};

const TEXT: [&str; 6] = ["send", "text", "--to", "85251230088", "--text", "See you at 9"];

/// Returns the program with these arguments, and a server with these replies and faults.
fn to(platform: &Platform, args: &[&str]) -> Command {
    platform.incs(&[args, &["--json"]].concat())
}

fn accepted() -> Fault {
    Reply::json(200, ACCEPTED).into()
}

/// Returns a reply with another message id.
fn accepted_next() -> Fault {
    Reply::json(200, ACCEPTED.replace("HBgN", "HBgO")).into()
}

#[test]
fn json_of_send_file_is_frozen() {
    let folder = Folder::new();
    let mut transcript = Transcript::of("send").hiding_folder(&folder);
    let file = ["send", "-", "--channel", "viber", "--concurrency", "1"];

    let one = folder.file("one.json", "{\n  \"to\": \"85251230088\",\n  \"type\": \"text\",\n  \"text\": \"Hi\"\n}\n");
    let platform = Platform::giving([accepted()]);
    transcript.add("one object on several lines", &mut to(&platform, &["send", &one, "--channel", "viber"]));

    let empty = r#"{"to":"85251230088","type":"text","text":""}"#;
    let wrong = r#"{"to":"85251230088","type":"image","image":{"link":7}}"#;
    let platform = Platform::giving([
        accepted(),
        Reply::failure(Code::Viber, "(#132012) the platform's own words").into(),
        Fault::close(Moment::AfterRequest),
        accepted_next(),
    ]);
    let lines = format!("{LINE}\n\n{wrong}\n{empty}\n{LINE}\n{LINE}\n{LINE}\nnot json\n");
    let mut command = to(&platform, &[&file[..], &["--retries", "0"]].concat());
    transcript.add_with_input(
        "accepted, malformed, invalid, rejected, unknown, accepted, malformed; in the order of their ends",
        &mut command,
        lines,
    );

    let platform = Platform::giving([Reply::failure(Code::Viber, "(#132012) the platform's own words")]);
    let mut command = to(&platform, &[&file[..], &["--platform-message"]].concat());
    transcript.add_with_input("the platform's own words", &mut command, LINE);

    let platform = Platform::giving([accepted()]);
    let two = format!("{LINE}\n{empty}\n");
    transcript.add_with_input("partly", &mut to(&platform, &file), &two);
    let platform = Platform::giving([accepted()]);
    let mut command = to(&platform, &[&file[..], &["--no-validate"]].concat());
    transcript.add_with_input("without validation", &mut command, empty);

    let platform = Platform::giving([Reply::failure(Code::InvalidCertificationCode, "no")]);
    let three = folder.file("three.jsonl", format!("{LINE}\n").repeat(3));
    let file = ["send", &three, "--channel", "viber", "--concurrency", "1"];
    transcript.add("a refused credential ends the batch", &mut to(&platform, &file));

    let dry = with_json(&["send", "-", "--channel", "viber", "--dry-run"]);
    transcript.add_with_input("dry run", &mut { dry }, format!("{LINE}\n{empty}\n[]\n"));
    transcript.add_with_input("nothing", &mut with_json(&["send", "-", "--channel", "rcs", "--dry-run"]), "\n");
    add_journal(&mut transcript, &folder);
    transcript.add("no channel", &mut with_json(&["send", "-"]));
    transcript.add("nothing named", &mut with_json(&["send"]));
    transcript.add("no such file", &mut with_json(&["send", "absent.json", "--channel", "rcs"]));
    transcript.add("a folder", &mut with_json(&["send", folder.to_str().unwrap(), "--channel", "rcs"]));
    transcript.end();
}

/// Adds the runs with a journal.
fn add_journal(transcript: &mut Transcript, folder: &Folder) {
    let lines = format!("{LINE}\n\n{}\nnot json\n{LINE}\n{LINE}\n", LINE.replace("See you at 9", ""));
    let file = folder.file("many.jsonl", &lines);
    let journal = folder.join("many.db").to_str().unwrap().to_owned();
    let send = ["send", &file, "--channel", "viber", "--journal", &journal, "--concurrency", "1"];
    let resume = ["send", "--resume", &journal, "--concurrency", "1"];
    let platform = Platform::giving([accepted(), Reply::failure(Code::InvalidCertificationCode, "no").into()]);
    transcript.add("a journal: the credential is refused", &mut to(&platform, &send));
    let refused = Reply::failure(Code::Viber, "(#132012) the platform's own words").into();
    let platform = Platform::giving([refused, Fault::close(Moment::AfterRequest)]);
    transcript.add("a journal: resumed", &mut to(&platform, &resume));
    transcript.add("a journal: again", &mut with_json(&send));
    folder.file("many.jsonl", lines.replace("not json", "no json"));
    transcript.add("a journal: another file", &mut with_json(&send));
    folder.file("many.jsonl", format!("{lines}{LINE}\n"));
    transcript.add("a journal: a longer file", &mut with_json(&send));
    folder.file("many.jsonl", format!("{LINE}\n"));
    transcript.add("a journal: a shorter file", &mut with_json(&send));
    let absent = folder.join("absent.db").to_str().unwrap().to_owned();
    transcript.add("no such journal", &mut with_json(&["send", "--resume", &absent]));
    transcript.add("too many at once", &mut with_json(&[&send[..6], &["--concurrency", "65"]].concat()));
    transcript.add("a journal without a file", &mut with_json(&["send", "--journal", &journal]));
}

#[test]
fn json_of_send_text_is_frozen() {
    let mut transcript = Transcript::of("send text");
    let once = [&TEXT[..], &["--retries", "0"]].concat();
    let hasty = [&TEXT[..], &["--timeout", "1s"]].concat();
    let unreadable = r#"{"status":"success","code":200,"message":"","data":[]}"#;
    for (case, args, fault) in [
        ("accepted", &TEXT[..], accepted()),
        ("authentication", &TEXT, Reply::failure(Code::InvalidCertificationCode, "no").into()),
        ("refused by the platform", &TEXT, Reply::failure(Code::BadRequest, "no").into()),
        ("refused by the provider", &TEXT, Reply::failure(Code::WhatsApp, "(#132012) no").into()),
        ("rate limited", &once, Reply::new(429).into()),
        ("rate limited with a time", &once, Reply::new(429).with_header("retry-after", "7").into()),
        ("unknown, no reply in time", &hasty, Fault::stall(Moment::AfterRequest)),
        ("unknown, connection closed", &once, Fault::close(Moment::AfterRequest)),
        ("unknown, server error", &once, Reply::new(500).into()),
        ("unknown, no JSON", &once, Reply::json(200, "<html>").into()),
        ("accepted, reply without an id", &once, Reply::json(200, unreadable).into()),
    ] {
        transcript.add(case, &mut to(&Platform::giving([fault]), args));
    }
    let platform = Platform::giving([accepted(), accepted_next()]);
    let two = ["send", "text", "--to", "85251230088", "--to", "85251230099", "--text", "Hi", "--concurrency", "1"];
    transcript.add("two recipients", &mut to(&platform, &two));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let port = runtime.block_on(async { ClosedPort::reserve() }).unwrap();
    let mut nobody = with_json(&once);
    nobody.env("INCS_BASE_URL", port.uri(Security::Plain)).env("INCS_CERTIFICATION_CODE", "5d1f");
    transcript.add("network", &mut nobody);
    transcript.add("no credential", &mut with_json(&TEXT));
    let mut remote = with_json(&TEXT);
    remote.env("INCS_BASE_URL", "http://chat.example.com").env("INCS_CERTIFICATION_CODE", "5d1f");
    transcript.add("no TLS", &mut remote);
    transcript.add("dry run", &mut with_json(&[&TEXT[..], &["--dry-run"]].concat()));
    let empty = ["send", "text", "--to", "85251230088", "--text", "", "--dry-run"];
    transcript.add("dry run of an invalid message", &mut with_json(&empty));
    transcript.add("invalid", &mut to(&Platform::giving([accepted()]), &empty[..6]));
    transcript.add("no number", &mut with_json(&["send", "text", "--to", "x", "--text", "a"]));
    transcript.add("usage", &mut with_json(&["send", "text", "--text", "a"]));
    transcript.end();
}

/// Records a kind: an accepted send, an invalid message, and a wrong command line.
fn kind(name: &str, cases: &[(&str, &[&str])]) {
    let folder = Folder::new();
    let code = folder.file("code", "480913\n");
    let command = format!("send {name}");
    let mut transcript = Transcript::of(&command).hiding_folder(&folder);
    for (case, args) in cases {
        let args: Vec<_> = args.iter().map(|arg| if *arg == "CODE" { code.as_str() } else { arg }).collect();
        let args = [&["send", name, "--to", "85251230088"], &args[..]].concat();
        transcript.add(case, &mut with_json(&[&args[..], &["--dry-run"]].concat()));
        let platform = Platform::giving([accepted()]);
        transcript.add(case, &mut to(&platform, &args));
    }
    transcript.add("usage", &mut with_json(&["send", name]));
    transcript.end();
}

#[test]
fn json_of_send_image_is_frozen() {
    let kinds = ["https://h/a.png", "https://h/a.tiff", "h/a.png"];
    let [right, unfit, relative] = kinds;
    kind(
        "image",
        &[
            ("whatsapp", &["--link", right]),
            ("viber", &["--link", right, "--channel", "viber"]),
            ("rcs", &["--link", right, "--channel", "rcs"]),
            ("another kind of file", &["--link", unfit]),
            ("a relative link", &["--link", relative]),
        ],
    );
}

#[test]
fn json_of_send_video_is_frozen() {
    kind(
        "video",
        &[
            ("whatsapp", &["--link", "https://h/a.mp4"]),
            ("viber", &["--link", "https://h/a.mp4", "--channel", "viber"]),
            ("rcs", &["--link", "https://h/a.mp4", "--channel", "rcs"]),
            ("another kind of file", &["--link", "https://h/a.gif"]),
        ],
    );
}

#[test]
fn json_of_send_audio_is_frozen() {
    kind(
        "audio",
        &[
            ("whatsapp", &["--link", "https://h/a.mp3"]),
            ("viber has none", &["--link", "https://h/a.mp3", "--channel", "viber"]),
            ("another kind of file", &["--link", "https://h/a.flac"]),
        ],
    );
}

#[test]
fn json_of_send_document_is_frozen() {
    kind(
        "document",
        &[
            ("whatsapp", &["--link", "https://h/a.pdf"]),
            ("viber", &["--link", "https://h/a.pdf", "--channel", "viber"]),
            ("rcs", &["--link", "https://h/a.pdf", "--channel", "rcs"]),
            ("another kind of file", &["--link", "https://h/a.exe"]),
        ],
    );
}

#[test]
fn json_of_send_template_is_frozen() {
    kind(
        "template",
        &[
            ("whatsapp", &["--name", "t", "--header", "H", "--param", "a", "--copy-code", "1=X"]),
            ("whatsapp, a code", &["--name", "t", "--code-file", "CODE"]),
            ("rcs", &["--name", "t", "--param", "a=b", "--channel", "rcs"]),
            ("rcs, a value without a name", &["--name", "t", "--param", "b", "--channel", "rcs"]),
            ("rcs, a header", &["--name", "t", "--header", "h", "--channel", "rcs"]),
            ("a copy code without an index", &["--name", "t", "--copy-code", "x"]),
            ("viber has none", &["--name", "t", "--channel", "viber"]),
        ],
    );
}

#[test]
fn json_of_send_otp_is_frozen() {
    kind(
        "otp",
        &[
            ("viber", &["--code-file", "CODE", "--minutes", "9"]),
            ("no minutes", &["--code-file", "CODE", "--minutes", "0"]),
            ("another language", &["--code-file", "CODE", "--language", "xx"]),
            ("whatsapp has none", &["--code-file", "CODE", "--channel", "whatsapp"]),
            ("no such file", &["--code-file", "absent"]),
        ],
    );
}

#[test]
fn json_of_template_check_is_frozen() {
    let mut transcript = Transcript::of("template check");
    let definition = fixture_path("rcs-template-get.response.json");
    let send = |parameters: &str| {
        let template = format!(r#"{{"name":"rain_sale_card","parameters":{parameters}}}"#);
        format!(r#"{{"to":"85251230088","type":"template","template":{template}}}"#)
    };
    let check = ["template", "check", "--channel", "rcs", "-"];
    let in_file = [&check[..], &["--definition", &definition]].concat();
    let right = send(r#"{"customer":"Rina","offer":"5%"}"#);
    for (case, message) in [
        ("valid", right.clone()),
        ("violations", send(r#"{"customer":"","offr":"5%"}"#)),
        ("malformed", send(r#"{"customer":7}"#)),
        ("no template", fixture("send-rcs-text.request.json")),
        ("another template", right.replace("rain_sale_card", "nobody")),
    ] {
        transcript.add_with_input(case, &mut with_json(&in_file), message);
    }
    let platform = Platform::answering([fixture("rcs-template-list.response.json")]);
    transcript.add_with_input("by the name in the message", &mut to(&platform, &check), &right);
    let platform = Platform::answering([fixture("rcs-template-get.error-400.response.json")]);
    let by_id = [&check[..], &["--id", "77"]].concat();
    transcript.add_with_input("not found", &mut to(&platform, &by_id), &right);
    let whatsapp = ["template", "check", "--channel", "whatsapp", "--definition"];
    let definition = fixture_path("waba-template-create.request.json");
    let components = r#"[{"type":"body","parameters":[{"type":"text","text":"Ms Tan"}]}]"#;
    let template = format!(r#"{{"name":"balance_note_1","components":{components}}}"#);
    let message = format!(r#"{{"to":"85251230088","type":"template","template":{template}}}"#);
    let mut command = with_json(&[&whatsapp[..], &[&definition, "-"]].concat());
    transcript.add_with_input("whatsapp, a parameter is missing", &mut command, message);
    transcript.add("usage", &mut with_json(&["template", "check", "--channel", "viber", "-"]));
    transcript.end();
}
