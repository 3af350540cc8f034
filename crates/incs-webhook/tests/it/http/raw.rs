//! Requests that curl cannot make: senders that stop in the middle, and many at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use super::sender::{curl_many, forge, sign};
use super::{PATIENCE, Server, lines, process, read_status, served};

fn servers() -> [(&'static str, Server); 5] {
    [
        ("extractor", served::axum()),
        ("layer", served::tower()),
        ("hyper", process::server("hyper")),
        ("axum", process::server("axum")),
        ("actix", process::server("actix")),
    ]
}

/// The beginning of a request for a body of that length.
fn head(length: usize, signature: &[String]) -> String {
    let signature = signature.join("\r\n");
    format!(
        "POST /hooks HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{signature}\r\n\r\n"
    )
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The status line, or what there is of it.
fn status_line(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => read.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8(read).unwrap().trim_end().to_owned()
}

#[test]
fn server_survives_half_a_body() {
    let body = read_status("wamid.half", "read");
    for (name, server) in servers() {
        let mut stream = connect(&server);
        // What comes is whole JSON and signed, and yet not all that was announced.
        stream.write_all(head(body.len() + 1, &sign(&body)).as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(status_line(&mut stream), "HTTP/1.1 400 Bad Request", "{name}");

        let whole = read_status("wamid.whole", "read");
        let mut stream = connect(&server);
        stream.write_all(head(whole.len(), &sign(&whole)).as_bytes()).unwrap();
        stream.write_all(&whole).unwrap();
        assert_eq!(status_line(&mut stream), "HTTP/1.1 200 OK", "{name}");
        server.assert_saw(&lines(&whole));
    }
}

#[test]
fn excess_length_is_rejected_at_once() {
    for (name, server) in servers() {
        let mut stream = connect(&server);
        stream.write_all(head(1024 * 1024 + 1, &[]).replace("\r\n\r\n\r\n", "\r\n\r\n").as_bytes()).unwrap();
        assert_eq!(status_line(&mut stream), "HTTP/1.1 413 Payload Too Large", "{name}");
    }
}

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
fn parallel_requests_are_handled_once() {
    for server in [served::axum(), served::tower(), process::server("hyper"), process::server("actix")] {
        crowd(&server);
        assert!(server.seen.try_recv().is_err());
    }
}

#[test]
fn head_is_rejected_before_body() {
    // The other servers are programs that read the body themselves.
    for (name, server) in [("extractor", served::axum()), ("layer", served::tower())] {
        let mut stream = connect(&server);
        stream.write_all(head(100, &[]).as_bytes()).unwrap();
        // The body never comes.
        assert_eq!(status_line(&mut stream), "HTTP/1.1 401 Unauthorized", "{name}");
    }
}
