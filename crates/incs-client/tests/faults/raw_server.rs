//! A server that writes bytes as a test says, and counts the messages that reach it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The server's action after a request has arrived.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Write(String),
    Wait(Duration),
    /// Ends the connection.
    Close,
}

/// A message that came whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Send {
    /// The number of the connection, from 0.
    pub(crate) connection: usize,
    pub(crate) to: String,
}

pub(crate) struct RawServer {
    pub(crate) uri: String,
    sends: Arc<Mutex<Vec<Send>>>,
}

impl RawServer {
    /// Starts a server that does this for the request of this number, from 0, over all connections.
    pub(crate) async fn start(script: impl Fn(usize) -> Vec<Act> + std::marker::Send + Sync + 'static) -> Self {
        Self::start_with(move |number, _| script(number)).await
    }

    /// Starts a server that also looks at the number of the request before on the same connection.
    pub(crate) async fn start_with(
        script: impl Fn(usize, Option<usize>) -> Vec<Act> + std::marker::Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let sends = Arc::new(Mutex::new(Vec::new()));
        let (script, noted) = (Arc::new(script), Arc::clone(&sends));
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (script, noted) = (Arc::clone(&script), Arc::clone(&noted));
                tokio::spawn(async move { serve(stream, connection, &*script, &noted).await });
            }
        });
        Self { uri, sends }
    }

    /// The messages that came, in order.
    pub(crate) fn sends(&self) -> Vec<Send> {
        self.sends.lock().unwrap().clone()
    }

    /// Returns how often the message to this number arrived.
    pub(crate) fn count(&self, to: &str) -> usize {
        self.sends().iter().filter(|send| send.to == to).count()
    }
}

/// Ends with the connection, whichever side ends it.
async fn serve(
    mut stream: TcpStream,
    connection: usize,
    script: &(impl Fn(usize, Option<usize>) -> Vec<Act> + std::marker::Send + Sync),
    sends: &Mutex<Vec<Send>>,
) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut before = None;
    loop {
        let body = request(&mut stream).await?;
        let body: Value = serde_json::from_slice(&body).unwrap();
        let number = {
            let mut sends = sends.lock().unwrap();
            sends.push(Send { connection, to: body["to"].as_str().unwrap().to_owned() });
            sends.len() - 1
        };
        for act in script(number, before.replace(number)) {
            match act {
                Act::Write(bytes) => stream.write_all(bytes.as_bytes()).await.ok()?,
                Act::Wait(time) => tokio::time::sleep(time).await,
                Act::Close => return None,
            }
        }
    }
}

/// The body of the next request, if it comes whole.
async fn request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

/// A reply on a connection that stays open.
pub(crate) fn reply(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Word\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// The reply to a send that succeeded.
pub(crate) fn taken(id: &str) -> String {
    reply(200, &format!(r#"{{"status":"success","code":200,"message":"","data":{{"msg_id":"{id}"}},"error":{{}}}}"#))
}
