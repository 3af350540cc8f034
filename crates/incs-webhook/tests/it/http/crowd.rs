//! Many senders at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::curl::curl_many;
use super::signing::{forge, sign};
use super::{PATIENCE, Server, lines, process, read_status, served};

/// A hundred deliveries on a hundred connections, every second of them forged.
fn crowd(server: &Server) {
    let mut config = String::new();
    let mut expected = BTreeSet::new();
    for number in 0..100 {
        let body = read_status(&format!("wamid.{number}"), "delivered");
        let signature = if number % 2 == 0 { sign(&body) } else { forge(&body) };
        if number % 2 == 0 {
            expected.extend(lines(&body));
        }
        let text = String::from_utf8(body).unwrap().replace('"', "\\\"");
        let url = server.url("/hooks");
        writeln!(config, "next\nurl = \"{url}\"\nheader = \"content-type: application/json\"").unwrap();
        for header in signature {
            writeln!(config, "header = \"{header}\"").unwrap();
        }
        writeln!(config, "data-binary = \"{text}\"\noutput = \"/dev/null\"\nwrite-out = \"%{{http_code}}\\n\"")
            .unwrap();
        // These count for one section only.
        config.push_str("noproxy = \"*\"\nmax-time = 60\n");
    }
    let answers = curl_many(config.strip_prefix("next\n").unwrap());
    let count = |status: &str| answers.lines().filter(|line| *line == status).count();
    assert_eq!((count("200"), count("401"), answers.lines().count()), (50, 50, 100));
    let seen: BTreeSet<_> = (0..50).map(|_| server.seen.recv_timeout(PATIENCE).unwrap()).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_hundred_at_once_are_all_answered_and_each_item_is_seen_once() {
    for server in [served::axum(), served::tower(), process::server("hyper"), process::server("actix")] {
        crowd(&server);
        assert!(server.seen.try_recv().is_err());
    }
}
