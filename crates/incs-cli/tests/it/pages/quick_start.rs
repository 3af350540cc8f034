//! The quick start, done as it stands on its page: files are written, commands run, and the project that comes of it is built.
//!
//! A block of Rust or TOML is the file that the line above it names, one marked `sh` runs in the second terminal, where each goes on
//! in the folder in which the one before it ended. `sh skip server` is the program of another terminal; `text output server` is all that it has said until then.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::page::{Fence, fences, is_said};
use super::path_with_program;
use crate::sandbox::Sandbox;
use crate::support::{Folder, without_settings};

/// The page, below the root.
pub(super) const PAGE: &str = "docs/quick-start.md";

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Longest that a command may take, with what it compiles.
const PATIENCE: Duration = Duration::from_mins(5);

/// What somebody has on the desk who follows the page.
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

    /// A shell in the folder in which the last one ended.
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
        // What this build has compiled is used again, and nothing is fetched.
        let target = Path::new(env!("CARGO_BIN_EXE_incs")).ancestors().nth(2).unwrap();
        command.env("CARGO_TARGET_DIR", target);
        if std::env::var_os("CARGO_PROFILE_DEV_DEBUG").is_none() {
            command.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
        }
        command.env("CARGO_NET_OFFLINE", "true");
        // Of the package under test; build scripts run anew when these differ from those of a shell.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of_package| name.to_string_lossy().starts_with(of_package))
            {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs it to its end, and gives what it said.
    fn run(&self, script: &str) -> String {
        let says = self.here.join(".said");
        let mut child = self.shell(script, &says).spawn().unwrap();
        let end = Instant::now() + PATIENCE;
        while child.try_wait().unwrap().is_none() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let status = child.wait().unwrap();
        let said = fs::read_to_string(says).unwrap();
        assert!(status.success(), "{script}\nended with {status}, and said:\n{said}");
        said
    }

    fn serve(&mut self, script: &str) {
        let says = self.here.join(".server");
        let child = self.shell(&script.replace("cargo run", "exec cargo run"), &says).spawn().unwrap();
        self.server = Some(Server { child, says });
    }
}

/// A program that runs until it is ended.
struct Server {
    child: Child,
    says: PathBuf,
}

impl Server {
    fn said(&self) -> String {
        fs::read_to_string(&self.says).unwrap()
    }

    /// Waits until it has said this.
    fn says(&mut self, printed: &str) {
        let end = Instant::now() + PATIENCE;
        while !is_said(printed, &self.said()) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < end, "printed:\n{printed}\nsaid:\n{}", self.said());
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

/// The page, with a port that is free now in place of its own.
fn page() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    fs::read_to_string(Path::new(ROOT).join(PAGE)).unwrap().replace("8080", &free.to_string())
}

/// The manifest, with the true place of the clone: a link to it in each new folder would have its crates compiled each time.
fn with_clone(manifest: &str) -> String {
    let clone = fs::canonicalize(ROOT).unwrap();
    let replaced = manifest.replace("\"../incs/", &format!("\"{}/", clone.display()));
    assert_ne!(replaced, manifest, "the manifest does not name the clone as `../incs`");
    replaced
}

#[test]
fn the_quick_start_does_what_it_says() {
    let page = page();
    let mut desk = Desk::new();
    let mut said = None;
    let mut skipped = Vec::new();
    for Fence { line, above, info, text } in fences(&page) {
        if info == "toml" || info == "rust,no_run" {
            let path = above.split('`').rfind(|word| word.contains('/'));
            let path = path.unwrap_or_else(|| panic!("line {line}: the line above names no file"));
            let text = if path.ends_with("Cargo.toml") { with_clone(&text) } else { text };
            desk.write(path, &text);
            if path.ends_with("Cargo.toml") {
                // The versions that this workspace is tested with; otherwise cargo would look for newer ones.
                fs::copy(Path::new(ROOT).join("Cargo.lock"), desk.here.join(path).with_extension("lock")).unwrap();
            }
            continue;
        }
        match info {
            "sh" => said = Some(desk.run(&text)),
            "sh skip server" if text == "incs sandbox" => {} // it runs
            "sh skip server" => desk.serve(&text),
            "sh skip cargo" => skipped.push(text),
            "text output" => {
                let said = said.take().unwrap_or_else(|| panic!("line {line}: no block is above this output"));
                assert!(is_said(&text, &said), "line {line}: printed:\n{text}\nsaid:\n{said}");
            }
            "text output server" => desk.server.as_mut().unwrap().says(&text),
            "text" => {}
            other => panic!("line {line}: a block marked `{other}` is not part of a quick start"),
        }
    }
    assert_eq!(skipped, ["cd incs\ncargo demo", "cargo install --path crates/incs-cli --locked --debug"]);
    let server = desk.server.as_ref().unwrap().said();
    assert_eq!(server.matches("message_status_update.failed").count(), 1, "the forgery was taken:\n{server}");
}
