//! Server processes: their user, their folder, their port, and their end.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, getuid, kill_process};

/// The time within which a server must start or end.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Ports below those that the system gives to outgoing connections, so that a server can return to its port after a restart.
const PORTS: std::ops::Range<u16> = 15_000..32_000;
/// The user of the servers when the tests run as root.
const USER: &str = "postgres";

/// Ends a server and removes its folder when this process has ended, however it ended: then the standard input is closed.
const GUARD: &str = r#"
trap '' HUP INT TERM
cat > /dev/null
for file in "$1"/*.pid "$1"/*/postmaster.pid; do
    [ -f "$file" ] || continue
    pid=$(head -n 1 "$file")
    # Another process may have the number by now.
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] || continue
    kill -QUIT "$pid"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -d "/proc/$pid" ] || break
        sleep 0.2
    done
    kill -KILL "$pid" 2>/dev/null
done
rm -rf "$1"
"#;

/// A temporary folder of one server. It is removed after the server has ended.
pub(crate) struct Folder {
    path: PathBuf,
    guard: Child,
}

impl Folder {
    /// Creates a folder that the user of the servers owns.
    pub(crate) fn create(program: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("incs-").tempdir()?;
        if getuid().is_root() {
            let id = |option| -> Result<u32> { Ok(output(Command::new("id").args([option, USER]))?.trim().parse()?) };
            chown(folder.path(), Some(id("-u")?), Some(id("-g")?))?;
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        // In a group of its own, so that it outlives a signal to all processes of a test run.
        let guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(folder.path())
            .arg(program)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { path: folder.keep(), guard })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file that only the user of the servers can read. Returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<String> {
        let path = self.path.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        if getuid().is_root() {
            let owner = fs::metadata(&self.path)?;
            chown(&path, Some(owner.uid()), Some(owner.gid()))?;
        }
        Ok(path.display().to_string())
    }

    /// Returns the last lines of the log of the server.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.path.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().collect();
        lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

/// Returns a command that runs a program as the user of the servers.
pub(crate) fn as_user(program: impl AsRef<OsStr>) -> Command {
    if !getuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--init-groups"]).arg(program);
    command
}

/// Starts a server whose output goes to the log in its folder.
pub(crate) fn spawn(command: &mut Command, folder: &Folder) -> Result<Child> {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.path().join("log"))?;
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().with_context(|| format!("{} does not start", command.get_program().display()))
}

/// Runs a program and returns its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = command.get_args().chain([command.get_program()]).map(OsStr::to_string_lossy).collect::<Vec<_>>();
    let program = program.join(" ");
    let output = command.output().with_context(|| format!("{program} does not start"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} failed ({}): {}", output.status, errors.trim());
    Ok(String::from_utf8(output.stdout)?)
}

/// Returns a port on which nothing listens.
pub(crate) fn free_port() -> Result<u16> {
    for _ in 0..1000 {
        let port = fastrand::u16(PORTS);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free")
}

pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

pub(crate) fn signal(child: &Child, signal: Signal) -> Result<()> {
    Ok(kill_process(Pid::from_child(child), signal)?)
}

/// Waits until a child has ended.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        ensure!(Instant::now() < deadline, "process {} does not end", child.id());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Kills a process and its children with SIGKILL, and waits until all have ended.
pub(crate) fn kill_family(child: &mut Child) -> Result<()> {
    // A stopped process starts no more children.
    signal(child, Signal::STOP)?;
    let children = children_of(child.id())?;
    for pid in &children {
        match kill_process(*pid, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    child.kill()?;
    wait(child)?;
    let deadline = Instant::now() + PATIENCE;
    for pid in children {
        while parent_of(pid.as_raw_nonzero().get().cast_unsigned()).is_some() {
            ensure!(Instant::now() < deadline, "process {pid:?} does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    Ok(())
}

fn children_of(parent: u32) -> Result<Vec<Pid>> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if parent_of(pid) == Some(parent) {
            children.extend(i32::try_from(pid).ok().and_then(Pid::from_raw));
        }
    }
    Ok(children)
}

/// Returns the parent of a process, or `None` if it has ended, also if nobody has waited for it yet.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before the state may have spaces and parentheses.
    let mut rest = stat.rsplit_once(')')?.1.split_whitespace();
    let state = rest.next()?;
    if state == "Z" { None } else { rest.next()?.parse().ok() }
}

/// Returns true if a program is installed.
pub(crate) fn is_installed(program: &Path) -> bool {
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    !status.is_err_and(|error| error.kind() == ErrorKind::NotFound)
}
