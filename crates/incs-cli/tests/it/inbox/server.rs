//! A running `incs inbox serve`, a sender, and a handler that items are forwarded to.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use incs_facade::webhook::{Batch, Delivery, Limits};
use serde_json::{Value, json};

use crate::support::{Ended, Folder, incs, run};

/// The secret of forwarded items.
pub(crate) const FORWARD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A running `incs inbox serve --json` on a free port, without verification. It is killed on drop.
pub(crate) struct Serving {
    child: Child,
    lines: Receiver<String>,
    pub(crate) ready: Value,
    pub(crate) url: String,
    address: SocketAddr,
}

impl Serving {
    pub(crate) fn start(store: &str, args: &[&str]) -> Self {
        let mut command =
            incs(&["--json", "inbox", "serve", "--store", store, "--listen", "127.0.0.1:0", "--insecure"]);
        command.args(args).env("INCS_FORWARD_SECRET", FORWARD_SECRET).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = stdout.next().map(Result::unwrap);
        let Some(first) = first else { panic!("{:?}", child.wait_with_output()) };
        let ready: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(ready["type"], "ready");
        let url = ready["webhook_url"].as_str().unwrap().to_owned();
        let address = url.strip_prefix("http://").unwrap().trim_end_matches('/').parse().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || stdout.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, ready, url, address }
    }

    /// Returns the next line.
    pub(crate) fn next_line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    /// Posts a body. Returns the status, or `None` without a reply.
    pub(crate) fn post(&self, body: impl AsRef<[u8]>) -> Option<u16> {
        post(self.address, body.as_ref()).map(|(status, _)| status)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it as a power failure of the process would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Stops it by a signal. Returns the exit code and stderr.
    pub(crate) fn stop(mut self) -> (i32, String) {
        self.signal("-TERM");
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code().unwrap(), stderr)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts a body. Returns the status and the head of the reply, or `None` without a reply.
pub(crate) fn post(address: SocketAddr, body: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!(
        "POST /hooks HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).ok()?;
    let status = reply.split(' ').nth(1)?.parse().ok()?;
    Some((status, reply))
}

/// Returns the URL of a store in a folder.
pub(crate) fn store_in(folder: &Folder) -> String {
    format!("sqlite:{}", folder.join("inbox.db").display())
}

/// Returns the program for a command of a store, with `--json`.
pub(crate) fn of_store(command: &[&str], store: &str) -> Command {
    incs(&[command, &["--store", store, "--json"]].concat())
}

/// Runs a command of a store with `--json`.
pub(crate) fn on_store(command: &[&str], store: &str) -> Ended {
    run(&mut of_store(command, store))
}

/// Lists the items of a store.
pub(crate) fn items(store: &str) -> Vec<Value> {
    let ended = on_store(&["inbox", "list"], store);
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.documents()
}

/// Returns the states of all items, by id.
pub(crate) fn states(store: &str) -> Vec<String> {
    items(store).iter().map(|item| item["state"].as_str().unwrap().to_owned()).collect()
}

/// Waits until a condition holds.
pub(crate) fn wait_until(mut is_met: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_met() {
        assert!(Instant::now() < end, "it does not happen");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Returns the body of a customer's message.
pub(crate) fn message(from: &str, id: &str, text: &str) -> String {
    messages(from, &[id], text)
}

/// Returns a body with several messages of a customer.
pub(crate) fn messages(from: &str, ids: &[&str], text: &str) -> String {
    let messages: Vec<_> = ids
        .iter()
        .map(
            |id| json!({ "from": from, "id": id, "type": "text", "timestamp": "1774848000", "text": { "body": text } }),
        )
        .collect();
    json!({
        "event": "new_message",
        "channel_id": 30112,
        "message": { "messaging_product": "whatsapp", "contacts": [{ "wa_id": from }], "messages": messages },
    })
    .to_string()
}

/// Parses a body as the program does.
pub(crate) fn batch_of(body: &[u8]) -> Batch {
    let limits = Limits::DEFAULT.with_any_content_type();
    let no_headers: [(&str, &str); 0] = [];
    let delivery = Delivery::new(&no_headers, body).with_limits(limits);
    delivery.dangerously_skip_verification().unwrap().parse()
}

/// Returns the deduplication keys of a body in hex.
pub(crate) fn keys_of(body: &[u8]) -> BTreeSet<String> {
    batch_of(body).iter().map(|item| item.dedup_key().unwrap().to_string()).collect()
}

/// A forwarded item.
#[derive(Debug, Clone)]
pub(crate) struct Forwarded {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Status of the reply.
    pub(crate) status: u16,
}

impl Forwarded {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("{name}: {:?}", self.headers), |(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Returns the text of the message.
    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// A handler on a port of its own, with a thread for each connection. It records each request after it has decided the reply.
pub(crate) struct Handler {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Forwarded>>>,
}

impl Handler {
    /// Starts a handler. `reply` returns the status for a request and the number of earlier requests for the same item.
    pub(crate) fn start(reply: impl Fn(&Forwarded, usize) -> u16 + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/items", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Forwarded>>> = Arc::default();
        let (all, reply) = (Arc::clone(&seen), Arc::new(reply));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, reply) = (Arc::clone(&all), Arc::clone(&reply));
                thread::spawn(move || serve(&stream, &seen, &*reply));
            }
        });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Forwarded> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, seen: &Mutex<Vec<Forwarded>>, reply: &dyn Fn(&Forwarded, usize) -> u16) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: Vec<_> = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        let length = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let mut request = Forwarded { headers, body, status: 0 };
        let item = request.header("incs-item").to_owned();
        let earlier = seen.lock().unwrap().iter().filter(|one| one.header("incs-item") == item).count();
        request.status = reply(&request, earlier);
        let answer = format!("HTTP/1.1 {} x\r\ncontent-length: 0\r\n\r\n", request.status);
        seen.lock().unwrap().push(request);
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
