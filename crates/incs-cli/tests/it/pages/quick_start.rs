//! The quick start, followed step by step: files are written, commands run, and the resulting project is built.
//!
//! A block of Rust or TOML is the file that the line above it names, one marked `sh` runs in the second terminal, where each goes on
//! in the folder in which the one before it ended. `sh skip server` is the program of another terminal; `text output server` is its output so far.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::page::{Fence, fences, matches_output};
use super::path_with_program;
use crate::sandbox::Sandbox;
use crate::support::{Folder, without_settings};

/// The path of the page from the root.
pub(super) const PAGE: &str = "docs/quick-start.md";

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Time limit of a command, compilation included.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// The state of a reader who follows the page.
struct Desk {
    sandbox: Sandbox,
    here: Folder,
    /// The program in the third terminal.
    server: Option<Server>,
}

impl Desk {
    fn new() -> Self {
        let here = Folder::outside();
        fs::write(here.join(".cwd"), here.to_str().unwrap()).unwrap();
        Self { sandbox: Sandbox::start(&["--seed", "7"]), here, server: None }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.here.join(path);
        assert!(path.parent().is_some_and(|folder| folder.parent().is_some_and(Path::is_dir)), "{}", path.display());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Returns a shell in the folder in which the last one ended.
    fn shell(&self, script: &str, says: &Path) -> Command {
        let cwd = self.here.join(".cwd");
        let script = format!("exec 2>&1\ntrap 'pwd >{}' EXIT\n{script}", cwd.display());
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", &script]).stdin(Stdio::null()).stdout(File::create(says).unwrap());
        without_settings(&mut command);
        command.current_dir(fs::read_to_string(cwd).unwrap().trim_end());
        command.env("PATH", path_with_program()).env("XDG_CONFIG_HOME", self.here.join(".config"));
        command.env("NO_COLOR", "1").env("INCS_BASE_URL", self.sandbox.base_url());
        command.env("INCS_CERTIFICATION_CODE", self.sandbox.certification_code());
        // The target folder of this build is reused, and nothing is fetched.
        let target = Path::new(env!("CARGO_BIN_EXE_incs")).ancestors().nth(2).unwrap();
        command.env("CARGO_TARGET_DIR", target);
        if std::env::var_os("CARGO_PROFILE_DEV_DEBUG").is_none() {
            command.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
        }
        command.env("CARGO_NET_OFFLINE", "true");
        // Variables of the package under test; build scripts run again if they differ from the shell's.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of_package| name.to_string_lossy().starts_with(of_package))
            {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs a command to its end and returns its output.
    fn run(&self, script: &str) -> String {
        let says = self.here.join(".output");
        let mut child = self.shell(script, &says).spawn().unwrap();
        let end = Instant::now() + TIME_LIMIT;
        while child.try_wait().unwrap().is_none() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let status = child.wait().unwrap();
        let output = fs::read_to_string(says).unwrap();
        assert!(status.success(), "{script}\nended with {status}, with this output:\n{output}");
        assert!(output.is_empty() || output.ends_with('\n'), "{script}\nends without a line feed:\n{output}");
        output
    }

    fn serve(&mut self, script: &str) {
        let says = self.here.join(".server");
        let child = self.shell(&script.replace("cargo run", "exec cargo run"), &says).spawn().unwrap();
        self.server = Some(Server { child, says });
    }
}

/// A program that runs until it is stopped.
struct Server {
    child: Child,
    says: PathBuf,
}

impl Server {
    fn output(&self) -> String {
        fs::read_to_string(&self.says).unwrap()
    }

    /// Waits for this output.
    fn says(&mut self, printed: &str) {
        let end = Instant::now() + TIME_LIMIT;
        while !matches_output(printed, &self.output()) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < end, "printed:\n{printed}\nsaid:\n{}", self.output());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the page with its port replaced by a free one.
fn page() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    fs::read_to_string(Path::new(ROOT).join(PAGE)).unwrap().replace("8080", &free.to_string())
}

/// Returns the manifest with the path of this clone: with a link in each new folder the crates would be compiled each time.
fn with_clone(manifest: &str) -> String {
    let clone = fs::canonicalize(ROOT).unwrap();
    let replaced = manifest.replace("\"../incs/", &format!("\"{}/", clone.display()));
    assert_ne!(replaced, manifest, "the manifest does not name the clone as `../incs`");
    replaced
}

#[test]
fn quick_start_works_as_documented() {
    let page = page();
    let mut desk = Desk::new();
    let mut output = None;
    let mut skipped = Vec::new();
    for Fence { line, above, info, text } in fences(&page) {
        if info == "toml" || info == "rust,no_run" {
            let path = above.split('`').rfind(|word| word.contains('/'));
            let path = path.unwrap_or_else(|| panic!("line {line}: the line above names no file"));
            let text = if path.ends_with("Cargo.toml") { with_clone(&text) } else { text };
            desk.write(path, &text);
            if path.ends_with("Cargo.toml") {
                // The lock file of this workspace; otherwise cargo would look for newer versions.
                fs::copy(Path::new(ROOT).join("Cargo.lock"), desk.here.join(path).with_extension("lock")).unwrap();
            }
            continue;
        }
        match info {
            "sh" => output = Some(desk.run(&text)),
            "sh skip server" if text == "incs sandbox" => {} // it runs
            "sh skip server" => desk.serve(&text),
            "sh skip cargo" => skipped.push(text),
            "text output" => {
                let output = output.take().unwrap_or_else(|| panic!("line {line}: no block is above this output"));
                assert!(matches_output(&text, &output), "line {line}: printed:\n{text}\nsaid:\n{output}");
            }
            "text output server" => desk.server.as_mut().unwrap().says(&text),
            "text" => {}
            other => panic!("line {line}: a block marked `{other}` is not part of a quick start"),
        }
    }
    let unset = desk.run("unset INCS_WEBHOOK_SECRET; cargo run --quiet --bin receive || true");
    assert!(unset.contains("INCS_WEBHOOK_SECRET"), "without its variable the receiver does not say which: {unset}");
    assert_eq!(skipped, ["cd incs\ncargo demo", "cargo install --path crates/incs-cli --locked --debug"]);
    let server = desk.server.as_ref().unwrap().output();
    assert_eq!(server.matches("message_status_update.failed").count(), 1, "the forgery was taken:\n{server}");
}
