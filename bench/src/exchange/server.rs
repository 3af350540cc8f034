//! A keep-alive server in a separate process, so that only the client's instructions are counted.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, thread};

/// The reply to every request.
const REPLY: &str = include_str!("../../../crates/incs-model/fixtures/incs/send-whatsapp.success.response.json");

/// The number of replies so far.
static REPLIES: AtomicU64 = AtomicU64::new(0);

/// A running server. It is stopped on drop.
#[derive(Debug)]
pub struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts this program again as the server.
    ///
    /// # Errors
    ///
    /// Fails if the server does not start.
    pub fn start() -> io::Result<Self> {
        let mut process =
            Command::new(env::current_exe()?).arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let port = line.trim().parse().map_err(io::Error::other)?;
        Ok(Self { process, port })
    }

    /// The address of the server.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server ends with its input; this only saves the wait.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until the input of this process ends.
///
/// # Errors
///
/// Fails if there is no free port.
pub fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
    io::stdout().flush()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A broken connection only ends its own thread.
            thread::spawn(move || answer(stream));
        }
    });
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

/// Replies to the requests of a connection.
fn answer(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let body = compact(REPLY);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let (before, id, after) = around_id(&body).ok_or_else(|| io::Error::other("the sample holds no id"))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line == "\r\n" {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        io::copy(&mut reader.by_ref().take(length), &mut io::sink())?;
        // Every message has a new id: a client may take a repeated one for a late reply.
        let number = REPLIES.fetch_add(1, Ordering::Relaxed);
        let reply = format!("{head}{before}{number:0width$}{after}", width = id.len());
        stream.write_all(reply.as_bytes())?;
    }
}

/// Returns the body before the id of the message, the id, and the body after it.
fn around_id(body: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = body.split_once("wamid.")?;
    let (id, _) = rest.split_once('"')?;
    Some((body.get(..before.len() + "wamid.".len())?, id, rest.get(id.len()..)?))
}

/// Returns the fixture on one line, as the platform sends it.
fn compact(json: &str) -> String {
    json.lines().map(str::trim).collect()
}
