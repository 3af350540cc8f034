//! What the tests share: an example as a process, its lines, its end, and requests to it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use incs_facade::model::Timestamp;
use incs_facade::webhook::Secrets;
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::testing::sign::{Draft, Sign};
use incs_sandbox::{Pace, Sandbox};

/// Longest that anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The secret at the end of a receiver's URL.
pub(crate) const PATH_SECRET: &str = "of-the-path";

/// A sandbox whose messages are delivered at once.
pub(crate) async fn sandbox() -> Sandbox {
    Sandbox::builder().seed(7).pace(Pace::instant()).start().await.unwrap()
}

/// How a sandbox signs for a receiver of [`PATH_SECRET`].
pub(crate) fn in_path() -> SharedSecret {
    SharedSecret::in_path(Secrets::try_new(PATH_SECRET).unwrap())
}

/// Returns the command of an example with these arguments, with an empty environment.
pub(crate) fn example(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program(name));
    command.args(arguments).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// An example with these arguments and the settings for a sandbox, and for receiving.
pub(crate) fn example_at(sandbox: &Sandbox, name: &str, arguments: &[&str]) -> Command {
    let mut command = example(name, arguments);
    command.env("INCS_BASE_URL", sandbox.base_url()).env("INCS_CERTIFICATION_CODE", sandbox.certification_code());
    command.env("INCS_WEBHOOK_SECRET", PATH_SECRET).env("ADDRESS", "127.0.0.1:0");
    command
}

/// Cargo puts examples beside the folder of the test programs, and builds them before it runs all tests of a crate; but not
/// before it runs only some.
fn program(name: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let folder = tests.parent().unwrap().parent().unwrap().join("examples");
    let program = folder.join(name).with_extension(env::consts::EXE_EXTENSION);
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    for source in sources(Path::new(env!("CARGO_MANIFEST_DIR")), name) {
        assert!(
            changed(&program) >= changed(&source),
            "{} is missing or old: `cargo build -p incs-examples --examples`",
            program.display()
        );
    }
    program
}

/// Returns the files of an example: one file, or the files of its folder.
fn sources(folder: &Path, name: &str) -> Vec<PathBuf> {
    let one = folder.join(name).with_extension("rs");
    match fs::read_dir(folder.join(name)) {
        Ok(files) => files.map(|file| file.unwrap().path()).collect(),
        Err(_) => vec![one],
    }
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs it to its end.
pub(crate) async fn run(command: &mut Command) -> Ended {
    let output = timeout(PATIENCE, command.spawn().unwrap().wait_with_output()).await.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A program that runs. It never outlives its test.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap();
        match line {
            Some(line) => line,
            None => panic!("it ended: {}", self.complaint().await),
        }
    }

    /// What follows these words in the next line that it prints.
    pub(crate) async fn line_after(&mut self, words: &str) -> String {
        let line = self.line().await;
        line.strip_prefix(words).unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    /// The URL that it receives under, up to the path.
    pub(crate) async fn origin(&mut self) -> String {
        let url = self.line_after("listening on ").await;
        let end = url.match_indices('/').nth(2).unwrap().0;
        url[..end].to_owned()
    }

    /// Gives it its whole input.
    pub(crate) async fn feed(&mut self, input: &str) {
        let mut stdin = self.child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
    }

    /// Sends it the signal of ctrl-c, and waits for its end.
    pub(crate) async fn interrupt(self) -> Ended {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        self.end().await
    }

    /// Ends it by force.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits for its end.
    pub(crate) async fn end(mut self) -> Ended {
        let mut stdout = String::new();
        while let Some(line) = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap() {
            stdout.extend([line.as_str(), "\n"]);
        }
        let stderr = self.complaint().await;
        Ended { code: timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap().code(), stdout, stderr }
    }

    async fn complaint(&mut self) -> String {
        let mut text = String::new();
        timeout(PATIENCE, self.child.stderr.take().unwrap().read_to_string(&mut text)).await.unwrap().unwrap();
        text
    }
}

/// Posts JSON, and gives the status of the answer.
pub(crate) async fn post(url: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let mut request = Request::post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = client.request(request.body(Full::from(body.to_owned())).unwrap());
    timeout(PATIENCE, answer).await.unwrap().unwrap().status().as_u16()
}

/// Posts a body as who knows the secret does.
pub(crate) async fn post_signed(base: &str, scheme: &impl Sign, body: &str) -> u16 {
    let proof = scheme.sign(&Draft::new(body.as_bytes(), Timestamp::now())).unwrap();
    let headers = proof.headers();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    post(&proof.to_target(base), &headers, body).await
}

/// Posts a body like a platform that retries after 503, until the answer is 200.
pub(crate) async fn deliver(base: &str, scheme: &impl Sign, body: &str) {
    let tries = async {
        loop {
            match post_signed(base, scheme, body).await {
                200 => return,
                status => assert_eq!(status, 503),
            }
        }
    };
    timeout(PATIENCE, tries).await.unwrap();
}

/// Waits until something holds, by looking again and again.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(PATIENCE, wait).await.is_ok(), "{what}: it does not come to that");
}

/// The texts that were accepted, in order of the alphabet: one that is there twice was sent twice.
pub(crate) fn texts(sandbox: &Sandbox) -> Vec<String> {
    let text =
        |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap()["text"].as_str().unwrap().to_owned();
    let mut texts: Vec<_> = sandbox.sent().iter().map(|sent| text(&sent.body)).collect();
    texts.sort();
    texts
}

/// An empty folder that is gone when the test ends.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // One of an earlier process of the same number, which was ended by force.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that is left over does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
