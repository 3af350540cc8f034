//! One table of requests and responses, checked against every server.

use incs_webhook::Limits;

use super::sender::{PATH_SECRET, curl, forge, sign};
use super::{Server, lines, process, read_status, served};

const JSON: &str = "content-type: application/json";

#[test]
fn axum_extractor_follows_the_table() {
    hold_to_the_table(&served::axum());
}

#[test]
fn tower_layer_follows_the_table() {
    hold_to_the_table(&served::tower());
}

#[test]
fn hyper_example_follows_the_table() {
    hold_to_the_table(&process::server("hyper"));
}

#[test]
fn axum_example_follows_the_table() {
    hold_to_the_table(&process::server("axum"));
}

#[test]
fn actix_example_follows_the_table() {
    hold_to_the_table(&process::server("actix"));
}

/// One request and what is to come of it.
struct Case {
    name: &'static str,
    target: &'static str,
    body: Vec<u8>,
    signature: Vec<String>,
    content_type: &'static str,
    args: &'static [&'static str],
    status: u16,
}

impl Case {
    /// Signed, of JSON, and taken.
    fn new(name: &'static str, body: &[u8]) -> Self {
        let signature = sign(body);
        Self { name, target: "/hooks", body: body.to_owned(), signature, content_type: JSON, args: &[], status: 200 }
    }

    fn refused(name: &'static str, body: &[u8], status: u16) -> Self {
        Self { status, ..Self::new(name, body) }
    }
}

fn table() -> Vec<Case> {
    let status = read_status("wamid.HBgN", "read");
    let two = br#"{"event":"new_message","message":{"messaging_product":"whatsapp","messages":[
        {"from":"6281200045678","id":"wamid.1","timestamp":"1774000000","type":"text","text":{"body":"Hi"}},
        {"from":"6281200045678","id":7}]}}"#;
    let limit = Limits::DEFAULT.body;
    let with_length = |length: usize| [&status[..], &vec![b' '; length - status.len()]].concat();
    let path = format!("/hooks/{PATH_SECRET}").leak();
    vec![
        Case::new("signed", &status),
        Case::new("the same once more", &status),
        Case { signature: forge(&status), ..Case::refused("signed with another secret", &status, 401) },
        Case { body: read_status("wamid.HBgN", "sent"), ..Case::refused("changed after it was signed", &status, 401) },
        Case { signature: vec![], ..Case::refused("not signed", &status, 401) },
        Case { signature: vec![], target: path, ..Case::new("the secret in the path", &status) },
        Case { signature: vec![], target: "/hooks/guessed", ..Case::refused("a guessed path", &status, 401) },
        Case::new("two items, of which one is malformed", two),
        Case::new("an unknown event", br#"{"event":"not_known_yet","message":{}}"#),
        Case::new("half of the JSON, signed as it is", &status[..status.len() / 2]),
        Case::new("nothing, signed as it is", b""),
        Case::new("bytes that are no text, signed as they are", b"\xff\x00\xfe"),
        Case { content_type: "content-type:", ..Case::new("no content type", &status) },
        Case { content_type: "content-type: text/plain", ..Case::refused("another content type", &status, 415) },
        Case::new("as large as may be", &with_length(limit)),
        Case { args: &["-H", "transfer-encoding: chunked"], ..Case::new("the same in chunks", &with_length(limit)) },
        Case::refused("one byte too large", &with_length(limit + 1), 413),
        Case {
            args: &["-H", "transfer-encoding: chunked"],
            ..Case::refused("one byte too large, in chunks", &with_length(limit + 1), 413)
        },
    ]
}

/// A rejected request must leave no line. If it leaves one, that line comes before the lines of the next case.
fn hold_to_the_table(server: &Server) {
    for case in table() {
        let headers = [&case.signature[..], &[case.content_type.to_owned()]].concat();
        let status = curl(&server.url(case.target), &headers, case.args, Some(&case.body));
        assert_eq!(status, case.status, "{}", case.name);
        if status == 200 {
            server.assert_saw(&lines(&case.body));
        }
    }
    assert_eq!(curl(&server.url("/hooks"), &[], &[], None), server.status_of_get, "GET");
    let last = read_status("wamid.last", "sent");
    assert_eq!(curl(&server.url("/hooks"), &sign(&last), &["-H", JSON], Some(&last)), 200);
    server.assert_saw(&lines(&last));
}
