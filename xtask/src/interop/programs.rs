//! Follows the page on other languages as a reader would: files are written, commands run, and what they print is compared.
//!
//! A block of code is the file that the line above it names. `sh skip tools` runs in the terminal that all these blocks share, and
//! `sh skip server` in one of its own. `text output` is what the block above it printed; `text output server` is what the last program
//! in a terminal of its own prints sooner or later.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::PAGE;
use super::page::{Fence, matches_output};
use crate::tools::empty;
use crate::workspace::Workspace;

/// Time limit of a block, and of the output of a server.
const TIME_LIMIT: Duration = Duration::from_mins(5);

const POLL: Duration = Duration::from_millis(20);

/// Follows these blocks in an empty folder, with an empty home.
pub(super) fn follow(workspace: &Workspace, name: &str, blocks: &[Fence<'_>]) -> Result<()> {
    let mut desk = Desk::new(workspace, name)?;
    let start = Instant::now();
    let (mut files, mut printed) = (0, 0);
    let mut output = None;
    for Fence { line, above, info, text } in blocks {
        let step = match *info {
            "sh skip tools" => desk.run(text).map(|said| output = Some(said)),
            "sh skip server" => desk.serve(text),
            "text output" => {
                printed += 1;
                let said = output.take().context("no block is above this output");
                said.and_then(|said| compare(text, &said))
            }
            "text output server" => {
                printed += 1;
                desk.server_says(text)
            }
            "ts" | "python" => {
                files += 1;
                let file = above.split('`').nth(1).context("the line above names no file");
                file.and_then(|file| Ok(fs::write(desk.here.join(file), text)?))
            }
            other => Err(anyhow::anyhow!("a block marked `{other}` is not part of a program")),
        };
        step.with_context(|| format!("{PAGE}:{line}"))?;
    }
    ensure!(files > 1 && printed > 3, "{name}: {files} files and {printed} outputs");
    println!("{name}: {files} files, {printed} outputs as printed, {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn compare(printed: &str, said: &str) -> Result<()> {
    ensure!(matches_output(printed, said), "printed:\n{printed}\nsaid:\n{said}");
    Ok(())
}

/// The terminals of a reader.
struct Desk {
    here: PathBuf,
    path: std::ffi::OsString,
    shell: Terminal,
    input: ChildStdin,
    servers: Vec<(Terminal, PathBuf)>,
    blocks: usize,
}

impl Desk {
    fn new(workspace: &Workspace, name: &str) -> Result<Self> {
        // Built with the features of the tests, so that nothing is compiled twice.
        workspace.run(&["build", "--workspace", "--all-features", "--bin", "incs"])?;
        let home = empty(workspace.target_dir().join("tools/scratch").join(name.to_lowercase().replace(' ', "-")))?;
        let here = empty(home.join("here"))?;
        let programs = [workspace.target_dir().join("debug")];
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(programs.into_iter().chain(std::env::split_paths(&others)))?;
        let mut bash = bash(&here, &path);
        let mut shell =
            bash.arg("-euo").arg("pipefail").stdin(Stdio::piped()).spawn().context("bash does not start")?;
        let input = shell.stdin.take().context("bash has no input")?;
        Ok(Self { here, path, shell: Terminal(shell), input, servers: Vec::new(), blocks: 0 })
    }

    /// Runs a block in the shared terminal to its end, and returns what it printed.
    fn run(&mut self, block: &str) -> Result<String> {
        self.blocks += 1;
        let of = |kind: &str| self.here.with_file_name(format!("{kind}-{}", self.blocks));
        let (script, said, done) = (of("block"), of("said"), of("done"));
        fs::write(&script, block)?;
        let [quoted_script, quoted_said, quoted_done] =
            [&script, &said, &done].map(|path| format!("'{}'", path.display()));
        writeln!(self.input, "set -eu; . {quoted_script} >{quoted_said} 2>&1 </dev/null; : >{quoted_done}")?;
        let end = Instant::now() + TIME_LIMIT;
        while !done.exists() {
            let output = || fs::read_to_string(&said).unwrap_or_default();
            if let Some(status) = self.shell.0.try_wait()? {
                bail!("{block}\nended with {status}:\n{}", output());
            }
            ensure!(Instant::now() < end, "{block}\nruns on; it said:\n{}", output());
            sleep(POLL);
        }
        Ok(fs::read_to_string(said)?)
    }

    /// Starts a block in a terminal of its own, and waits for its first line.
    fn serve(&mut self, block: &str) -> Result<()> {
        let said = self.here.with_file_name(format!("server-{}", self.servers.len()));
        let output = File::create(&said)?;
        let mut bash = bash(&self.here, &self.path);
        bash.args(["-euo", "pipefail", "-c", block]).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        self.servers.push((Terminal(bash.spawn().context("bash does not start")?), said));
        self.wait_for(|said| said.contains('\n')).map_err(|said| anyhow::anyhow!("{block}\ndoes not start:\n{said}"))
    }

    fn server_says(&mut self, printed: &str) -> Result<()> {
        self.wait_for(|said| matches_output(printed, said))
            .map_err(|said| anyhow::anyhow!("printed:\n{printed}\nsaid:\n{said}"))
    }

    /// Waits until the last server has printed something. Returns all that it printed when it does not.
    fn wait_for(&mut self, enough: impl Fn(&str) -> bool) -> Result<(), String> {
        let end = Instant::now() + TIME_LIMIT / 10;
        let Some((server, file)) = self.servers.last_mut() else { return Err("no server runs".to_owned()) };
        loop {
            let has_ended = server.0.try_wait().is_ok_and(|status| status.is_some());
            let said = fs::read_to_string(&file).unwrap_or_default();
            if enough(&said) {
                return Ok(());
            }
            if has_ended || Instant::now() > end {
                return Err(said);
            }
            sleep(POLL);
        }
    }
}

/// Returns a shell in a folder, without the settings of this user.
fn bash(here: &Path, path: &std::ffi::OsStr) -> Command {
    let mut command = Command::new("bash");
    command.current_dir(here).env("PATH", path).env("NO_COLOR", "1").env("HOME", here.with_file_name(""));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("INCS_") || name.starts_with("XDG_")) {
            command.env_remove(name);
        }
    }
    command.process_group(0);
    command
}

/// A shell. Its programs are stopped with it.
struct Terminal(Child);

impl Drop for Terminal {
    fn drop(&mut self) {
        // All programs of the group: a shell does not stop those that it started. It may have ended by itself.
        let _ = Command::new("kill").args(["--", &format!("-{}", self.0.id())]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}
