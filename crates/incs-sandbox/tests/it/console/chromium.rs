//! A headless Chromium for one test, controlled by chromedriver.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use fantoccini::{Client, ClientBuilder};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The most browsers at the same time: each takes a core.
static BROWSERS: Semaphore = Semaphore::const_new(2);

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A headless Chromium. It ends when the value is dropped.
pub(super) struct Chromium {
    pub(super) client: Client,
    /// The end of a session is the end of its browser; the driver alone would leave it behind.
    session: Session,
    driver: Child,
    port: u16,
    _turn: SemaphorePermit<'static>,
}

impl Chromium {
    /// Starts one whose page has a size in CSS pixels.
    pub(super) async fn start(width: u32, height: u32) -> Self {
        let turn = BROWSERS.acquire().await.unwrap();
        let binary = find();
        let (driver, port) = driver().await;
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en"];
        let Value::Object(capabilities) = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": binary,
                "args": arguments,
                "mobileEmulation": { "deviceMetrics": { "width": width, "height": height, "pixelRatio": 1, "touch": false } },
            },
        }) else {
            unreachable!("an object")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromedriver starts the browser; both must be of the same version");
        let id = client.session_id().await.unwrap().unwrap();
        Self { client, session: Session { port, id }, driver, port, _turn: turn }
    }

    /// Returns and clears the browser's console log.
    pub(super) async fn console(&self) -> Vec<String> {
        let reply = self.command("se/log", &json!({ "type": "browser" })).await;
        reply.as_array().unwrap().iter().map(ToString::to_string).collect()
    }

    /// Gives the page another size.
    pub(super) async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
        self.command("goog/cdp/execute", &command).await;
    }

    /// A command of the driver that is not in the standard.
    async fn command(&self, path: &str, body: &Value) -> Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let url = format!("http://127.0.0.1:{}/session/{session}/{path}", self.port);
        let request = Request::post(url).body(Full::new(Bytes::from(body.to_string()))).unwrap();
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        let (head, body) = client.request(request).await.unwrap().into_parts();
        let reply = body.collect().await.unwrap().to_bytes();
        assert!(head.status.is_success(), "{path}: {reply:?}");
        let mut reply: Value = serde_json::from_slice(&reply).unwrap();
        reply["value"].take()
    }

    pub(super) async fn close(self) {
        let Self { session, mut driver, .. } = self;
        drop(session);
        driver.kill().await.unwrap();
    }
}

/// A session of the driver. It is ended when it is dropped, so also by a test that fails.
struct Session {
    port: u16,
    id: String,
}

impl Drop for Session {
    fn drop(&mut self) {
        let Self { port, id } = self;
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, *port)) else { return };
        let request = format!("DELETE /session/{id} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        // The reply comes when the browser is gone.
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut [0; 64]));
    }
}

/// A chromedriver on a free port. The port that it picks may be taken a moment later, then it ends, and another is started.
async fn driver() -> (Child, u16) {
    for _ in 0..10 {
        if let Some(started) = try_driver().await {
            return started;
        }
    }
    panic!("chromedriver ended ten times before it named a port");
}

async fn try_driver() -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("chromedriver is needed to test the console: apt-get install chromium chromium-driver");
    let mut lines = BufReader::new(driver.stdout.take()?).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').parse().unwrap();
            // It must never wait for someone to read what it says.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some((driver, port));
        }
    }
    None
}

fn find() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|file| file.is_file())
        .expect("Chromium is needed to test the console: apt-get install chromium chromium-driver")
}
