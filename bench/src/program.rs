//! The program `incs`: system calls, memory, size and start.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use incs_bench::receive::texts;

use crate::goals::Goal;
use crate::table::{Cell, Table};
use crate::valgrind;

/// A write should fill a buffer, which most programs make 8 KB or larger.
const BYTES_PER_WRITE: f64 = 4_096.0;

/// Measures the program.
pub(crate) fn table(incs: &Path, goals: &mut Vec<Goal>) -> Result<Table> {
    eprintln!("the program {}", incs.display());
    let mut table = Table::new("The program", &["what", "measured", "unit"]);
    let scratch = Scratch::new()?;

    let body = scratch.write("body.json", &texts(1_000))?;
    let parse = ["webhook", "parse", "--json", body.to_str().context("the path of the temporary folder")?];
    let (writes, bytes) = (write_calls(incs, &parse, &scratch.0.join("calls"))?, printed(incs, &parse)?);
    table.push([
        "write calls of `incs webhook parse --json` of 1,000 items".into(),
        Cell::count(writes),
        "calls".into(),
    ]);
    table.push(["bytes that it prints".into(), Cell::count(bytes), "bytes".into()]);
    let per_write = Goal::at_least(
        "`incs webhook parse --json` of 1,000 items: bytes a write call",
        bytes / writes,
        BYTES_PER_WRITE,
    );
    goals.push(per_write.with_decimals(0));

    let mut peaks = [0.0; 2];
    for (peak, (name, lines)) in peaks.iter_mut().zip([("10,000", 10_000), ("100,000", 100_000)]) {
        let line = "{\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"Your parcel is at the door.\"}\n";
        let path = scratch.write("messages.jsonl", &line.repeat(lines))?;
        *peak = peak_memory(Command::new(incs).args(["validate", "--channel", "whatsapp"]).arg(path))?;
        let what = format!("peak memory of `incs validate` of {name} lines");
        table.push([what.into(), Cell::Number(*peak, 1), "MB".into()]);
    }
    let [few, many] = peaks;
    goals.push(Goal::at_most("`incs validate`: peak memory of 100,000 lines, times that of 10,000", many / few, 1.1));

    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let (size, start) =
        (fs::metadata(incs)?.len() as f64 / 1e6, valgrind::instructions(incs, &["--version"])? as f64 / 1e3);
    table.push(["size".into(), Cell::Number(size, 1), "MB".into()]);
    table.push(["`incs --version`".into(), Cell::count(start), "thousand instructions".into()]);
    goals.push(Goal::at_most("the size of the program, MB", size, 12.0).with_decimals(1));
    goals.push(Goal::at_most("`incs --version`, thousand instructions", start, 500.0).with_decimals(0));
    Ok(table)
}

/// A folder for the files of a run, removed on drop.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("incs-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A rest in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the number of system calls of a program that write, counted by strace.
fn write_calls(program: &Path, arguments: &[&str], report: &Path) -> Result<f64> {
    let output = Command::new("strace")
        .args(["-f", "-c", "-e", "trace=write,writev", "-o"])
        .arg(report)
        .arg(program)
        .args(arguments)
        .output()
        .context("strace does not start; it is in the package `strace` of most systems")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    calls(&fs::read_to_string(report)?).context("strace printed no number of calls")
}

/// Returns the total number of calls in a report of `strace -c`.
fn calls(report: &str) -> Option<f64> {
    let total = report.lines().find(|line| line.ends_with(" total"))?;
    // Share, seconds, microseconds a call, calls.
    total.split_whitespace().nth(3)?.parse().ok()
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn printed(program: &Path, arguments: &[&str]) -> Result<f64> {
    Ok(Command::new(program).args(arguments).output()?.stdout.len() as f64)
}

/// Runs a program and returns the most memory that it had resident, in MB; Linux only.
fn peak_memory(command: &mut Command) -> Result<f64> {
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut peak = None;
    // The kernel forgets the figure with the process, so the last one that was seen counts.
    while child.try_wait()?.is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).or(peak);
        thread::sleep(Duration::from_millis(1));
    }
    let status = child.wait()?;
    let Some(peak) = peak.filter(|_| status.success()) else {
        bail!("no memory of a process that ended with {status}")
    };
    Ok(peak * 1_024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_all_kinds_are_summed() {
        let report = "% time     seconds  usecs/call     calls    errors syscall\n\
                      ------ ----------- ----------- --------- --------- ----------------\n\
                       90.00    0.010000           1      1000           write\n\
                       10.00    0.001000           1        24           writev\n\
                      ------ ----------- ----------- --------- --------- ----------------\n\
                      100.00    0.011000           1      1024           total\n";
        assert_eq!(calls(report), Some(1_024.0));
        assert_eq!(calls(""), None);
    }
}
